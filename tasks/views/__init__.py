"""Pages where people answer: translate in, one service call, translate out."""
