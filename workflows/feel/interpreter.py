"""Walks the tree and computes: total, so what goes wrong is null with a diagnostic; only limits stop it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast

from workflows.feel import nodes, temporal, types
from workflows.feel.arithmetic import calculate, negate
from workflows.feel.builtins.registry import BUILTINS, Running, call_builtin
from workflows.feel.comparison import compare, member
from workflows.feel.errors import Diagnostic, FeelError, Nothing
from workflows.feel.limits import MAX_CALL_DEPTH
from workflows.feel.values import Builtin, Closure, Range, YearsMonths, from_plain, swedish_kind, weigh

_MISSING = object()
_WITH_PROPERTIES = (date, datetime, time, timedelta, YearsMonths)


class Scope:
    """Names and their values, and the scope outside."""

    __slots__ = ("outer", "values")

    def __init__(self, values: Mapping[str, object], outer: "Scope | None") -> None:
        self.values = values
        self.outer = outer


class Run(Running):
    """One evaluation: its variables, clock and limits."""

    __slots__ = ("_cache", "variables")

    def __init__(
        self, variables: Mapping[str, object], *, now: datetime, diagnostics: list[Diagnostic] | None = None
    ) -> None:
        super().__init__(diagnostics)
        self.now = now
        self.variables = variables
        self._cache: dict[str, object] = {}

    def value(self, tree: nodes.Tree, extra: Mapping[str, object] | None = None) -> object:
        """The value of a whole expression; `extra` are FEEL values that hide variables, such as a cell's `?`."""
        try:
            result = self.evaluate(tree.root, Scope(extra, None) if extra else None)
        except RecursionError:
            raise FeelError(self.position, "Uttrycket har för många nivåer inuti varandra.") from None
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
        found = self._cache.get(name, _MISSING)
        if found is _MISSING:
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
        self.depth += 8
        if self.depth > MAX_CALL_DEPTH:
            raise FeelError(node.position, "Uttrycket stoppades: funktioner anropar varandra i för många nivåer.")
        result = self.evaluate(node, scope)
        self.depth -= 8
        return result


def _literal(run: Run, node: nodes.Literal, scope: Scope | None) -> object:
    return node.value


def _name(run: Run, node: nodes.Name, scope: Scope | None) -> object:
    name = node.name
    while scope is not None:
        if name in scope.values:
            return scope.values[name]
        scope = scope.outer
    if name in run.variables:
        return run.variable(name)
    if name in BUILTINS:
        return Builtin(name)
    run.note(f"Namnet {name[:60]!r} finns inte.", node.position)
    return None


def _path(run: Run, node: nodes.Path, scope: Scope | None) -> object:
    source = node.source
    if type(source) is nodes.Path or type(source) is nodes.Name:
        outside = _outside(run, source, scope)
        if outside is not _MISSING:  # plain data from outside: convert only the part that is asked for
            return _plain_key(run, node, outside)
    return _key_of(run, node, run.evaluate(source, scope))


def _outside(run: Run, node: nodes.Node, scope: Scope | None) -> object:
    """Unconverted data reached by keys alone, or _MISSING when the name is not a variable from outside."""
    if type(node) is nodes.Path:
        source = _outside(run, node.source, scope)
        if type(source) is dict:
            return source.get(node.name, _MISSING)
        return _MISSING
    if type(node) is not nodes.Name:
        return _MISSING
    while scope is not None:
        if node.name in scope.values:
            return _MISSING
        scope = scope.outer
    found = run.variables.get(node.name, _MISSING)
    return found if type(found) is dict else _MISSING


def _plain_key(run: Run, node: nodes.Path, outside: object) -> object:
    if type(outside) is dict and node.name in outside:
        return from_plain(outside[node.name], run)
    return _key_of(run, node, from_plain(outside, run))


