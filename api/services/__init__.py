"""The verbs of the room, which alone write."""
