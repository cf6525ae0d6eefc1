"""The built-in functions of DMN 1.5 and of the field; importing the package registers them all."""

from workflows.feel.builtins import contexts, conversion, field, lists, numbers, ranges, regex, strings, times

__all__ = ["contexts", "conversion", "field", "lists", "numbers", "ranges", "regex", "strings", "times"]