def _key_of(run: Run, node: nodes.Path, value: object) -> object:
    if isinstance(value, dict):
        if node.name in value:
            return value[node.name]
        run.note(f"Uppgiften {node.name[:60]!r} finns inte.", node.position)
        return None
    if isinstance(value, list):
        run.elements(len(value))
        return [_key_of(run, node, item) for item in value]
    if isinstance(value, Range):
        return _range_key(run, node, value)
    if isinstance(value, _WITH_PROPERTIES):
        return _attempt(run, node, lambda: temporal.property_of(value, node.name))
    if value is not None:
        run.note(f"{swedish_kind(value).capitalize()} har ingen uppgift {node.name[:60]!r}.", node.position)
    return None


def _range_key(run: Run, node: nodes.Path, value: Range) -> object:
    parts = {
        "start": value.low,
        "end": value.high,
        "start included": value.low_included,
        "end included": value.high_included,
    }
    if node.name not in parts:
        run.note(f"Intervallet har ingen uppgift {node.name[:60]!r}.", node.position)
    return parts.get(node.name)


def _attempt(run: Run, node: nodes.Node, compute: Callable[[], object]) -> object:
    try:
        return compute()
    except Nothing as reason:
        run.note(reason.message_sv, node.position)
        return None


def _filter(run: Run, node: nodes.Filter, scope: Scope | None) -> object:
    source = run.evaluate(node.source, scope)
    items = source if isinstance(source, list) else [] if source is None else [source]
    if isinstance(node.condition, nodes.Literal) or not items:
        return _picked(run, node, items, run.evaluate(node.condition, scope) if items else False)
    kept: list[object] = []
    for item in items:
        verdict = run.evaluate(node.condition, _item_scope(item, scope))
        if isinstance(verdict, Decimal):
            return _picked(run, node, items, verdict)
        if verdict is True:
            kept.append(item)
        elif not isinstance(verdict, bool) and verdict is not None:
            run.note("Villkoret i hakparentesen är varken ett ja/nej-värde eller ett tal.", node.position)
            return None
    run.elements(len(kept))
    return kept


def _item_scope(item: object, scope: Scope | None) -> Scope:
    """Inside a filter an element's own keys are names, and `item` is the element."""
    outer = Scope({"item": item}, scope)
    return Scope(item, outer) if isinstance(item, dict) else outer


def _picked(run: Run, node: nodes.Filter, items: list[object], index: object) -> object:
    if isinstance(index, bool):
        return list(items) if index else []
    if not isinstance(index, Decimal):
        run.note("Hakparentesen innehåller varken ett villkor eller ett nummer.", node.position)
        return None
    whole = int(index) if abs(index) <= len(items) else 0
    if whole == 0 or whole != index:
        run.note("Listan har inget element med det numret.", node.position)
        return None
    return items[whole - 1 if whole > 0 else whole]


def _call(run: Run, node: nodes.Call, scope: Scope | None) -> object:
    function = run.evaluate(node.function, scope)
    arguments = [run.evaluate(argument, scope) for argument in node.arguments]
    run.position = node.position
    try:
        if isinstance(function, Builtin):
            return call_builtin(run, function.name, arguments, node.names)
        if isinstance(function, Closure):
            return run.call(function, _in_order(function, arguments, node.names))
        if function is not None:
            raise Nothing("Värdet är ingen funktion.")
    except Nothing as reason:
        run.note(reason.message_sv, node.position)
    return None


def _in_order(function: Closure, arguments: list[object], names: tuple[str, ...]) -> list[object]:
    if not names:
        return arguments
    given = dict(zip(names, arguments, strict=True))
    wanted = function.definition.parameters
    if set(given) != set(wanted):
        raise Nothing("Argumentens namn stämmer inte med funktionens.")
    return [given[name] for name in wanted]


def _negate(run: Run, node: nodes.Negate, scope: Scope | None) -> object:
    value = run.evaluate(node.operand, scope)
    return _attempt(run, node, lambda: negate(value))


