"""What happens when a task is done, in words: read from the diagram alone, and known once per step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workflows import published
from workflows.models import UserTask
from workflows.routes import BESIDE, Next


@dataclass(frozen=True, kw_only=True)
class Then:
    """One way on: `condition` says when, `name` what, `by` who does it."""

    condition: str
    name: str
    by: str


def of(task: UserTask) -> list[Then]:
    """Each way on from the task."""
    routes = published.of(task.instance.version.public_id).routes
    return [_then(one, routes.lanes) for one in routes.after(task.element_id)]


def _then(one: Next, names: Mapping[str, str]) -> Then:
    answers = [f"svaret på ”{decision.question}” blir ”{decision.answer}”" for decision in one.decisions]
    when = [f"Om {' och '.join(answers)}"] if answers else []
    if one.awaits:
        when.append(
            "när det som pågår samtidigt är klart" if one.awaits == BESIDE else f"när allt i ”{one.awaits}” är klart"
        )
    words = {
        "ends": "Ärendet avslutas",
        "waits": f"Väntan på ”{one.name}”",
        "phase": f"Inget mer härifrån i ”{one.name}”",
    }
    told = ", ".join(when)
    return Then(
        condition=told[:1].upper() + told[1:],
        name=words.get(one.kind, one.name),
        by=names.get(one.lane, "") if one.kind == "does" else "",
    )
