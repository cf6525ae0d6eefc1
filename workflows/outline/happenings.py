"""What an event waits for, and what it lets happen, as parts of a sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflows import diagram
from workflows.outline import times
from workflows.outline.conditions import Known, said

Event = Mapping[str, Any]
_THROWN = {
    "message": "skickar meddelandet ”{}”",
    "signal": "sänder signalen ”{}”",
    "error": "avbryter med felet ”{}”",
    "escalation": "säger till uppåt: ”{}”",
    "compensate": "gör det ogjort som är gjort",
    "cancel": "avbryter delen",
    "terminate": "allt som pågår avslutas",
}
_CODES = {
    diagram.COULD_NOT: "någon har försökt men det inte gick",
    diagram.NOT_NEEDED: "uppgiften inte är aktuell",
}


def awaited(events: Sequence[Event], known: Known, *, is_all: bool = False) -> str:
    """What must happen: ”meddelandet ”klar” kommer”; several are told with eller, or och when all must."""
    return (" och " if is_all else " eller ").join(_awaited(event, known) for event in events)


def on_the_edge(events: Sequence[Event], known: Known, *, interrupts: bool) -> str:
    """The beginning of what a step has on its edge: Om det inte är gjort inom 2 dagar."""
    timer = next((event for event in events if event["kind"] == "timer"), None)
    if timer is not None and len(events) == 1 and (length := _length(timer)):
        return f"Om det inte är gjort inom {length}" if interrupts else f"När {length} har gått och det inte är gjort"
    return f"Om {awaited(events, known)}" if events else "Om det händer"


def thrown(events: Sequence[Event]) -> str:
    return " och ".join(_THROWN.get(event["kind"], "").format(_called(event)) for event in events)


def time(event: Event) -> str:
    """The time of a timer: 2 dagar, 21 november 2026, var 4:e dag; '' when it is worked out in the ärende."""
    text = event.get("text", "")
    return times.cycle(text) if event.get("is_cycle") else _length(event) or times.moment(text)


def in_feel(event: Event, known: Known) -> str:
    """What an event waits for, where FEEL says it better than words; it is told beside."""
    is_time, text = event["kind"] == "timer", event.get("text", "")
    is_said = time(event) if is_time else said(text, known)
    return "" if event["kind"] not in {"timer", "condition"} or is_said else text


def _length(event: Event) -> str:
    return "" if event.get("is_cycle") else times.span(event.get("text", ""))


def _awaited(event: Event, known: Known) -> str:
    kind = event["kind"]
    if kind == "timer":
        return _timed(event)
    if kind == "condition":
        return said(event.get("text", ""), known) or "villkoret stämmer"
    if kind == "error":
        return f"det blir fel: ”{_called(event)}”" if event.get("code") not in _CODES else _CODES[event["code"]]
    if kind == "escalation":
        return _CODES.get(event.get("code", ""), f"någon säger till: ”{_called(event)}”")
    named = {"message": "meddelandet ”{}” kommer", "signal": "signalen ”{}” kommer"}
    rest = {"compensate": "det ska göras ogjort", "cancel": "delen avbryts", "terminate": "allt avslutas"}
    return named.get(kind, rest.get(kind, "det händer")).format(_called(event))


def _timed(event: Event) -> str:
    if length := _length(event):
        return f"{length} har gått"
    if told := time(event):
        return f"det är dags: {told}"
    return "tiden är inne"


def _called(event: Event) -> str:
    return str(event.get("name") or event.get("code") or "namnlöst")
