"""What can be said of a tree without evaluating it: the names it needs and the functions it calls."""

from workflows.feel import nodes
from workflows.feel.builtins.registry import BUILTINS
from workflows.feel.nodes import Node, Tree


def free_names(tree: Tree) -> frozenset[str]:
    """Variables the expression takes from outside; built-in functions and `?` are not among them."""
    return frozenset(_free(tree.root, frozenset())) - {"?"} - BUILTINS.keys()


def unknown_functions(tree: Tree) -> list[tuple[int, str]]:
    """Position and name of every called name that is neither built in nor defined in the expression."""
    found: list[tuple[int, str]] = []
    _calls(tree.root, frozenset(), found)
    return sorted(found)


def _inner_names(node: Node) -> frozenset[str]:
    if isinstance(node, (nodes.For, nodes.Quantified)):
        return frozenset(iteration.name for iteration in node.iterations) | (
            {"partial"} if isinstance(node, nodes.For) else set()
        )
    if isinstance(node, nodes.FunctionOf):
        return frozenset(node.parameters)
    if isinstance(node, nodes.ContextOf):
        return frozenset(entry.key for entry in node.entries)
    return frozenset()


def _free(node: Node, bound: frozenset[str]) -> set[str]:
    if isinstance(node, nodes.Name):
        return set() if node.name in bound else {node.name}
    if isinstance(node, nodes.Filter):
        # The element's own keys are names inside the brackets, so nothing there is certain to come from outside.
        return _free(node.source, bound)
    inner = bound | _inner_names(node)
    found: set[str] = set()
    for child in nodes.children(node):
        found |= _free(child, inner)
    return found


def _calls(node: Node, bound: frozenset[str], found: list[tuple[int, str]]) -> None:
    bound |= _inner_names(node)
    if isinstance(node, nodes.Call) and isinstance(node.function, nodes.Name):
        name = node.function.name
        if name not in BUILTINS and name not in bound:
            found.append((node.function.position, name))
    for child in nodes.children(node):
        _calls(child, bound, found)
