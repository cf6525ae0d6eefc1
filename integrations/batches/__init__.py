"""Rows that systems hand over in files or pages: read once, each with an outcome, and nothing lost on the way."""
