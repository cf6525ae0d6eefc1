"""Reads an expression without evaluating it: the shape of its value, and what in it can never be as it is meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from workflows.feel import nodes
from workflows.feel.builtins.registry import BUILTINS
from workflows.variables import calls
from workflows.variables.comparing import compared, operands, result
from workflows.variables.shapes import ANY, BOOLEAN, NULL, Shape, context, join, list_of, of_feel
from workflows.variables.spelling import did_you_mean, listed, nearest


@dataclass(frozen=True, slots=True)
class Remark:
    """`code` tells findings apart; `message` is Swedish and says what to do; `element` is a part of a decision."""

    code: str
    message: str
    element: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A name or path that gave the answer to a question of a form, by the places of the questions it may be.

    With `is_key` the question is asked for by its own key; else through a name that a script or table gave it.
    """

    node: nodes.Name | nodes.Path
    shape: Shape
    is_key: bool
    element: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Names that the expression itself gives; with `open` others may be keys of data that is not known.

    `of` is the value whose keys the names are, as in the brackets behind a list.
    """

    names: Mapping[str, Shape]
    open: bool = False
    outer: Scope | None = None
    of: Shape | None = None

    def find(self, name: str) -> Shape | None:
        scope = self.giving(name)
        return scope.names[name] if scope is not None else None

    def giving(self, name: str) -> Scope | None:
        """The nearest scope that has the name."""
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.outer
        return scope

    def is_open(self) -> bool:
        scope: Scope | None = self
        while scope is not None:
            if scope.open:
                return True
            scope = scope.outer
        return False


@dataclass
class Reader:
    """One reading. `known` are the variables; `later` says in Swedish why one of them has no value yet here, or ''.

    Where it `is_open` there may be names that cannot be seen; then only those almost like one's `own` are told.
    `own` are the questions of a form that is read, `form` the shapes they are keys of. What has been `seen` of answers
    is kept, and which nodes were `opened`: asked for one of their parts, not for all of it.
    """

    known: Mapping[str, Shape]
    later: Callable[[str], str] = lambda _name: ""
    is_open: bool = False
    own: frozenset[str] = frozenset()
    form: Shape | None = None
    remarks: list[Remark] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    opened: dict[int, nodes.Node] = field(default_factory=dict)
    element: str = ""

    def shape(self, node: nodes.Node, scope: Scope | None = None) -> Shape:
        reader = _READERS.get(type(node))
        if reader is not None:
            return reader(self, node, scope or Scope({}))
        for child in nodes.children(node):
            self.shape(child, scope)
        return ANY

    def see(self, node: nodes.Name | nodes.Path, found: Shape, source: Shape | None) -> Shape:
        """Keeps that an answer was asked for; `source` is the value whose key it is, None for a name of its own."""
        if found.at:
            holders = source.at if source is not None else frozenset[str]()
            is_key = any(_below(holder, node.name) in found.at for holder in holders)
            self.seen.append(Seen(node, found, is_key, self.element))
        return found

    def say(self, code: str, message: str) -> None:
        remark = Remark(code, message, self.element)
        if message and remark not in self.remarks:
            self.remarks.append(remark)

    def knows(self, name: str, scope: Scope) -> bool:
        """Whether the name is something here, as far as can be told."""
        given = scope.find(name) is not None or name in self.known or name in BUILTINS or name == "?"
        return given or self.is_open or scope.is_open()

    def unknown(self, name: str, scope: Scope) -> Shape:
        if self.later(name):
            self.say("not-yet", self.later(name))
        elif self.is_open or scope.is_open():
            meant = nearest(name, self.own, likeness=0.8)
            self.say("unknown-name", f"”{name}” är inget fält här. Menade du ”{meant}”?" if meant else "")
        else:
            names = {*self.known, *_names_in(scope)}
            self.say(
                "unknown-name",
                f"”{name}” finns inte i ärendet: inget steg, meddelande, beslut eller skript ger det ett värde."
                + did_you_mean(name, names),
            )
        return ANY


def _below(place: str, key: str) -> str:
    return f"{place}{key}" if place.endswith("#") else f"{place}.{key}"


def _names_in(scope: Scope | None) -> set[str]:
    found: set[str] = set()
    while scope is not None:
        found |= set(scope.names)
        scope = scope.outer
    return found


def reads(*kinds: type[nodes.Node]) -> Callable[[Callable[..., Shape]], Callable[..., Shape]]:
    """Register how nodes that others add to FEEL are read."""

    def register(function: Callable[..., Shape]) -> Callable[..., Shape]:
        _READERS.update(dict.fromkeys(kinds, function))
        return function

    return register


def _literal(_reader: Reader, node: nodes.Literal, _scope: Scope) -> Shape:
    return of_feel(node.value)


def _name(reader: Reader, node: nodes.Name, scope: Scope) -> Shape:
    giving = scope.giving(node.name)
    if giving is not None:
        return reader.see(node, giving.names[node.name], giving.of)
    if reader.later(node.name):
        return reader.unknown(node.name, scope)
    if node.name in reader.known:
        return reader.see(node, reader.known[node.name], reader.form if node.name in reader.own else None)
    if node.name in BUILTINS or node.name == "?":
        return ANY
    return reader.unknown(node.name, scope)


def _path(reader: Reader, node: nodes.Path, scope: Scope) -> Shape:
    reader.opened[id(node.source)] = node.source
    return _key(reader, node, reader.shape(node.source, scope))


def _key(reader: Reader, node: nodes.Path, source: Shape) -> Shape:
    if source.kind == "list":
        return list_of(_key(reader, node, source.item or ANY))
    if source.kind == "context":
        if node.name in source.keys:
            return reader.see(node, source.keys[node.name], source)
        hint = did_you_mean(node.name, source.keys)
        if source.closed or hint:
            reader.say("unknown-key", _no_key(node, source, hint))
        return ANY
    if source.kind in {"text", "number", "boolean"} and not (source.kind == "text" and source.written):
        whole = written(node.source)
        reader.say("unknown-key", f"”{whole}” är {KINDS[source.kind]} och har ingen uppgift ”{node.name}”.")
    return NULL if source.kind == "null" else ANY


def _no_key(node: nodes.Path, source: Shape, hint: str) -> str:
    where = f" i {source.origin}" if source.origin else ""
    offered = hint or (f" Det som finns är {listed(source.keys)}." if source.keys else "")
    return f"”{written(node.source)}” har ingen uppgift ”{node.name}”{where}.{offered}"


def written(node: nodes.Node) -> str:
    """A name or path as it stands, as far as it is one."""
    if isinstance(node, nodes.Path):
        return f"{written(node.source)}.{node.name}"
    if isinstance(node, nodes.Filter):
        return f"{written(node.source)}[…]"
    if isinstance(node, nodes.Literal):
        return f'"{node.value}"' if isinstance(node.value, str) else str(node.value)
    return node.name if isinstance(node, nodes.Name) else "värdet"


KINDS = {
    "text": "text",
    "number": "ett tal",
    "boolean": "ja eller nej",
    "list": "en lista",
    "context": "flera uppgifter",
}


def _filter(reader: Reader, node: nodes.Filter, scope: Scope) -> Shape:
    reader.opened[id(node.source)] = node.source
    source = reader.shape(node.source, scope)
    item = (source.item or ANY) if source.kind == "list" else source
    keys = item.keys if item.kind == "context" else {}
    is_open = not (item.is_certain and (item.kind != "context" or item.closed))
    inner = Scope({"item": item, **keys}, is_open, scope, item)
    index = reader.shape(node.condition, inner)
    if index.kind == "number":
        return item
    return list_of(item) if index.kind == "boolean" else ANY


def _call(reader: Reader, node: nodes.Call, scope: Scope) -> Shape:
    name = node.function.name if isinstance(node.function, nodes.Name) else ""
    if name == "count":
        reader.opened.update((id(argument), argument) for argument in node.arguments)
    arguments = [reader.shape(argument, scope) for argument in node.arguments]
    if name not in BUILTINS or scope.find(name) is not None:
        if not name:
            reader.shape(node.function, scope)
        return ANY
    if name == "list contains" and len(node.arguments) == 2 and arguments[0].kind == "list":
        reader.say(*compared("=", arguments[0].item or ANY, arguments[1], written(node.arguments[0])))
    return calls.shape(name, node.arguments, arguments)


def _negate(reader: Reader, node: nodes.Negate, scope: Scope) -> Shape:
    return replace(reader.shape(node.operand, scope), values=None)


def _arithmetic(reader: Reader, node: nodes.Arithmetic, scope: Scope) -> Shape:
    left, right = reader.shape(node.left, scope), reader.shape(node.right, scope)
    reader.say(*operands(node.operator, left, right, written(node.left), written(node.right)))
    return result(node.operator, left, right)


def _compare(reader: Reader, node: nodes.Compare, scope: Scope) -> Shape:
    value, other = (node.right, node.left) if isinstance(node.left, nodes.Literal) else (node.left, node.right)
    if isinstance(other, nodes.Literal) and other.value is None:  # whether there is an answer, not what it says
        reader.opened[id(value)] = value
    found = reader.shape(value, scope)
    reader.say(*compared(node.operator, found, _compared_to(reader, found, other, scope), written(value)))
    return BOOLEAN


def _compared_to(reader: Reader, value: Shape, node: nodes.Node, scope: Scope) -> Shape:
    """The other side; a text that lacks its quotation marks looks like a name that does not exist."""
    if isinstance(node, nodes.Name) and value.kind == "text" and not reader.knows(node.name, scope):
        reader.say(
            "no-quotes", f'”{node.name}” är inget namn i ärendet. Är det en text? Skriv "{node.name}" inom citattecken.'
        )
        return of_feel(node.name)
    return reader.shape(node, scope)


def _logic(reader: Reader, node: nodes.And | nodes.Or, scope: Scope) -> Shape:
    for operand in node.operands:
        condition(reader, operand, scope)
    return BOOLEAN


def condition(reader: Reader, node: nodes.Node, scope: Scope | None = None) -> None:
    """A part that must be true or false."""
    found = reader.shape(node, scope)
    if found.is_certain and found.kind != "boolean":
        what = f"”{written(node)}”" if isinstance(node, nodes.Name | nodes.Path) else "Det"
        kind = KINDS.get(found.kind, "en tid")
        reader.say("not-boolean", f"{what} är {kind}, inte ja eller nej. Jämför det med något.")


def _between(reader: Reader, node: nodes.Between, scope: Scope) -> Shape:
    value = reader.shape(node.value, scope)
    for end in (node.low, node.high):
        reader.say(*compared("<=", value, reader.shape(end, scope), written(node.value)))
    return BOOLEAN


def _in(reader: Reader, node: nodes.In, scope: Scope) -> Shape:
    value = reader.shape(node.value, scope)
    _tests(reader, value, written(node.value), node.tests, scope)
    return BOOLEAN


def _tests(reader: Reader, value: Shape, name: str, tests: tuple[nodes.Node, ...], scope: Scope) -> None:
    for test in tests:
        if isinstance(test, nodes.InputTest):
            reader.say(*compared(test.operator, value, _compared_to(reader, value, test.operand, scope), name))
        elif isinstance(test, nodes.ListOf):
            _tests(reader, value, name, test.items, scope)
        elif isinstance(test, nodes.RangeOf):
            for end in (test.low, test.high):
                if end is not None:
                    reader.say(*compared("<=", value, reader.shape(end, scope), name))
        else:
            found = _compared_to(reader, value, test, scope)
            if found.kind in {"text", "number", "context"} or isinstance(test, nodes.Literal):
                reader.say(*compared("=", value, found, name))


def _unary(reader: Reader, node: nodes.UnaryTests, scope: Scope) -> Shape:
    value = scope.find("?") or ANY
    _tests(reader, value, value.origin or "kolumnen", node.tests, scope)
    return BOOLEAN


def _if(reader: Reader, node: nodes.If, scope: Scope) -> Shape:
    condition(reader, node.condition, scope)
    return join(reader.shape(node.then, scope), reader.shape(node.otherwise, scope))


def _iterations(reader: Reader, iterations: tuple[nodes.Iteration, ...], scope: Scope) -> Scope:
    for iteration in iterations:
        reader.opened[id(iteration.source)] = iteration.source
        source = reader.shape(iteration.source, scope)
        item = source.item or ANY if source.kind == "list" else ANY
        if iteration.end is not None:
            reader.shape(iteration.end, scope)
        scope = Scope({iteration.name: item}, outer=scope)
    return scope


def _for(reader: Reader, node: nodes.For, scope: Scope) -> Shape:
    inner = Scope({"partial": list_of(ANY)}, outer=_iterations(reader, node.iterations, scope))
    return list_of(reader.shape(node.body, inner))


def _quantified(reader: Reader, node: nodes.Quantified, scope: Scope) -> Shape:
    condition(reader, node.condition, _iterations(reader, node.iterations, scope))
    return BOOLEAN


def _list(reader: Reader, node: nodes.ListOf, scope: Scope) -> Shape:
    item = NULL
    for part in node.items:
        item = join(item, reader.shape(part, scope))
    return list_of(item if node.items else ANY)


def _context(reader: Reader, node: nodes.ContextOf, scope: Scope) -> Shape:
    keys: dict[str, Shape] = {}
    for entry in node.entries:
        keys[entry.key] = reader.shape(entry.value, Scope(dict(keys), outer=scope))
    return context(keys)


def _function(reader: Reader, node: nodes.FunctionOf, scope: Scope) -> Shape:
    reader.shape(node.body, Scope(dict.fromkeys(node.parameters, ANY), outer=scope))
    return Shape("function")


def _boolean(reader: Reader, node: nodes.Node, scope: Scope) -> Shape:
    for child in nodes.children(node):
        if not isinstance(child, nodes.TypeRef):
            reader.shape(child, scope)
    return BOOLEAN


_READERS: dict[type[nodes.Node], Callable[..., Shape]] = {
    nodes.Literal: _literal,
    nodes.Name: _name,
    nodes.Path: _path,
    nodes.Filter: _filter,
    nodes.Call: _call,
    nodes.Negate: _negate,
    nodes.Arithmetic: _arithmetic,
    nodes.Compare: _compare,
    nodes.And: _logic,
    nodes.Or: _logic,
    nodes.Between: _between,
    nodes.In: _in,
    nodes.UnaryTests: _unary,
    nodes.If: _if,
    nodes.For: _for,
    nodes.Quantified: _quantified,
    nodes.ListOf: _list,
    nodes.ContextOf: _context,
    nodes.FunctionOf: _function,
    nodes.InstanceOf: _boolean,
    nodes.TypeRef: lambda _reader, _node, _scope: ANY,
}
