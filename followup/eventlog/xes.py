"""An event log as XES (IEEE 1849): an ärende is a trace, what happened in it events; written as it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from xml.sax.saxutils import quoteattr

from followup.eventlog.events import Case, Event

EXTENSIONS = (("Concept", "concept"), ("Time", "time"), ("Lifecycle", "lifecycle"), ("Organizational", "org"))
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1849.2016" xes.features="" xmlns="http://www.xes-standard.org/">
{extensions}
<global scope="trace"><string key="concept:name" value=""/></global>
<global scope="event"><string key="concept:name" value=""/>
<date key="time:timestamp" value="{at}"/><string key="lifecycle:transition" value="unknown"/></global>
<classifier name="steg" scope="event" keys="concept:name"/>
<classifier name="steg_och_overgang" scope="event" keys="concept:name lifecycle:transition"/>
<string key="concept:name" value={title}/>
<string key="lifecycle:model" value="standard"/>
<date key="hamtad" value="{at}"/>
"""


def written(cases: Iterable[Case], *, title: str, at: datetime) -> Iterator[bytes]:
    uris = [(name, prefix, f"http://www.xes-standard.org/{prefix}.xesext") for name, prefix in EXTENSIONS]
    told = "\n".join(f'<extension name="{name}" prefix="{prefix}" uri="{uri}"/>' for name, prefix, uri in uris)
    yield HEAD.format(extensions=told, at=at.isoformat(), title=quoteattr(title)).encode()
    for case in cases:
        yield "".join(_trace(case)).encode()
    yield b"</log>\n"


def _trace(case: Case) -> Iterator[str]:
    told = {"concept:name": case.id, "person": case.person, "forlopp": case.course}
    told |= {"lage": case.state, "utfall": case.outcome}
    yield f'<trace>{_strings(told)}<int key="version" value="{case.version}"/>\n'
    for event in case.events:
        yield _event(event)
    yield "</trace>\n"


def _event(event: Event) -> str:
    told = {
        "concept:name": event.name,
        "lifecycle:transition": event.lifecycle,
        "handelse": event.what,
        "lage": event.state,
        "element": event.element,
        "elementtyp": event.type,
        "org:role": event.group,
        "org:group": event.unit,
        "orsak": event.code,
        "concept:instance": event.task,
    }
    return f'<event>{_strings(told)}<date key="time:timestamp" value="{event.at.isoformat()}"/></event>\n'


def _strings(told: dict[str, str]) -> str:
    return "".join(f'<string key="{key}" value={_quoted(value)}/>' for key, value in told.items() if value)


@lru_cache(maxsize=4096)
def _quoted(text: str) -> str:
    return quoteattr(text)
