"""People: staff, units, professions, the individuals the care is for, and the log of who saw them."""
