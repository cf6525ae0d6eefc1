"""Boxed expressions as trees of FEEL: one interpreter, one budget and one set of diagnostics serve them all."""

from collections.abc import Callable
from dataclasses import replace

from lxml import etree

from workflows.dmn.document import Document, attribute
from workflows.dmn.itemtypes import Types
from workflows.dmn.model import DecisionTable, Expression
from workflows.dmn.parts import NULL, Conditional, Faulty, Foreign, Placed, Typed, Verdicts
from workflows.feel import FeelError, Tree, call_problems, free_names, nodes, parse
from workflows.feel.names import is_plain
from workflows.feel.nodes import Entry, FunctionOf, Node, TypeRef

FORMS = (
    *("literalExpression", "decisionTable", "context", "invocation", "list", "relation", "functionDefinition"),
    *("conditional", "filter", "for", "some", "every"),
)
_RESULT = ""  # the key of a context's result cell, which no expression can name
_MAX_DEPTH = 40
_MAX_BOUND = 500  # names of contexts, functions and loops around one expression
MAX_CHARACTERS = 200_000  # of all expressions in a file: reading more takes seconds
Names = frozenset[str]
Parser = Callable[[str, Names], Tree]


class Boxes:
    """Reads the logic of one element of the graph; `names` are those it can see, `keys` those to be known."""

    def __init__(self, document: Document, types: Types, names: Names, keys: Names) -> None:
        self.document = document
        self.types = types
        self.tables: list[DecisionTable] = []
        self.literals: list[Expression] = []
        self.reads: set[tuple[str, ...]] = set()
        self._names = names
        self._keys = keys
        self._knowing: dict[str, bool] = {}
        self._depth = 0

    # ---- texts

    def expression(self, element: etree._Element, place: str, bound: Names, parser: Parser = parse) -> Expression:
        """The text in an element, read; a text that cannot be read is told of and stops whoever evaluates it."""
        place = attribute(element, "id") or place
        text = self.document.text(element)
        kind = attribute(element, "typeRef").rpartition(":")[2]
        language = element.get("expressionLanguage") or ""
        if language and "feel" not in language.lower():
            message = f"Uttrycket är skrivet i {language[:60]}; bara FEEL går att använda."
            self.document.remark(place, "language", message)
            return Expression(place, text, kind, Faulty(0, place, message))
        return Expression(place, text, kind, self._tree(text, place, bound, parser) if text else None)

    def _tree(self, text: str, place: str, bound: Names, parser: Parser) -> Node:
        self.document.characters += len(text)
        if self.document.characters > MAX_CHARACTERS:
            if self.document.characters - len(text) <= MAX_CHARACTERS:
                self.document.say(place, "too-large", f"Uttrycken i filen är längre än {MAX_CHARACTERS} tecken.")
            return Faulty(0, place, "Uttrycken i filen är för långa.")
        try:
            tree = parser(text, self._keys | {name for name in bound if self._must_be_known(name)})
        except FeelError as error:
            self.document.remark(place, "feel", f"{error} I cellen står: {text[:80]}")
            return Faulty(0, place, str(error))
        for _, problem in call_problems(tree, self._names | bound):
            self.document.remark(place, "unknown-function", problem)
        self.reads |= _paths(tree, bound)
        return self.types.named_in_expression(tree.root)

    def _must_be_known(self, name: str) -> bool:
        if name not in self._knowing:
            self._knowing[name] = bool(name) and not is_plain(name)
        return self._knowing[name]

    # ---- forms

    def logic(self, element: etree._Element, place: str, bound: Names = frozenset()) -> Node:
        """The tree of a form; its value is of the type that the form declares."""
        place = attribute(element, "id") or place
        self._depth += 1
        if self._depth > _MAX_DEPTH or len(bound) > _MAX_BOUND:
            message = (
                f"Uttrycken ligger i fler än {_MAX_DEPTH} nivåer inuti varandra, eller ser fler än {_MAX_BOUND} namn."
            )
            self.document.say(place, "too-deep", message)
            self._depth -= 1
            return NULL
        made = _FORMS[self.document.kind(element)](self, element, place, bound)
        self._depth -= 1
        return self.typed(made, element, place)

    def typed(self, node: Node, element: etree._Element | None, place: str) -> Node:
        wanted = self.types.named(attribute(element, "typeRef"), place) if element is not None else None
        return Typed(0, place, node, wanted) if wanted is not None else node

    def inner(self, parent: etree._Element, place: str, bound: Names) -> Node:
        """The one form inside an element."""
        found = self.document.child(parent, *FORMS)
        if found is None:
            self.document.remark(place, "empty", f"Uttryck saknas i {self.document.kind(parent)}.")
            return NULL
        return self.logic(found, place, bound)

    def _part(self, parent: etree._Element, name: str, place: str, bound: Names) -> Node:
        found = self.document.child(parent, name)
        if found is None:
            self.document.remark(place, "empty", f"Delen {name} saknas.")
            return NULL
        return self.inner(found, place, bound)

    def literal(self, element: etree._Element, place: str, bound: Names) -> Node:
        found = self.expression(element, place, bound)
        self.literals.append(found)
        if found.node is None:
            self.document.remark(place, "empty", "Uttrycket är tomt.")
            return NULL
        return Placed(0, found.element, found.node)

    def context(self, element: etree._Element, place: str, bound: Names) -> Node:
        """Every entry sees those before it; a last entry without a name is the value of the whole."""
        entries: list[Entry] = []
        seen = bound
        for part in self.document.children(element, "contextEntry"):
            variable = self.document.child(part, "variable")
            name = attribute(variable, "name") if variable is not None else _RESULT
            if any(entry.key == name for entry in entries):
                self.document.remark(place, "twice", f"Kontexten har två poster som heter {name[:60]!r}.")
            entries.append(Entry(0, name, self.typed(self.inner(part, place, seen), variable, place)))
            seen |= {name}
        made = nodes.ContextOf(0, tuple(entries))
        return nodes.Path(0, made, _RESULT) if any(entry.key == _RESULT for entry in entries) else made

    def invocation(self, element: etree._Element, place: str, bound: Names) -> Node:
        names: list[str] = []
        arguments: list[Node] = []
        for binding in self.document.children(element, "binding"):
            parameter = self.document.child(binding, "parameter")
            names.append(attribute(parameter, "name") if parameter is not None else "")
            arguments.append(self.inner(binding, place, bound))
        called = self._called(element, place, bound)
        return Placed(0, place, nodes.Call(0, called, tuple(arguments), tuple(names)))

    def _called(self, element: etree._Element, place: str, bound: Names) -> Node:
        found = self.inner(element, place, bound)
        return found.root if isinstance(found, Placed) and isinstance(found.root, nodes.Name) else found

    def listed(self, element: etree._Element, place: str, bound: Names) -> Node:
        parts = self.document.children(element, *FORMS)
        return nodes.ListOf(0, tuple(self.logic(part, place, bound) for part in parts))

    def relation(self, element: etree._Element, place: str, bound: Names) -> Node:
        columns = list(self.document.children(element, "column"))
        rows: list[Node] = []
        for row in self.document.children(element, "row"):
            cells = [self.logic(cell, place, bound) for cell in self.document.children(row, *FORMS)]
            if len(cells) != len(columns):
                self.document.say(place, "cell-count", f"En rad har {len(cells)} celler, men {len(columns)} kolumner.")
                continue
            entries = (
                Entry(0, attribute(column, "name"), self.typed(cell, column, place))
                for column, cell in zip(columns, cells, strict=True)
            )
            rows.append(nodes.ContextOf(0, tuple(entries)))
        return nodes.ListOf(0, tuple(rows))

    def function(self, element: etree._Element, place: str, bound: Names) -> Node:
        parameters = list(self.document.children(element, "formalParameter"))
        names = tuple(attribute(parameter, "name") for parameter in parameters)
        types = tuple(self.types.named(attribute(parameter, "typeRef"), place) for parameter in parameters)
        if len(set(names)) != len(names):
            self.document.say(place, "twice", "Två parametrar har samma namn.")
        return FunctionOf(0, names, types, self._body(element, place, bound | set(names)))

    def typed_body(self, function: Node, wanted: TypeRef | None) -> Node:
        """The function, answering only what its type says."""
        if wanted is None or not isinstance(function, FunctionOf):
            return function
        return replace(function, body=Typed(0, "", function.body, wanted))

    def _body(self, element: etree._Element, place: str, bound: Names) -> Node:
        kind = _language(element)
        if kind != "FEEL":
            message = f"Funktionen är skriven i {kind[:40]} och körs aldrig; svaret blir alltid tomt."
            self.document.remark(place, "language", message)
            return Foreign(0, place, kind)
        return self.inner(element, place, bound)

    def conditional(self, element: etree._Element, place: str, bound: Names) -> Node:
        condition, then, otherwise = (self._part(element, name, place, bound) for name in ("if", "then", "else"))
        return Placed(0, place, Conditional(0, condition, then, otherwise))

    def filtered(self, element: etree._Element, place: str, bound: Names) -> Node:
        source = self._part(element, "in", place, bound)
        reads = set(self.reads)
        condition = self._part(element, "match", place, bound | {"item"})
        self.reads = reads  # the element's own keys are names there, so nothing is certain to come from outside
        return Placed(0, place, nodes.Filter(0, source, condition))

    def loop(self, element: etree._Element, place: str, bound: Names) -> Node:
        iteration, inner = self._iteration(element, place, bound)
        body = self._part(element, "return", place, inner | {"partial"})
        return Placed(0, place, nodes.For(0, (iteration,), body))

    def quantified(self, element: etree._Element, place: str, bound: Names) -> Node:
        iteration, inner = self._iteration(element, place, bound)
        condition = self._part(element, "satisfies", place, inner)
        every = self.document.kind(element) == "every"
        return Placed(0, place, Verdicts(0, every, nodes.For(0, (iteration,), condition)))

    def _iteration(self, element: etree._Element, place: str, bound: Names) -> tuple[nodes.Iteration, Names]:
        name = attribute(element, "iteratorVariable")
        source = self._part(element, "in", place, bound)
        return nodes.Iteration(0, name, source, None), bound | {name}


