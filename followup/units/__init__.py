"""How it goes in a unit: on a screen on its wall, for the one who leads it, and by the month."""
