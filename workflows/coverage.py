"""Which steps of a förlopp its scenarios reach. A part that several use is reached when one of them reaches it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from workflows import published
from workflows.diagram import FLOW_NODES


@dataclass(frozen=True)
class Coverage:
    """Ids of flow nodes: of the förlopp's own diagram, and of the parts in `_shared` that it calls."""

    name: str
    own: frozenset[str]
    shared: frozenset[str]
    reached: frozenset[str]


def of(version: published.Published, happened: Iterable[str], name: str) -> Coverage:
    elements = version.definition.elements.values()
    nodes = [item for item in elements if item.type in FLOW_NODES]
    own = frozenset(item.id for item in nodes if item.process == version.definition.process)
    known = frozenset(item.id for item in nodes)
    reached = {found for key in happened for found in (key, *_told_by(version, key))}
    return Coverage(name, own, known - own, known & reached)


def _told_by(version: published.Published, key: str) -> Iterator[str]:
    """What must have been entered for this to happen: the steps around it and, of what only waits, the gateway before.

    Such steps are not done themselves when something interrupts them.
    """
    elements = version.definition.elements
    element = elements.get(key)
    if element is None:
        return
    yield element.attached_to
    for flow in version.routes.into.get(key, ()):
        if flow.source in elements and elements[flow.source].type == "eventBasedGateway":
            yield flow.source
    while element is not None and element.scope in elements:
        yield element.scope
        element = elements.get(element.scope)
