"""The addresses of the API, one file per resource: translate in, one service call, translate out."""
