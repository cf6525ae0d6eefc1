"""Verbs of the workbench: the only code that writes its tables."""
