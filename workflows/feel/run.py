"""One evaluation: the walk over the tree, its variables, its clock and its limits."""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Any, cast

from workflows.feel import nodes, types
from workflows.feel.builtins.registry import Running, call_builtin
from workflows.feel.errors import Diagnostic, FeelError, Nothing
from workflows.feel.limits import MAX_CALL_DEPTH
from workflows.feel.plain import from_plain, weigh
from workflows.feel.temporal import STOCKHOLM
from workflows.feel.values import Builtin, Closure

MISSING = object()


class Scope:
    """Names and their values, and the scope outside."""

    __slots__ = ("outer", "values")

    def __init__(self, values: Mapping[str, object], outer: "Scope | None") -> None:
        self.values = values
        self.outer = outer


Handler = Callable[[Any, Any, Scope | None], object]  # the first is a Run, or what another language makes of it
_HANDLERS: dict[type[nodes.Node], Handler] = {}


def handles(kind: type[nodes.Node]) -> Callable[[Handler], Handler]:
    """Register how a kind of node is evaluated."""

    def register(handler: Handler) -> Handler:
        _HANDLERS[kind] = handler
        return handler

    return register


class Run(Running):
    """One evaluation: its variables, clock and limits."""

    __slots__ = ("_cache", "variables")

    def __init__(
        self,
        variables: Mapping[str, object],
        *,
        now: datetime,
        zone: tzinfo = STOCKHOLM,
        diagnostics: list[Diagnostic] | None = None,
    ) -> None:
        super().__init__(diagnostics)
        self.now = now
        self.zone = zone
        self.variables = variables
        self._cache: dict[str, object] = {}

    def value(self, tree: nodes.Tree, extra: Mapping[str, object] | None = None) -> object:
        """The value of a whole expression; `extra` are FEEL values that hide variables, such as a cell's `?`."""
        try:
            result = self.evaluate(tree.root, Scope(extra, None) if extra else None)
        except RecursionError:
            raise FeelError(self.position, "Uttrycket har för många nivåer inuti varandra.") from None
        finally:
            self.settle()
        if isinstance(result, list | dict):
            weigh(result)
        return result

    def evaluate(self, node: nodes.Node, scope: Scope | None) -> object:
        self.fuel -= 1
        if self.fuel < self.next_look:
            self.position = node.position
            self.look()
        return _HANDLERS[type(node)](self, node, scope)

    def variable(self, name: str) -> object:
        """A variable from outside as a FEEL value, converted once and only when it is used."""
        found = self._cache.get(name, MISSING)
        if found is MISSING:
            found = from_plain(self.variables[name], self)
            self._cache[name] = found
        return found

    def call(self, function: object, arguments: list[object]) -> object:
        """Call a function value with positional arguments; used by built-ins such as sort()."""
        if isinstance(function, Builtin):
            return call_builtin(self, function.name, arguments, ())
        if isinstance(function, Closure):
            return self._call_closure(function, arguments)
        raise Nothing("Värdet är ingen funktion.")

    def _call_closure(self, function: Closure, arguments: list[object]) -> object:
        definition = function.definition
        if len(arguments) != len(definition.parameters):
            raise Nothing(f"Funktionen ska ha {len(definition.parameters)} argument men fick {len(arguments)}.")
        values = dict(zip(definition.parameters, arguments, strict=True))
        for name, wanted in zip(definition.parameters, definition.types, strict=True):
            if wanted is not None:
                values[name] = types.conform(values[name], wanted, self)
        return self.deeper(definition.body, Scope(values, cast("Scope | None", function.scope)))

    def deeper(self, node: nodes.Node, scope: Scope | None) -> object:
        """Evaluate the body of a function, counting how far functions call one another."""
        self.depth += 4
        if self.depth > MAX_CALL_DEPTH:
            raise FeelError(node.position, "Uttrycket stoppades: funktioner anropar varandra i för många nivåer.")
        result = self.evaluate(node, scope)
        self.depth -= 4
        return result


def attempt(run: Run, node: nodes.Node, compute: Callable[[], object]) -> object:
    """What can be computed, else null with the reason kept."""
    try:
        return compute()
    except Nothing as reason:
        run.note(reason.message_sv, node.position)
        return None
