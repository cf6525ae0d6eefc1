"""Verbs of follow-up: the only code that writes its tables."""