Form = Callable[[Boxes, etree._Element, str, Names], Node]  # noqa: SLF001  lxml has no public name for an element
_FORMS: dict[str, Form] = {
    "literalExpression": Boxes.literal,
    "context": Boxes.context,
    "invocation": Boxes.invocation,
    "list": Boxes.listed,
    "relation": Boxes.relation,
    "functionDefinition": Boxes.function,
    "conditional": Boxes.conditional,
    "filter": Boxes.filtered,
    "for": Boxes.loop,
    "some": Boxes.quantified,
    "every": Boxes.quantified,
}


def register(kind: str, form: Form) -> None:
    """Say how one more form is read."""
    _FORMS[kind] = form


def _language(function: etree._Element) -> str:
    """What a function is written in; before DMN 1.2 the attribute was an extension of the editor's."""
    found = (str(value) for name, value in function.attrib.items() if etree.QName(str(name)).localname == "kind")
    return next(found, "FEEL")


def answer_type(wanted: TypeRef | None) -> TypeRef | None:
    """What a function of this type answers."""
    return wanted.parts[-1] if wanted is not None and wanted.name == "function" and wanted.parts else None


def _paths(tree: Tree, bound: Names) -> set[tuple[str, ...]]:
    """What the expression reads from outside: each name with the keys that follow it."""
    free = free_names(tree) - bound
    found: set[tuple[str, ...]] = set()
    waiting = [tree.root]
    while waiting:
        node = waiting.pop()
        path = _path(node)
        if path:
            found |= {path} if path[0] in free else set()
        else:
            waiting.extend(nodes.children(node))
    return found


def _path(node: Node) -> tuple[str, ...]:
    keys: list[str] = []
    while isinstance(node, nodes.Path):
        keys.append(node.name)
        node = node.source
    return (node.name, *reversed(keys)) if isinstance(node, nodes.Name) else ()
