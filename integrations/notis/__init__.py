"""Short messages to people outside the house: SMS and e-mail through one operation."""
