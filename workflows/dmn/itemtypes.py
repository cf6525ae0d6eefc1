"""Item definitions as types of FEEL: components, collections, allowed values, functions, wherever they are declared."""

from collections.abc import Mapping

from lxml import etree

from workflows.dmn.document import Document, attribute
from workflows.feel import FeelError, nodes, parse, parse_unary
from workflows.feel.nodes import Node, TypeRef

_BUILT_IN = {
    "integer": "number",
    "long": "number",
    "double": "number",
}
_BUILT_IN |= {
    name: name
    for name in (
        *("Any", "number", "string", "boolean", "date", "time", "date and time", "dateTime", "list", "context"),
        *("function", "range", "dayTimeDuration", "yearMonthDuration", "any", "Null"),
        *("days and time duration", "years and months duration"),
    )
}
ANY = TypeRef(0, "Any")
_MAX_DEPTH = 30


class Types:
    """The types that one file can name: its own, those it imports, and FEEL's."""

    def __init__(self, document: Document, known: Mapping[str, "Types"]) -> None:
        self._document = document
        self._known = known  # by namespace
        self._made: dict[str, TypeRef | None] = {}
        self._making: list[str] = []
        self._definitions = {
            attribute(element, "name"): element for element in document.children(document.root, "itemDefinition")
        }

    def named(self, name: str, place: str) -> TypeRef | None:
        """The type with a name; None when everything is allowed, which an unknown name is told of."""
        name = " ".join(name.split())
        if not name or name in ("Any", "any"):
            return None
        if name not in self._made:
            self._made[name] = self._found(name, place)
        return self._made[name]

    def named_in_expression(self, root: Node) -> Node:
        """The expression with the names of declared types replaced by the types themselves."""
        return nodes.rewritten(root, self._replaced) if self._definitions or self._document.imports else root

    def _replaced(self, node: Node) -> Node:
        if not isinstance(node, TypeRef) or node.name in _BUILT_IN:
            return node
        return self._declared(node.name, "") or node

    def _found(self, name: str, place: str) -> TypeRef | None:
        declared = self._declared(name, place)
        if declared is not None:
            return declared
        plain = name.rpartition(":")[2]
        if plain in _BUILT_IN:
            return TypeRef(0, _BUILT_IN[plain])
        written = self._written(plain)
        if written is None:
            self._document.remark(
                place, "unknown-type", f"Typen {name[:60]} finns inte; inget kontrolleras.", "warning"
            )
        return written

    def _written(self, text: str) -> TypeRef | None:
        """A type such as `list<number>`, written as FEEL writes it."""
        if "<" not in text:
            return None
        try:
            root = parse(f"null instance of {text}").root
        except FeelError:
            return None
        return root.type if isinstance(root, nodes.InstanceOf) else None

    def _declared(self, name: str, place: str) -> TypeRef | None:
        """A type of this file or, as `prefix.name`, of one it imports; also with the prefix of a namespace."""
        for spelled in (name, name.rpartition(":")[2]):
            if spelled in self._definitions:
                return self._own(spelled, place)
            for prefix, namespace in self._document.imports.items():
                inner = spelled.removeprefix(f"{prefix}.")
                if namespace in self._known and (not prefix or inner != spelled):
                    found = self._known[namespace]._own_or_none(inner, place)  # noqa: SLF001
                    if found is not None:
                        return found
        return None

    def _own_or_none(self, name: str, place: str) -> TypeRef | None:
        return self._own(name, place) if name in self._definitions else None

    def _own(self, name: str, place: str) -> TypeRef | None:
        if name in self._making or len(self._making) > _MAX_DEPTH:
            self._document.remark(place or name, "circular-type", f"Typen {name[:60]} bygger på sig själv.")
            return None
        self._making.append(name)
        made = self._item(self._definitions[name], name)
        self._making.pop()
        return made

    # ---- one item definition or component

    def _item(self, element: etree._Element, place: str) -> TypeRef:
        constraint = self._test(element, "typeConstraint", place)
        allowed = self._test(element, "allowedValues", place)
        is_list = element.get("isCollection") == "true"
        made = self._single(element, place)
        if allowed is not None or (constraint is not None and not is_list):
            made = TypeRef(0, made.name, made.parts, made.keys, _both(made.allowed, allowed or constraint))
        return TypeRef(0, "list", (made,), (), constraint) if is_list else made

    def _single(self, element: etree._Element, place: str) -> TypeRef:
        components = list(self._document.children(element, "itemComponent"))
        if components:
            keys = tuple(attribute(component, "name") for component in components)
            parts = tuple(
                self._item(component, f"{place}.{key}") for component, key in zip(components, keys, strict=True)
            )
            return TypeRef(0, "context", parts, keys)
        function = self._document.child(element, "functionItem")
        if function is not None:
            return self._function(function, place)
        return self.named(self._document.text(element, "typeRef"), place) or ANY

    def _function(self, element: etree._Element, place: str) -> TypeRef:
        parameters = [
            self.named(attribute(parameter, "typeRef"), place) or ANY
            for parameter in self._document.children(element, "parameters")
        ]
        return TypeRef(0, "function", (*parameters, self.named(attribute(element, "outputTypeRef"), place) or ANY))

    def _test(self, element: etree._Element, name: str, place: str) -> Node | None:
        found = self._document.child(element, name)
        text = self._document.text(found) if found is not None else ""
        if not text:
            return None
        try:
            return parse_unary(text).root
        except FeelError as error:
            self._document.remark(place, "feel", f"{error} Tillåtna värden: {text[:80]}")
            return None


def _both(first: Node | None, second: Node | None) -> Node | None:
    """A test that asks for both, as when a type narrows another one's allowed values."""
    return nodes.And(0, (first, second)) if first is not None and second is not None else first or second
