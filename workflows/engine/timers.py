"""Timers of a waiting token: when they are due is worked out when the token comes, and then stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from workflows.engine import clock
from workflows.engine.errors import EngineError
from workflows.engine.nodes import engine, now
from workflows.engine.tokens import Token

USABLE = "Det ska ge ett datum, en tidpunkt eller en tidslängd som inte är negativ."


def begin(token: Token, definition: dict[str, Any]) -> None:
    """Work out when a timer is due. Raises EngineError when its text gives no time."""
    text = _text(token, definition["text"])
    try:
        if not definition.get("is_cycle"):
            token.internal_data["due"] = clock.due(text, now(token)).isoformat()
            return
        cycle = clock.parse_cycle(text)
    except clock.BadTimer as error:
        raise _bad_time(token, definition["text"], error) from None
    first = cycle.first or cycle.every.after(now(token))
    every = [cycle.every.months, cycle.every.days, cycle.every.seconds, cycle.every.micros]
    token.internal_data["due"] = first.isoformat()
    token.internal_data["cycle"] = {"left": cycle.count, "every": every}


def next_due(token: Token) -> datetime | None:
    """When the token's timer fires next."""
    due = token.internal_data.get("due")
    return datetime.fromisoformat(due) if due else None


def is_due(token: Token, definition: dict[str, Any]) -> bool:
    """Whether the time has come. A cycle that slept fires once, says how many it missed, and goes on in step."""
    due = next_due(token)
    if due is None or due > now(token):
        return False
    cycle = token.internal_data.get("cycle")
    if not definition.get("is_cycle") or cycle is None:
        del token.internal_data["due"]
        return True
    passed = 0
    while due <= now(token) and cycle["left"] != 0:
        passed += 1
        due = clock.Duration(*cycle["every"]).after(due)
        cycle["left"] = None if cycle["left"] is None else cycle["left"] - 1
    token.internal_data["due"] = due.isoformat()
    if cycle["left"] == 0:
        del token.internal_data["due"]
    if passed:
        cycle["missed"] = passed - 1
    return passed > 0


def missed(token: Token) -> int:
    """How many times before this one a cycle has passed while nobody looked."""
    cycle = token.internal_data.get("cycle") or {}
    return int(cycle.get("missed", 0))


def goes_again(token: Token, events: list[dict[str, Any]]) -> bool:
    """Whether a non-interrupting event can happen again: a time that has come comes no more."""
    return "due" in token.internal_data or any(item["kind"] != "timer" for item in events)


def _text(token: Token, expression: str) -> str:
    """Bare ISO 8601 as it stands, else the value of the FEEL expression."""
    if clock.is_literal(expression):
        return expression.strip()
    value = engine(token).evaluate(token, expression)
    if not isinstance(value, str):
        raise EngineError(token.task_spec.bpmn_id, "timer", "Tiden gick inte att räkna ut: uttrycket gav inget värde.")
    return value


def _bad_time(token: Token, expression: str, error: clock.BadTimer) -> EngineError:
    """What was computed may be about a person, so only what stands in the diagram is told."""
    text = str(error) if clock.is_literal(expression) else f"Uttrycket gav ingen tid som går att använda. {USABLE}"
    return EngineError(token.task_spec.bpmn_id, "timer", text)
