"""Getting at data: names, paths and filters."""

from decimal import Decimal

from workflows.feel import mistakes, moments, nodes
from workflows.feel.builtins.registry import BUILTINS
from workflows.feel.plain import from_plain
from workflows.feel.run import MISSING, Run, Scope, attempt, handles
from workflows.feel.values import Builtin, Range, swedish_kind


@handles(nodes.Name)
def _name(run: Run, node: nodes.Name, scope: Scope | None) -> object:
    found = _known(run, node.name, scope)
    if found is not MISSING:
        return found
    if node.name in BUILTINS:
        return Builtin(node.name)
    run.note(mistakes.unknown_name(node.name), node.position)
    return None


def _known(run: Run, name: str, scope: Scope | None) -> object:
    while scope is not None:
        if name in scope.values:
            return scope.values[name]
        scope = scope.outer
    return run.variable(name) if name in run.variables else MISSING


@handles(nodes.Path)
def _path(run: Run, node: nodes.Path, scope: Scope | None) -> object:
    source = node.source
    if type(source) is nodes.Path or type(source) is nodes.Name:
        outside = _outside(run, source, scope)
        if outside is not MISSING:  # plain data from outside: convert only the part that is asked for
            return _plain_key(run, node, outside)
    return _key_of(run, node, run.evaluate(source, scope))


def _outside(run: Run, node: nodes.Node, scope: Scope | None) -> object:
    """Unconverted data reached by keys alone, or MISSING when the name is not a variable from outside."""
    if type(node) is nodes.Path:
        source = _outside(run, node.source, scope)
        if type(source) is dict:
            return source.get(node.name, MISSING)
        return MISSING
    if type(node) is not nodes.Name:
        return MISSING
    while scope is not None:
        if node.name in scope.values:
            return MISSING
        scope = scope.outer
    found = run.variables.get(node.name, MISSING)
    return found if type(found) is dict else MISSING


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
    if isinstance(value, moments.TEMPORAL):
        return attempt(run, node, lambda: moments.property_of(value, node.name))
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


@handles(nodes.Filter)
def _filter(run: Run, node: nodes.Filter, scope: Scope | None) -> object:
    source = run.evaluate(node.source, scope)
    items = source if isinstance(source, list) else [] if source is None else [source]
    if not items and _may_be_an_index(run, node.condition, scope):
        return _picked(run, node, items, run.evaluate(node.condition, scope))
    if isinstance(node.condition, nodes.Literal):
        return _picked(run, node, items, node.condition.value)
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


def _may_be_an_index(run: Run, condition: nodes.Node, scope: Scope | None) -> bool:
    """Of an empty list no element can tell whether the brackets hold its number or what it must fulfil."""
    if isinstance(condition, nodes.Name):
        return isinstance(_known(run, condition.name, scope), Decimal)
    return isinstance(condition, nodes.Literal | nodes.Negate | nodes.Arithmetic)


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
