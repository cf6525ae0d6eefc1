"""The page of components is whole: every macro is in some example, and every example can be drawn."""

import datetime
import re
from collections.abc import Iterator

from jinja2 import Environment, nodes

from web import components, jinja

NOW = datetime.datetime(2026, 11, 28, 9, 0, tzinfo=datetime.UTC)


def parsed(environment: Environment, name: str) -> nodes.Template:
    source, _, _ = environment.loader.get_source(environment, name)  # type: ignore[union-attr]
    return environment.parse(source)


def called(node: nodes.Node) -> set[str]:
    return {call.node.name for call in node.find_all(nodes.Call) if isinstance(call.node, nodes.Name)}


def shown(environment: Environment) -> set[str]:
    """The macros that the examples use, and those that these use in turn."""
    bodies: dict[str, set[str]] = {}
    left: set[str] = set()
    for name in environment.list_templates():
        if name.endswith(components.EXAMPLES):
            left |= called(parsed(environment, name))
        elif name.rpartition("/")[2] in components.PARTS:
            bodies |= {macro.name: called(macro) for macro in parsed(environment, name).find_all(nodes.Macro)}
    found: set[str] = set()
    while left:
        name = left.pop()
        found.add(name)
        left |= bodies.get(name, set()) - found
    return found


def test_every_component_has_an_example() -> None:
    """A new macro in a parts.html? Draw it in its room's examples.html, and say in Swedish when to use it."""
    environment = jinja.loaded()
    seen = shown(environment)
    found = components.macros(environment)
    assert sum(map(len, found.values())) > 20
    assert [f"{template}: {name}" for template, names in found.items() for name in names if name not in seen] == []


def every_example() -> Iterator[tuple[str, components.Example]]:
    for room in components.rooms(jinja.loaded(), now=NOW):
        for component in room.components:
            for example in component.examples:
                yield f"{room.name}.{component.name}", example


def test_every_example_says_what_it_shows_and_shows_something() -> None:
    drawn = list(every_example())
    assert len(drawn) > 30
    assert [name for name, example in drawn if len(example.told) < 5 or "<" not in example.html] == []


def test_no_two_examples_share_an_id() -> None:
    ids = [found for _, example in every_example() for found in re.findall(r'\bid="([^"]+)"', example.html)]
    assert len(ids) > 30
    assert sorted({one for one in ids if ids.count(one) > 1}) == []
