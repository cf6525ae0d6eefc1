"""Verbs of the room: the only code here that writes."""
