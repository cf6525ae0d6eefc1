"""A förlopp as a routine: what it is for, and the diagram in words with all that it calls. Pure, of files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from workflows import connectors, definitions, diagram, dmn, outline, published
from workflows.forms import definition as form_definition
from workflows.forms.shapes import Form
from workflows.outline import Outline, Section

Sources = Mapping[str, str]


@dataclass(frozen=True)
class Routine:
    """`main` is the förlopp itself, `called` what it calls, in the order in which it does."""

    main: Outline
    called: tuple[Section, ...] = ()


def routine(config: Mapping[str, Any], sources: Sources, professions: Mapping[str, str]) -> Routine:
    """Of everything that the förlopp's own diagram reaches. Diagrams that cannot be read are left out."""
    roots = diagram.readable(sources)
    known = around(sources, professions, roots)
    file = definitions.main_file(config, sources)
    if file not in roots:
        return Routine(Outline())
    main = outline.told(roots[file], known)
    homes = {node.get("id", ""): root for root in roots.values() for node in diagram.processes(root)}
    told = {section.id for section in main.sections}
    called: list[Section] = []
    queue = _calls(main.walk())
    while queue:
        key = queue.pop(0)
        if key in told or key not in homes:
            continue
        told.add(key)
        found = outline.told(homes[key], known, only=(key,))
        called += found.sections
        queue += _calls(found.walk())
    return Routine(main, tuple(called))


def of_file(
    file: str, sources: Sources, professions: Mapping[str, str], address: Callable[[str], str]
) -> Outline | None:
    """One diagram alone, the others at the addresses of their files; None when it cannot be read."""
    roots = diagram.readable(sources)
    if file not in roots:
        return None
    places = {
        node.get("id", ""): f"{address(name)}#forlopp-{node.get('id', '')}"
        for name, root in roots.items()
        if name != file
        for node in diagram.processes(root)
    }
    return outline.told(roots[file], replace(around(sources, professions, roots), places=places))


def around(
    sources: Sources, professions: Mapping[str, str], roots: Mapping[str, etree._Element] | None = None
) -> outline.Around:
    """What steps may refer to, in these files."""
    found = roots if roots is not None else diagram.readable(sources)
    return outline.Around(
        professions=professions,
        processes={
            node.get("id", ""): " ".join((node.get("name") or node.get("id") or "").split())
            for root in found.values()
            for node in diagram.processes(root)
        },
        forms=_forms(sources),
        decisions=_decisions(sources),
        operations=connectors.operations(),
    )


def _calls(steps: Iterable[outline.Step]) -> list[str]:
    return [step.calls for step in steps if step.calls]


def _forms(sources: Sources) -> dict[str, Form]:
    def shared(key: str) -> bytes:
        return sources[published.form_file(key)].encode()

    read = {
        published.form_key(name): form_definition.read(text.encode(), name, shared)[0]
        for name, text in sources.items()
        if name.endswith(".json")
    }
    return {key: form for key, form in read.items() if form is not None}


def _decisions(sources: Sources) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, text in sources.items():
        if name.endswith(".dmn"):
            try:
                model = dmn.load(text.encode(), published.other_tables(sources, name))
            except dmn.DmnError:
                continue
            found |= {key: one.name or key for key, one in model.decisions.items()}
    return found