def _arithmetic(run: Run, node: nodes.Arithmetic, scope: Scope | None) -> object:
    left = run.evaluate(node.left, scope)
    right = run.evaluate(node.right, scope)
    run.position = node.position
    try:
        return calculate(node.operator, left, right, run)
    except Nothing as reason:
        run.note(reason.message_sv)
        return None


def _compare(run: Run, node: nodes.Compare, scope: Scope | None) -> object:
    left = run.evaluate(node.left, scope)
    right = run.evaluate(node.right, scope)
    run.position = node.position
    return compare(node.operator, left, right, run)


def _and(run: Run, node: nodes.And, scope: Scope | None) -> object:
    result: bool | None = True
    for operand in node.operands:
        value = run.evaluate(operand, scope)
        if value is False:
            return False
        if value is not True:
            result = None
    return result


def _or(run: Run, node: nodes.Or, scope: Scope | None) -> object:
    result: bool | None = False
    for operand in node.operands:
        value = run.evaluate(operand, scope)
        if value is True:
            return True
        if value is not False:
            result = None
    return result


def _between(run: Run, node: nodes.Between, scope: Scope | None) -> object:
    value = run.evaluate(node.value, scope)
    low = run.evaluate(node.low, scope)
    high = run.evaluate(node.high, scope)
    run.position = node.position
    above, below = compare(">=", value, low, run), compare("<=", value, high, run)
    if above is False or below is False:
        return False
    return None if above is None or below is None else True


def _in(run: Run, node: nodes.In, scope: Scope | None) -> object:
    value = run.evaluate(node.value, scope)
    result: bool | None = False
    for test in node.tests:
        verdict = _passes(run, test, value, scope)
        if verdict is True:
            return True
        if verdict is None:
            result = None
    return result


def _input_test(run: Run, node: nodes.InputTest, scope: Scope | None) -> object:
    """Outside `in`, a test such as `< 5` is about the cell's value `?`."""
    return _passes(run, node, _input(run, scope), scope)


def _input(run: Run, scope: Scope | None) -> object:
    while scope is not None:
        if "?" in scope.values:
            return scope.values["?"]
        scope = scope.outer
    return run.variable("?") if "?" in run.variables else None


def _passes(run: Run, test: nodes.Node, value: object, scope: Scope | None) -> bool | None:
    """One test against a value: a comparison, something equal, a range or list holding it."""
    if isinstance(test, nodes.InputTest):
        operand = run.evaluate(test.operand, scope)
        run.position = test.position
        return compare(test.operator, value, operand, run)
    candidate = run.evaluate(test, scope)
    run.position = test.position
    return member(value, candidate, run)


def _unary_tests(run: Run, node: nodes.UnaryTests, scope: Scope | None) -> object:
    if not node.tests:
        return True
    value = _input(run, scope)
    passed = any(_cell_test(run, test, value, scope) for test in node.tests)
    return not passed if node.negated else passed


def _cell_test(run: Run, test: nodes.Node, value: object, scope: Scope | None) -> bool:
    """DMN 1.5 §7.3.17: a cell is true, equals the input, or is a list or range that holds it."""
    if isinstance(test, nodes.InputTest):
        return _passes(run, test, value, scope) is True
    candidate = run.evaluate(test, scope)
    run.position = test.position
    if isinstance(candidate, bool) and not isinstance(value, bool):
        return candidate
    if isinstance(candidate, bool) and mentions_input(test):
        return candidate
    return member(value, candidate, run) is True


def mentions_input(root: nodes.Node) -> bool:
    """Does the test speak of its value as `?`, so that its answer is the answer."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Name) and node.name == "?":
            return True
        waiting.extend(nodes.children(node))
    return False


def _if(run: Run, node: nodes.If, scope: Scope | None) -> object:
    condition = run.evaluate(node.condition, scope)
    if condition is not True and condition is not False:
        run.note("Villkoret efter if saknar värde och räknas som falskt.", node.position)
    return run.evaluate(node.then if condition is True else node.otherwise, scope)


def _combinations(run: Run, iterations: tuple[nodes.Iteration, ...], scope: Scope | None) -> Iterator[Scope]:
    """One scope per combination of the iterations' values; a later iteration sees the earlier names."""
    first, *rest = iterations
    for value in _iterated(run, first, scope):
        run.spend(1)
        inner = Scope({first.name: value}, scope)
        if rest:
            yield from _combinations(run, tuple(rest), inner)
        else:
            yield inner


