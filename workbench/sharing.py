"""Parts that several förlopp use: what they are now, who uses which, and whether theirs would still be right.

A draft of them has the key `_shared`. Each version of a förlopp has its own copy, so a changed part reaches a förlopp
with a version of its own, and an ärende goes on with the parts that it began with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from workbench import trying
from workbench.models import Draft, DraftState
from workflows import catalogue, definitions, published
from workflows.definitions import Checked, Folder
from workflows.findings import Finding
from workflows.models import ProcessDefinition, ProcessVersion
from workflows.scenarios import Result

KEY = published.SHARED.rstrip("/")
TITLE = "Delade delar"
_PROCESS = re.compile(r'<(?:\w+:)?process\b[^>]*?\bid="([^"]+)"')
_DECISION = re.compile(r'<(?:\w+:)?decision\b[^>]*?\bid="([^"]+)"')


@dataclass(frozen=True)
class User:
    """A förlopp that uses parts: which, which of them the draft changes, and what would become of it."""

    version: ProcessVersion
    used: tuple[str, ...]
    changed: tuple[str, ...] = ()
    folder: Folder = field(default_factory=lambda: Folder({}, {}))
    checked: Checked = field(default_factory=lambda: Checked([]))
    results: tuple[Result, ...] = ()

    @property
    def key(self) -> str:
        return self.version.definition.key

    @property
    def title(self) -> str:
        return self.version.definition.title

    @property
    def errors(self) -> list[Finding]:
        return [item for item in self.checked.findings if item.severity == "error"]

    @property
    def failed(self) -> list[Result]:
        return [result for result in self.results if not result.is_passed]


def current() -> dict[str, str]:
    """As they were last published here, else as they lie in the folder of this installation."""
    latest = Draft.objects.filter(key=KEY, state=DraftState.PUBLISHED).order_by("-changed_at").first()
    if latest is not None:
        return dict(latest.files.values_list("name", "text"))
    place = Path(settings.FORLOPP_BPMN_DIR) / KEY
    return dict(definitions.read(place).sources) if place.is_dir() else {}


def users(texts: Mapping[str, str], *, tried: bool = False) -> list[User]:
    """The förlopp that use any of these parts, by title; `tried`: checked, with their scenarios played."""
    rows = ProcessDefinition.objects.exclude(current=None).select_related("current__definition").order_by("title")
    found = [_user(row.current, texts, tried=tried) for row in rows if row.current is not None]
    return [user for user in found if user.used]


def _user(version: ProcessVersion, texts: Mapping[str, str], *, tried: bool) -> User:
    content = catalogue.content(version)
    sources = dict(content.whole.sources)
    own = {name: text for name, text in sources.items() if not name.startswith(published.SHARED)}
    used = tuple(sorted(reached(own, texts)))
    changed = tuple(name for name in used if sources.get(name) != texts[name])
    folder = Folder(dict(content.whole.config), own | dict(texts), [], dict(content.papers))
    if not changed or not tried:
        return User(version, used, changed, folder)
    checked, results = _tried(version.definition.key, json.dumps([folder.sources, folder.papers], sort_keys=True))
    return User(version, used, changed, folder, checked, results)


@lru_cache(maxsize=16)
def _tried(key: str, files: str) -> tuple[Checked, tuple[Result, ...]]:
    """Kept by its content: a page asks for every förlopp each time it is shown."""
    sources, papers = json.loads(files)
    read = definitions.from_sources(sources, Path(f"{key}.zip"))
    folder = Folder(read.config, sources, read.findings, papers)
    checked = definitions.checked(folder)
    if checked.compiled is None:
        return checked, ()
    whole = published.assemble(folder.config, folder.sources, checked.compiled)
    return checked, tuple(trying.tried(whole, folder)[0])


def reached(own: Mapping[str, str], shared: Mapping[str, str]) -> set[str]:
    """The parts that these files name, and those that such parts name."""
    found: set[str] = set()
    unread = list(own.values())
    while unread:
        text = unread.pop()
        for name in shared:
            if name not in found and any(sign.search(text) for sign in _signs(name, shared[name])):
                found.add(name)
                unread.append(shared[name])
    return found


def _signs(name: str, text: str) -> Iterator[re.Pattern[str]]:
    """How another file names it."""
    if name.endswith(".json"):
        yield re.compile(rf"{re.escape(published.form_key(name))}(?![\w-])")
    for key in _PROCESS.findall(text) if name.endswith(".bpmn") else ():
        yield re.compile(rf'calledElement="{re.escape(key)}"')
    for key in _DECISION.findall(text) if name.endswith(".dmn") else ():
        yield re.compile(rf"[>\"#]{re.escape(key)}[<\"]")
