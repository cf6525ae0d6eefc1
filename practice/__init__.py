"""Practice mode: a world of its own with invented people and a clock that can be moved forward. Not in the real one."""
