"""Files of the workbench: taken in whole, or written into a draft that somebody then wants reviewed."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from people.models import Staff
from tests import forlopp, pages, workbench
from tests.attack.files import XML
from tests.bad_inputs.edges import Answer, answered, edge, running, tables
from tests.bpmn.drawing import draw
from tests.integration.all_waits import lanes
from tests.unit.engine_bpmn import process
from workbench.models import Draft, DraftFile, DraftState
from workbench.services import drafts
from workflows.definitions import Folder
from workflows.models import ProcessDefinition

SETTINGS = 'key = "prov"\ntitle = "Prov"\nprocess = "p"\nowner = "processagare"\nretention = "P1Y"\n'
PROCESS = process(draw("s > t1 > e1")).decode()


def _zip() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr("prov.bpmn", PROCESS)
    return made.getvalue()


MADE: dict[str, Callable[[], bytes]] = {
    "good": PROCESS.encode,
    "zip": _zip,
    "20 MB": lambda: b"<definitions>" + b" " * 20_000_000 + b"</definitions>",
    "over 20 MB": lambda: b"x" * 21_000_000,
    "1 000 000 elements": lambda: b"<definitions>" + b"<a/>" * 1_000_000 + b"</definitions>",
    "100 000 attributes": lambda: b"<definitions " + b" ".join(b'a%d=""' % one for one in range(100_000)) + b"/>",
    "4 MB of text": lambda: PROCESS.replace("<process", "<!--" + "x" * 4_000_000 + "--><process").encode(),
}


def content(feed: dict[str, Any]) -> bytes:
    """The bytes of the input: as text, as hexadecimal, one of the attacks on XML, or made."""
    if "hex" in feed:
        return bytes.fromhex(feed["hex"])
    if "attack" in feed:
        return XML[feed["attack"]]
    if "made" in feed:
        return MADE[feed["made"]]()
    return str(feed["text"]).encode(feed.get("encoding", "utf-8"))


@edge
def upload(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """The page ”Läs in en fil”: what is refused begins no draft, what is taken is kept as it came."""
    client, sent = pages.logged_in(workbench.owner()), content(feed)
    name = feed.get("file", "prov.bpmn")
    answer = client.post("/verkstad/las-in/", {"fil": SimpleUploadedFile(name, sent)}, follow=True)
    kept = [row.text for row in DraftFile.objects.exclude(name__startswith="_shared/")]
    assert Draft.objects.count() == (answer.status_code == 200)
    assert answer.status_code != 200 or sent.decode() in kept
    if stored := feed.get("stored"):
        assert DraftFile.objects.filter(name=stored).exists()
    return answered(answer)


@edge
def draft(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """A file is saved in a draft by the editor, which keeps it whatever it says, and a review is asked for."""
    pia = workbench.owner()
    client = pages.logged_in(pia)
    made = _begun(pia, feed)
    name, text = _written(feed)
    saved = workbench.save(client, made, name, text, int(name in ("prov.bpmn", "process.toml")))
    assert saved.status_code == 200, saved.content
    assert DraftFile.objects.get(draft=made, name=name).text == text
    answer = client.post(f"/verkstad/{made.ref}/granska/svara/", {"gor": "be"})
    made.refresh_from_db()
    assert made.state == (DraftState.OPEN if answer.status_code == 422 else DraftState.REVIEW)
    assert not ProcessDefinition.objects.exists()
    if answer.status_code == 302:
        page = client.get(f"/verkstad/{made.ref}/")
        return Answer(200, pages.text(page))
    return answered(answer)


@edge
def too_large_to_save(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """What an editor sends that is more than a file may hold: the draft is as it was."""
    pia = workbench.owner()
    made = _begun(pia, feed)
    answer = workbench.save(pages.logged_in(pia), made, "prov.bpmn", content(feed).decode(), 1)
    assert DraftFile.objects.get(draft=made, name="prov.bpmn").text == PROCESS
    return Answer(answer.status_code, answer.json()["message"])


def _begun(by: Staff, feed: dict[str, Any]) -> Draft:
    """A draft without faults, and a form for each user task that the input draws."""
    files = {"process.toml": SETTINGS + feed.get("settings", ""), "prov.bpmn": PROCESS, **feed.get("beside", {})}
    files |= {f"forms/{key}.json": json.dumps(forlopp.FORM) for key in _people(_written(feed)[1])}
    folder = Folder({"key": "prov", "title": "Prov", "owner": "processagare"}, files)
    return drafts.begin(key="prov", folder=folder, by=by, now=timezone.now())


def _written(feed: dict[str, Any]) -> tuple[str, str]:
    """The file that is saved, by name."""
    if "xml" in feed:
        return feed.get("file", "prov.bpmn"), feed["xml"]
    if "rows" in feed or "many" in feed:
        return tables.NAME, tables.text(feed)
    if "file" in feed or "made" in feed:
        return feed.get("file", "prov.bpmn"), content(feed).decode()
    drawn = running.body(feed)
    people = _people(drawn)
    return "prov.bpmn", process((lanes(people) if people else "") + drawn).decode()


def _people(text: str) -> list[str]:
    return re.findall(r'<(?:user|manual)Task id="([^"]+)"', text)
