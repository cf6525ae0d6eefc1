"""A year of invented but realistic data for a town: played through the product's own services with a clock that is moved."""
