"""Going through lists and ranges: for, some and every."""

from collections.abc import Iterator

from workflows.feel import nodes, types
from workflows.feel.errors import Nothing
from workflows.feel.run import Run, Scope, handles
from workflows.feel.values import Range, swedish_kind


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


@handles(nodes.For)
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


def _verdict(answer: object) -> bool | None:
    if answer is None or isinstance(answer, bool):
        return answer
    raise Nothing(f"Villkoret efter satisfies gav {swedish_kind(answer)}, varken sant eller falskt.")


@handles(nodes.Quantified)
def _quantified(run: Run, node: nodes.Quantified, scope: Scope | None) -> object:
    result: bool | None = node.every
    try:
        for inner in _combinations(run, node.iterations, scope):
            verdict = _verdict(run.evaluate(node.condition, inner))
            if verdict is (not node.every):
                return not node.every
            if verdict is None:
                result = None
    except Nothing as reason:
        run.note(reason.message_sv, node.position)
        return None
    return result
