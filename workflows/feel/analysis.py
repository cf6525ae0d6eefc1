"""What can be said of a tree without evaluating it: the names it needs and the functions it calls."""

import difflib
from collections.abc import Iterable, Iterator

from workflows.feel import functions, nodes
from workflows.feel.builtins.registry import BUILTINS, Overload
from workflows.feel.nodes import Node, Tree


def free_names(tree: Tree) -> frozenset[str]:
    """Variables the expression takes from outside; built-in functions and `?` are not among them."""
    return frozenset(_free(tree.root, frozenset())) - {"?"} - BUILTINS.keys()


def call_problems(tree: Tree, known: frozenset[str] = frozenset()) -> list[tuple[int, str]]:
    """Position and Swedish text of every call that can never have a value: no such function, or wrong arguments.

    `known` are variables that may be functions, such as the business knowledge models of a decision file.
    """
    found: list[tuple[int, str]] = []
    for call, bound in _calls(tree.root, known):
        if isinstance(call.function, nodes.Name) and call.function.name not in bound:
            problem = _problem(call, call.function.name, bound)
            if problem:
                found.append((call.function.position, problem))
    return sorted(found)


def _problem(call: nodes.Call, name: str, bound: frozenset[str]) -> str:
    if name not in BUILTINS:
        return f"Funktionen ”{name[:60]}” finns inte." + _meant(name, {*BUILTINS, *bound})
    if any(_fits(overload, call) for overload in BUILTINS[name]):
        return ""
    ways = " eller ".join(f"{name}({_parameters(overload)})" for overload in BUILTINS[name][:3])
    known = {parameter.name for overload in BUILTINS[name] for parameter in overload.parameters}
    wrong = [written for written in call.names if written not in known]
    if wrong:
        return f"Funktionen ”{name}” har inget argument ”{wrong[0][:60]}”.{_meant(wrong[0], known)} Skriv {ways}."
    return f"Funktionen ”{name}” har fel antal argument ({len(call.arguments)}). Skriv {ways}."


def _parameters(overload: Overload) -> str:
    return ", ".join(functions.written(parameter) for parameter in overload.parameters)


def _fits(overload: Overload, call: nodes.Call) -> bool:
    parameters = overload.parameters
    if call.names:
        missing = {part.name for part in parameters if not part.optional and not part.nullable} - set(call.names)
        return not overload.variadic and not missing and set(call.names) <= {part.name for part in parameters}
    least = sum(not parameter.optional for parameter in parameters)
    return least <= len(call.arguments) and (overload.variadic or len(call.arguments) <= len(parameters))


def _meant(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name.lower().replace("_", " ")[:60], sorted(known), n=1, cutoff=0.7)
    return f" Menade du ”{near[0]}”?" if near else ""


def inner_names(node: Node) -> frozenset[str]:
    """The names that a node gives to what is inside it."""
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
    inner = bound | inner_names(node)
    found: set[str] = set()
    for child in nodes.children(node):
        found |= _free(child, inner)
    return found


def _calls(node: Node, bound: frozenset[str]) -> Iterator[tuple[nodes.Call, frozenset[str]]]:
    """Every call with the names that the expression itself gives around it."""
    bound |= inner_names(node)
    if isinstance(node, nodes.Call):
        yield node, bound
    for child in nodes.children(node):
        yield from _calls(child, bound)
