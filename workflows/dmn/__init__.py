"""Decision models of DMN 1.1-1.5: read safely, evaluated with our own FEEL, explained and checked."""

from workflows.dmn.checking import check
from workflows.dmn.document import MAX_ELEMENTS
from workflows.dmn.errors import DmnError
from workflows.dmn.evaluation import Result, evaluate
from workflows.dmn.explanation import explained
from workflows.dmn.model import Decision, DecisionTable, Model
from workflows.dmn.parts import CellDiagnostic
from workflows.dmn.reader import load

__all__ = [
    "MAX_ELEMENTS",
    "CellDiagnostic",
    "Decision",
    "DecisionTable",
    "DmnError",
    "Model",
    "Result",
    "check",
    "evaluate",
    "explained",
    "load",
]
