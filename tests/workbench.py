"""What the tests of the workbench share: an owner, and a draft of Hembesök."""

import json
from typing import Any

from django.test import Client
from django.utils import timezone

from people.models import Staff
from tests import pages
from workbench import table_new, trying
from workbench.models import Draft
from workbench.services import drafts, trials
from workflows import definitions
from workflows.models import ProcessVersion

PLAN = "forms/planera_besok.json"
TABLE = "besok_per_dag.dmn"


def owner(username: str = "pia") -> Staff:
    return pages.staff(username, "processagare")


def draft(by: Staff, name: str = "hembesok", base: ProcessVersion | None = None) -> Draft:
    folder = definitions.read(pages.FORLOPP / name)
    return drafts.begin(key=folder.key, folder=folder, by=by, now=timezone.now(), base=base)


def with_table(made: Draft, by: Staff) -> None:
    """A table about the person's age, with one condition, one answer and one row."""
    text = table_new.new_table("besok_per_dag", "Besök per dag")
    drafts.save(draft=made, name=TABLE, text=text, revision=0, by=by, now=timezone.now())
    shared = table_new.new_table("hur_ofta", "Hur ofta?")
    made.files.create(name="_shared/hur_ofta.dmn", text=shared, revision=1, changed_by=by, changed_at=timezone.now())


def address(made: Draft, name: str) -> str:
    return f"/verkstad/{made.ref}/fil/{name}"


def save(client: Client, made: Draft, name: str, text: str, revision: int) -> Any:
    body = json.dumps({"text": text, "revision": revision})
    return client.post(address(made, name), body, content_type="application/json")


def saved(made: Draft, name: str, text: str, revision: int, *, by: Staff) -> None:
    """Saved by a colleague, elsewhere."""
    drafts.save(draft=made, name=name, text=text, revision=revision, by=by, now=timezone.now())


def tried(made: Draft, by: Staff) -> None:
    """Started, and kept as a scenario."""
    now, whole = timezone.now(), trying.version(made)
    assert whole is not None
    trial = trials.begin(draft=made, person={"alder": 82}, answers_for_systems=False, begins_at=now, by=by, now=now)
    trials.take(trial=trial, step={"start": "start_hembesok", "answers": {"orsak": "Ramlade"}}, whole=whole, now=now)
    trials.record(trial=trial, title="Startar", whole=whole, by=by, now=now)
