"""The only code that writes people: import its modules, not its functions."""
