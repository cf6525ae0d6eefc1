"""Pages about ärenden and stopp: translate in, one service call, translate out."""
