"""Every component of the design and its examples, read from the macros themselves.

A component is a macro of a template named parts.html or forms.html, or a piece of plain markup. Its examples are the
macros of the room's examples.html: `button__kinds` is an example of `button`, and the comment above it says, in
Swedish, what it shows and when to use it.
"""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.safestring import SafeString
from jinja2 import ChainableUndefined, Environment, Template

EXAMPLES = "examples.html"
PARTS = ("parts.html", "forms.html")
STYLES = Path(__file__).parent / "static" / "web"
BETWEEN = "__"

_TOLD = r"(?:\{#\s*(?P<told>(?:(?!#\}).)*?)\s*#\}\s*)?"
_MACRO = re.compile(_TOLD + r"\{% macro (?P<name>\w+)\((?P<takes>.*?)\) %\}", re.DOTALL)
# What must be told apart when several examples share a page: ids, what refers to them, and the names of regions.
_IDS = re.compile(r'\b(id|for|list|aria-labelledby|aria-describedby|aria-label|href)="(#?)([^"]+)"')


@dataclass(frozen=True)
class Example:
    told: str
    html: SafeString


@dataclass(frozen=True)
class Component:
    """`call` is how a page uses it: empty for plain markup."""

    name: str
    call: str
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Room:
    name: str
    components: tuple[Component, ...]


def rooms(environment: Environment, *, now: datetime.datetime) -> list[Room]:
    # What a component has begun to ask for since its example was written is empty here, and an error on its own page.
    environment = environment.overlay(undefined=ChainableUndefined)
    names = [name for name in environment.list_templates() if name.endswith(f"/{EXAMPLES}")]
    # What every room is made of comes first.
    names.sort(key=lambda name: (not name.startswith("web/"), name))
    return [Room(name.partition("/")[0], tuple(_components(environment, name, now))) for name in names]


def macros(environment: Environment) -> dict[str, list[str]]:
    """The macros that are components, by template."""
    named = [name for name in environment.list_templates() if name.rpartition("/")[2] in PARTS]
    return {name: [found["name"] for found in _MACRO.finditer(_source(environment, name))] for name in named}


def styles() -> list[str]:
    """The style sheets that some page adds, as an example may need any of them."""
    others = ("tokens.css", "forlopp.css", "print.css")
    return sorted(f"web/{path.name}" for path in STYLES.glob("*.css") if path.name not in others)


def _components(environment: Environment, name: str, now: datetime.datetime) -> Iterator[Component]:
    examples: dict[str, list[Example]] = {}
    module = environment.get_template(name).make_module(_told(now))
    for number, found in enumerate(_MACRO.finditer(_source(environment, name))):
        component, between, _state = found["name"].partition(BETWEEN)
        if between:
            html = _apart(getattr(module, found["name"])(), f"{name.partition('/')[0]}{number}")
            examples.setdefault(component, []).append(Example(" ".join((found["told"] or "").split()), html))
    calls = dict(_calls(environment, name.partition("/")[0]))
    for component, shown in examples.items():
        yield Component(component, calls.get(component, ""), tuple(shown))


def _calls(environment: Environment, room: str) -> Iterator[tuple[str, str]]:
    """How a page uses each macro of the room."""
    for template in macros(environment):
        if template.startswith(f"{room}/"):
            for found in _MACRO.finditer(_source(environment, template)):
                name = found["name"]
                yield name, f'{{% from "{template}" import {name} %}} {{{{ {name}({found["takes"]}) }}}}'


def _told(now: datetime.datetime) -> dict[str, object]:
    """What every example may use: moments around now, and ids of nobody."""
    hour = datetime.timedelta(hours=1)
    moments = {
        "late": now - 3 * hour,
        "soon": now + hour / 2,
        "today": now + 5 * hour,
        "later": now + 10 * 24 * hour,
        "now": now,
    }
    return moments | {"ids": [uuid.UUID(int=number) for number in range(1, 20)]}


def _apart(html: str, key: str) -> SafeString:
    def renamed(found: re.Match[str]) -> str:
        attribute, hash_mark, value = found.groups()
        if attribute == "href" and not hash_mark:
            return found[0]
        if attribute == "aria-label":
            return f'aria-label="{value} {key}"'
        return f'{attribute}="{hash_mark}{" ".join(f"{key}-{word}" for word in value.split())}"'

    return SafeString(_IDS.sub(renamed, html))  # a template of ours wrote it


def _source(environment: Environment, name: str) -> str:
    template: Template = environment.get_template(name)
    return Path(template.filename or "").read_text(encoding="utf-8")
