"""The shell every page stands in: base page, components, style sheet, Swedish dates and error pages."""
