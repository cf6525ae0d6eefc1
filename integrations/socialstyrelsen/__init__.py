"""Socialstyrelsen: what the municipality must tell each month, made by the machine and approved by a person."""
