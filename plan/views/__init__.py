"""Pages of the room: the person's own, and those where staff hand over access."""
