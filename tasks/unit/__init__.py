"""A unit's day: who works there, who has what, what is handed over, what is coming; reads only."""
