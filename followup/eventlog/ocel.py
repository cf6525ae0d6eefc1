"""An event log as OCEL 2.0 in JSON: ärenden, persons, tasks and professions are objects, and an event is about several.

Values are texts, as the published schema says. What comes last in the file is kept in a temporary one meanwhile.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterable
from functools import lru_cache
from typing import IO

from followup.eventlog.events import Case, Event

COURSE, PERSON, TASK, PROFESSION = "Ärende", "Person", "Uppgift", "Profession"
OF_EVENT = ("overgang", "handelse", "lage", "element", "elementtyp", "enhet", "orsak")
OF_OBJECT = {COURSE: ("forlopp", "version", "lage", "utfall"), PERSON: (), TASK: ("steg", "lage"), PROFESSION: ()}
KEPT_IN_MEMORY = 4_000_000
START = "1970-01-01T00:00:00Z"
"""Of a value that was so from the start, as OCEL has it."""


def write(cases: Iterable[Case], out: IO[bytes]) -> None:
    log = _Log()
    with tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY) as objects:
        out.write(b'{"events": [')
        for case in cases:
            out.write(log.events(case))
            objects.write(log.objects(case))
        objects.write(log.others())
        out.write(b'\n],\n"objects": [')
        objects.seek(0)
        shutil.copyfileobj(objects, out)
    out.write(b"\n],\n" + log.types() + b"}\n")


class _Log:
    """What has been told so far: how many, which kinds, and who."""

    def __init__(self) -> None:
        self.count = 0
        self.names: set[str] = set()
        self.persons: dict[str, None] = {}
        self.professions: dict[str, None] = {}
        self._has_objects = False

    def events(self, case: Case) -> bytes:
        told = [self._event(event, case) for event in case.events]
        return "".join(told).encode()

    def objects(self, case: Case) -> bytes:
        self.persons[case.person] = None
        values = {"forlopp": case.course, "version": str(case.version), "lage": case.state, "utfall": case.outcome}
        told = [self._object(case.id, COURSE, values, {case.person: "gäller"})]
        for task in case.tasks:
            self.professions[task.group] = None
            related = {case.id: "i", _key(task.group): "given till"}
            told.append(self._object(task.id, TASK, {"steg": task.name, "lage": task.state}, related))
        return "".join(told).encode()

    def others(self) -> bytes:
        told = [self._object(person, PERSON, {}, {}) for person in self.persons]
        return "".join([*told, *(self._object(_key(group), PROFESSION, {}, {}) for group in self.professions)]).encode()

    def types(self) -> bytes:
        events = [{"name": name, "attributes": _declared(OF_EVENT)} for name in sorted(self.names)]
        objects = [{"name": name, "attributes": _declared(values)} for name, values in OF_OBJECT.items()]
        return f'"eventTypes": {_text(events)},\n"objectTypes": {_text(objects)}'.encode()

    def _event(self, event: Event, case: Case) -> str:
        comma = ",\n" if self.count else "\n"
        self.count += 1
        self.names.add(event.name)
        values = (event.lifecycle, event.what, event.state, event.element, event.type, event.unit, event.code)
        attributes = ", ".join(_attribute(name, value) for name, value in zip(OF_EVENT, values, strict=True) if value)
        related = _related(case.id, "i") + ", " + _related(case.person, "gäller")
        if event.task:
            related += f", {_related(event.task, 'uppgift')}, {_related(_key(event.group), 'profession')}"
        return (
            f'{comma}{{"id": "h{self.count}", "type": {_quoted(event.name)}, "time": "{_moment(event)}", '
            f'"attributes": [{attributes}], "relationships": [{related}]}}'
        )

    def _object(self, key: str, kind: str, values: dict[str, str], related: dict[str, str]) -> str:
        comma = ",\n" if self._has_objects else "\n"
        self._has_objects = True
        told = [{"name": name, "value": value, "time": START} for name, value in values.items() if value]
        to = [{"objectId": other, "qualifier": how} for other, how in related.items()]
        return comma + _text({"id": key, "type": kind, "attributes": told, "relationships": to})


def _moment(event: Event) -> str:
    return event.at.isoformat()


def _declared(names: Iterable[str]) -> list[dict[str, str]]:
    return [{"name": name, "type": "string"} for name in names]


def _key(group: str) -> str:
    return f"profession:{group}"


@lru_cache(maxsize=4096)
def _attribute(name: str, value: str) -> str:
    return _text({"name": name, "value": value})


def _related(key: str, how: str) -> str:
    return f'{{"objectId": "{key}", "qualifier": "{how}"}}'


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    return _text(text)


def _text(told: object) -> str:
    return json.dumps(told, ensure_ascii=False)