def _iterated(run: Run, node: nodes.Iteration, scope: Scope | None) -> Iterator[object]:
    source = run.evaluate(node.source, scope)
    end = run.evaluate(node.end, scope) if node.end is not None else None
    run.position = node.position
    if node.end is not None:
        return types.stepped(Range(source, end, low_included=True, high_included=True), down=True)
    if isinstance(source, Range):
        return types.stepped(source, down=True)
    if source is None:
        raise Nothing(f"Det finns inget att gå igenom för {node.name[:60]!r}.")
    return iter(source if isinstance(source, list) else [source])


def _for(run: Run, node: nodes.For, scope: Scope | None) -> object:
    results: list[object] = []
    outer = Scope({"partial": results}, scope)
    try:
        for inner in _combinations(run, node.iterations, outer):
            result = run.evaluate(node.body, inner)
            if result is results:  # `return partial` must not put the list inside itself
                run.elements(len(results))
                result = list(results)
            results.append(result)
    except Nothing as reason:
        run.note(reason.message_sv, node.position)
        return None
    run.elements(len(results))
    return results


def _quantified(run: Run, node: nodes.Quantified, scope: Scope | None) -> object:
    result: bool | None = node.every
    try:
        for inner in _combinations(run, node.iterations, scope):
            verdict = run.evaluate(node.condition, inner)
            if verdict is (not node.every):
                return not node.every
            if not isinstance(verdict, bool):
                result = None
    except Nothing as reason:
        run.note(reason.message_sv, node.position)
        return None
    return result


def _list(run: Run, node: nodes.ListOf, scope: Scope | None) -> object:
    return [run.evaluate(item, scope) for item in node.items]


def _context(run: Run, node: nodes.ContextOf, scope: Scope | None) -> object:
    made: dict[str, object] = {}
    inner = Scope(made, scope)
    for entry in node.entries:
        made[entry.key] = run.evaluate(entry.value, inner)
    return made


def _range(run: Run, node: nodes.RangeOf, scope: Scope | None) -> object:
    low = run.evaluate(node.low, scope) if node.low is not None else None
    high = run.evaluate(node.high, scope) if node.high is not None else None
    run.position = node.position
    made = Range(low, high, node.low_included and low is not None, node.high_included and high is not None)
    return made if types.is_sound(made, run) else None


def _instance_of(run: Run, node: nodes.InstanceOf, scope: Scope | None) -> object:
    return types.is_instance(run.evaluate(node.value, scope), node.type, run)


def _function(run: Run, node: nodes.FunctionOf, scope: Scope | None) -> object:
    return Closure(node, scope)


_HANDLERS: dict[type[nodes.Node], Callable[[Run, Any, Scope | None], object]] = {
    nodes.Literal: _literal,
    nodes.Name: _name,
    nodes.Path: _path,
    nodes.Filter: _filter,
    nodes.Call: _call,
    nodes.Negate: _negate,
    nodes.Arithmetic: _arithmetic,
    nodes.Compare: _compare,
    nodes.And: _and,
    nodes.Or: _or,
    nodes.Between: _between,
    nodes.In: _in,
    nodes.InputTest: _input_test,
    nodes.UnaryTests: _unary_tests,
    nodes.If: _if,
    nodes.For: _for,
    nodes.Quantified: _quantified,
    nodes.ListOf: _list,
    nodes.ContextOf: _context,
    nodes.RangeOf: _range,
    nodes.InstanceOf: _instance_of,
    nodes.FunctionOf: _function,
}
