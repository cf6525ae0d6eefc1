"""Kolada: what municipalities' key figures are, ours beside others' and the country's. It is only read."""
