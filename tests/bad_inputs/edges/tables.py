"""Decision tables: written in a draft, and tried on its page with a value as the process owner does."""

from __future__ import annotations

from html import escape
from typing import Any

import pytest
from django.utils import timezone

from tests import pages, workbench
from tests.bad_inputs.edges import Answer, answered, edge
from tests.unit.test_dmn_tables import model, table
from workbench.services import drafts

NAME = "prov.dmn"


def text(feed: dict[str, Any]) -> str:
    """A table of the input's rows: what each column asks, then a list of tests and answers for each row."""
    rows = feed.get("rows") or [[[str(number)], [str(number)]] for number in range(feed["many"])]
    policy = f'hitPolicy="{escape(feed["policy"])}"' if "policy" in feed else ""
    more = {key: feed[key] for key in ("outputs", "default", "values") if key in feed}
    made = table(feed.get("asks", ["person.alder"]), rows, policy=f"{policy} {feed.get('more', '')}", **more)
    if kind := feed.get("kind"):
        made = made.replace("<inputExpression>", f'<inputExpression typeRef="{kind}">')
    return model(made, *feed.get("also", ())).decode()


@edge
def tried(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """The answer and why rows did not fit, where the table is written. Nothing is saved by trying."""
    pia = workbench.owner()
    made, written = workbench.draft(pia), text(feed)
    drafts.save(draft=made, name=NAME, text=written, revision=0, by=pia, now=timezone.now())
    typed = {"revision": "1", "gor": "prova", "x-0-namn": "Prov", "x-0-0": feed["given"]}
    answer = pages.logged_in(pia).post(f"/verkstad/{made.ref}/tabell/{NAME}", typed)
    assert made.files.get(name=NAME).text == written
    page = answered(answer)
    return Answer(page.status, page.text.split('id="utfall-0"')[1].split("</div>")[0])
