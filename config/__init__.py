"""Settings, addresses and the command line: the only package that may import everything."""
