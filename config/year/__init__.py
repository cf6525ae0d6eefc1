"""A year of invented but realistic data for a town: played through the services with a moved clock."""
