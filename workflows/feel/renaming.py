"""Gives variables of an expression other names, in its text; what the expression itself names is left alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from workflows.feel import nodes
from workflows.feel.analysis import inner_names
from workflows.feel.errors import FeelError
from workflows.feel.nodes import Node, Tree

UNCLEAR = "Inom hakparentes går det inte att avgöra om ”{}” är frågan eller något i raden. Skriv det utan hakparentes."


def renamed(text: str, tree: Tree, names: Mapping[str, str]) -> str:
    """`tree` is the text as it was read. FeelError where a name may be the variable's or a row's own."""
    for position, name in sorted(_places(tree.root, frozenset(names)), reverse=True):
        text = f"{text[:position]}{names[name]}{text[position + len(name) :]}"
    return text


def _places(node: Node, names: frozenset[str]) -> Iterator[tuple[int, str]]:
    if isinstance(node, nodes.Name):
        if node.name in names:
            yield node.position, node.name
        return
    if isinstance(node, nodes.Filter):
        yield from _places(node.source, names)
        for position, name in _places(node.condition, names):
            raise FeelError(position, UNCLEAR.format(name))
        return
    inside = names
    for child in nodes.children(node):
        if isinstance(child, nodes.Iteration):  # what it goes through is seen before its own name is
            yield from (place for part in nodes.children(child) for place in _places(part, inside))
            inside -= {child.name}
        else:
            yield from _places(child, names - inner_names(node))
