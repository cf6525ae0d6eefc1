"""What the tests of playing finished ärenden share: a small förlopp, ärenden that end in it, and a changed draft."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from people.models import Individual, Staff
from tests import forlopp, pages
from tests.bpmn.drawing import boundary, draw, task
from tests.unit.engine_bpmn import process
from workbench.models import Draft, Replay
from workbench.services import drafts, replays
from workflows.definitions import Folder
from workflows.models import ProcessInstance, ProcessVersion
from workflows.services import deployments, instances, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
LANES = (
    '<laneSet id="b"><lane id="lane_samordnare">'
    + "".join(f"<flowNodeRef>{name}</flowNodeRef>" for name in ("u1", "u2", "u3", "u4"))
    + "</lane></laneSet>"
)
SECRET = "Ramlade hos Greta"
"""What somebody wrote, which nobody is to meet again."""


def form(*required: str) -> str:
    fields = [
        {"key": "svar", "type": "str", "label": "Svar"},
        *({"key": key, "type": "str", "label": f"Fråga {key}", "required": True} for key in required),
    ]
    return json.dumps({"title": "Prov", "fields": fields})


def folder(condition: str = 'u1.svar = "ja"', *more: str, extra: str = "", **forms: str) -> Folder:
    """A question, one step for yes and one for no, and a reminder after two days."""
    body = draw(
        f"s > u1 > x1 > [{condition}] u2 > end_a",
        "x1 > [-] u3 > end_b",
        "b1 > u4 > end_c",
        *more,
        extra=LANES
        + task("u1", name="Ring hem")
        + task("u2", name="Besök")
        + task("u3", name="Avsluta")
        + task("u4", name="Påminn")
        + boundary("b1", "u1", "timer P2D")
        + extra,
    )
    sources = {
        "process.toml": 'key = "prov"\ntitle = "Prov"\nprocess = "p"\nowner = "processagare"\nretention = "P5Y"\n'
        'visible_to = ["samordnare"]\nstart_by = ["samordnare"]\n',
        "p.bpmn": process(body).decode(),
        **{f"forms/{name}.json": form() for name in ("u1", "u2", "u3", "u4")},
        **{f"forms/{name}.json": text for name, text in forms.items()},
    }
    return Folder({**forlopp.CONFIG, "messages": {}}, sources)


def publish() -> ProcessVersion:
    version, _ = deployments.publish(folder=folder(), by=None, now=NOW)
    return version


def went(individual: Individual, by: Staff, *answers: str, hours: int = 3) -> ProcessInstance:
    at = NOW
    instance = instances.start(definition_key=forlopp.KEY, individual=individual, by=by, now=at)
    for answer in answers:
        at += hours * HOUR
        row = instance.user_tasks.get(state="open")
        user_tasks.complete(task=row, answers={"svar": answer}, by=by, now=at)
    return instance


def draft(by: Staff, changed: Folder) -> Draft:
    base = ProcessVersion.objects.filter(definition__key=forlopp.KEY).latest("number")
    return drafts.begin(key=forlopp.KEY, folder=changed, by=by, now=timezone.now(), base=base)


def play(made: Draft, by: Staff, most: int = 50) -> Replay:
    replay = replays.begin(draft=made, most=most, since=None, by=by, now=timezone.now())
    while replays.run_waiting(now=timezone.now()):
        pass
    replay.refresh_from_db()
    return replay


def played(owner: Staff) -> Draft:
    """A draft on which one of two would have gone another way, and the other could not be played."""
    publish()
    anna, one = Staff.objects.get(username="anna"), pages.person()
    went(one, anna, "nej", "x")
    went(one, anna, "ja", "x")
    made = draft(owner, folder('u1.svar = "nej"', u3=form("ny")))
    play(made, owner)
    return made
