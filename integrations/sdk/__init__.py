"""Säker digital kommunikation: messages to and from function addresses, through somebody's access point."""
