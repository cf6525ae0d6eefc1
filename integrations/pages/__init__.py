"""The pages where IT sees how the systems are doing, and does something about it."""
