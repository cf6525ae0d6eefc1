"""What is known where in a förlopp: which names have a value at a step, of what kind, and what is asked in vain.

Pure: diagrams, forms, tables and settings in, findings out. Nothing is evaluated; see docs/decisions/0009.
"""

from workflows.variables.checking import findings
from workflows.variables.course import Course, Service, UsedForm
from workflows.variables.offering import Name, names_at
from workflows.variables.uses import Told, Use, told

__all__ = ["Course", "Name", "Service", "Told", "Use", "UsedForm", "findings", "names_at", "told"]
