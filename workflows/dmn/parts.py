"""The nodes that a decision model adds to FEEL, and the run that knows in which element of the model it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from workflows.dmn.errors import DmnError
from workflows.dmn.model import DecisionTable
from workflows.feel import FeelError, Run, nodes, types
from workflows.feel.errors import Nothing
from workflows.feel.limits import MAX_DIAGNOSTICS
from workflows.feel.nodes import Node, TypeRef
from workflows.feel.run import Scope, handles


@dataclass(frozen=True, slots=True)
class CellDiagnostic:
    """Why a part of a cell or expression became null."""

    element: str
    message: str


@dataclass(frozen=True, slots=True)
class TableTrace:
    """One evaluation of one table: what its columns saw, and for each row tried the first column that did not fit."""

    table: DecisionTable
    values: tuple[object, ...]
    hits: tuple[int, ...]  # row numbers from 1, as the editor shows them
    stops: tuple[int, ...]  # by row from the first: the column that did not fit, or -1 for a hit


class ModelRun(Run):
    """One evaluation of a model: one budget, one clock, and every note with the element it is about."""

    __slots__ = ("element", "notes", "traces")

    def __init__(self, variables: Mapping[str, object], *, now: datetime) -> None:
        super().__init__(variables, now=now)
        self.element = ""
        self.notes: list[CellDiagnostic] = []
        self.traces: list[TableTrace] = []

    def note(self, message_sv: str, position: int | None = None) -> None:  # noqa: ARG002  the element says where
        if len(self.notes) < MAX_DIAGNOSTICS:
            self.notes.append(CellDiagnostic(self.element, message_sv))

    def conformed(self, value: object, wanted: TypeRef | None) -> object:
        """The value as its type says; a misfit is null with a diagnostic."""
        if wanted is None or value is None:
            return value
        try:
            return types.conform(value, wanted, self)
        except Nothing as reason:
            self.note(reason.message_sv)
            return None


@dataclass(frozen=True, slots=True)
class Placed(Node):
    """The expression of one element of the model."""

    element: str
    root: Node


@dataclass(frozen=True, slots=True)
class Typed(Node):
    """A value that must be of a declared type, else it is null."""

    element: str
    root: Node
    type: TypeRef


@dataclass(frozen=True, slots=True)
class Faulty(Node):
    """An expression that cannot be read: the check says so, and evaluating it stops the decision."""

    element: str
    message: str


@dataclass(frozen=True, slots=True)
class Foreign(Node):
    """A function in another language, which is never run."""

    element: str
    language: str


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """A boxed conditional: unlike FEEL's `if`, a condition that is neither true, false nor missing makes it null."""

    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Verdicts(Node):
    """A boxed some or every over the verdicts of a loop: unlike FEEL's own, it asks for all of them to be booleans."""

    every: bool
    loop: Node


@dataclass(frozen=True, slots=True)
class Table(Node):
    table: DecisionTable = field(compare=False)


@dataclass(frozen=True, slots=True)
class ServiceCall(Node):
    """The body of a decision service's function."""

    key: str


@handles(Placed)
def _placed(run: ModelRun, node: Placed, scope: Scope | None) -> object:
    before, run.element = run.element, node.element
    try:
        return run.evaluate(node.root, scope)
    except FeelError as error:
        raise DmnError(node.element, str(error)) from None
    finally:
        run.element = before


@handles(Typed)
def _typed(run: ModelRun, node: Typed, scope: Scope | None) -> object:
    value = run.evaluate(node.root, scope)
    before, run.element = run.element, node.element
    found = run.conformed(value, node.type)
    run.element = before
    return found


@handles(Faulty)
def _faulty(_run: ModelRun, node: Faulty, _scope: Scope | None) -> object:
    raise DmnError(node.element, node.message)


@handles(Foreign)
def _foreign(run: ModelRun, node: Foreign, _scope: Scope | None) -> object:
    run.note(f"Funktionen är skriven i {node.language[:40]} och körs aldrig.")
    return None


@handles(Conditional)
def _conditional(run: ModelRun, node: Conditional, scope: Scope | None) -> object:
    condition = run.evaluate(node.condition, scope)
    if condition is not None and not isinstance(condition, bool):
        run.note("Villkoret är inget ja/nej-värde.")
        return None
    return run.evaluate(node.then if condition else node.otherwise, scope)


@handles(Verdicts)
def _verdicts(run: ModelRun, node: Verdicts, scope: Scope | None) -> object:
    found = run.evaluate(node.loop, scope)
    if not isinstance(found, list):
        return None
    if any(verdict is not None and not isinstance(verdict, bool) for verdict in found):
        run.note("Villkoret är inte alltid ett ja/nej-värde.")
        return None
    if (not node.every) in found:
        return not node.every
    return None if None in found else node.every


NULL = nodes.Literal(0, None)
