"""The page of a task: what cannot be taken comes back with all that was typed, and the ärende is where it was."""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Callable
from html import unescape
from pathlib import Path
from re import findall
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from people.models import Staff
from tests import attached, pages
from tests.bad_inputs.edges import Answer, answered, edge, running
from workflows.attachments import kinds, shelf
from workflows.models import Attachment, ProcessInstance, UserTask
from workflows.services import instances, mending

DIAGRAM = {"paths": ["s > u1 > u2 > e1"]}
FORM: dict[str, Any] = {
    "title": "Prov",
    "fields": [
        {"key": "anteckning", "type": "text", "label": "Anteckning", "required": True},
        {"key": "antal", "type": "int", "label": "Antal besök"},
        {"key": "timmar", "type": "dec", "label": "Timmar"},
        {"key": "avgift", "type": "money", "label": "Avgift"},
        {"key": "dag", "type": "date", "label": "Dag"},
        {"key": "tidpunkt", "type": "dt", "label": "Tidpunkt"},
    ],
}
TYPED = {"anteckning": "Berit ville vänta."}
MADE: dict[str, Callable[[], dict[str, str]]] = {
    "10 MB": lambda: {"anteckning": "x" * 10_000_000},
    "100 000 fields": lambda: {f"f{number}": "" for number in range(100_000)},
    "NUL": lambda: {"anteckning": "Berit\0 ville vänta."},
}


@edge
def task(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """Siri sends the form of u1 once. `before` is what happened after she opened it."""
    siri, row = _opened()
    client = pages.logged_in(siri)
    _before(feed.get("before", ""), row)
    stood = _standing()
    answer = client.post(_url(row), _posted(feed))
    if answer.status_code != 302:
        assert _standing() == stood
        _assert_kept(feed, pages.text(answer))
        return answered(answer)
    row.refresh_from_db()
    kept = row.answers or {}
    assert {key: kept.get(key) for key in feed["stored"]} == feed["stored"]
    assert not kept.keys() - {field["key"] for field in FORM["fields"]}
    return answered(client.get(answer.headers["Location"]))


@edge
def task_again(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """The same press twice, with all that the page itself sends."""
    siri, row = _opened()
    client = pages.logged_in(siri)
    sent = _fields(pages.text(client.get(_url(row)))) | TYPED
    first = client.post(_url(row), sent)
    stood = _standing()
    second = client.post(_url(row), sent)
    assert (first.status_code, first.headers["Location"]) == (second.status_code, second.headers["Location"])
    assert _standing() == stood
    return answered(client.get(second.headers["Location"]))


@edge
def task_given_back(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """Refused for who sends it, not for what: the page that says so sends it again when that is mended."""
    siri, row = _opened()
    client = Client(enforce_csrf_checks=True)
    client.force_login(siri)
    sent = _fields(pages.text(client.get(_url(row)))) | TYPED
    if feed["lost"] == "session":
        del client.cookies[settings.SESSION_COOKIE_NAME]
    else:
        sent["csrfmiddlewaretoken"] = feed["token"]
    ours = {"Origin": "http://testserver"}
    stood = _standing()
    refused = client.post(_url(row), sent, headers=ours)
    assert _standing() == stood
    client.force_login(siri)
    held = _fields(pages.text(refused).split(f'action="{_url(row)}"')[1])
    assert TYPED.items() <= held.items()
    again = client.post(_url(row), held, headers=ours)
    if again.status_code == 403:
        # Who logs in has a new token, so that page is asked once more.
        again = client.post(_url(row), _fields(pages.text(again).split(f'action="{_url(row)}"')[1]), headers=ours)
    row.refresh_from_db()
    assert (again.status_code, (row.answers or {}).get("anteckning")) == (302, TYPED["anteckning"])
    return answered(refused)


@edge
def task_from_elsewhere(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """Another site's form: nothing is done, and nothing of it is shown as if it were ours."""
    siri, row = _opened()
    client = Client(enforce_csrf_checks=True)
    client.force_login(siri)
    stood = _standing()
    answer = client.post(_url(row), TYPED, headers={"Origin": "https://elsewhere.example"})
    assert _standing() == stood
    assert TYPED["anteckning"] not in pages.text(answer)
    return answered(answer)


FILES: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "program": lambda: b"MZ\x90\x00" + bytes(100),
    "script before a pdf": lambda: b"\0<script>" + attached.PDF,
    "svg": lambda: b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "zip": lambda: attached.packed({"a.txt": "hej"}),
    "many parts": lambda: attached.packed({str(number): "" for number in range(kinds.MOST_ENTRIES + 1)}),
    "picture bomb": lambda: attached.huge_png(40_000, 40_000),
    "21 MB": lambda: attached.PDF + bytes(21_000_000),
}


@edge
def file(feed: dict[str, Any], patch: pytest.MonkeyPatch) -> Answer:
    """A file beside a task: what is refused leaves no row and no byte, on the shelf or on its way there."""
    with tempfile.TemporaryDirectory() as place:
        patch.setattr(settings, "FORLOPP_FILES", Path(place))
        return _sent(feed)


def _sent(feed: dict[str, Any]) -> Answer:
    siri, row = _opened()
    sent = SimpleUploadedFile(feed["file"], FILES[feed["made"]]())
    answer = pages.logged_in(siri).post(f"{_url(row)}filer/", {"action_id": str(uuid.uuid4()), "fil": sent})
    assert not Attachment.objects.exists()
    assert not any(path.is_file() for path in shelf.root().rglob("*"))
    return answered(answer)


# ---- inside


def _opened() -> tuple[Staff, UserTask]:
    running.publish(DIAGRAM, form=FORM)
    siri = pages.staff("siri", "sjukskoterska")
    instance = instances.start(
        definition_key="prov", individual=pages.person(), by=siri, now=timezone.now(), answers={"svar": "Ja"}
    )
    return siri, pages.task(instance, "u1")


def _before(what: str, row: UserTask) -> None:
    bo, now = pages.staff("bo", "sjukskoterska"), timezone.now()
    if what == "done":
        assert pages.logged_in(bo).post(_url(row), {"anteckning": "Bo hann före."}).status_code == 302
    elif what == "cancelled":
        instances.cancel(instance=row.instance, reason="Flyttat", by=bo, now=now)
    elif what == "paused":
        mending.suspend(instance=row.instance, reason="Väntar på besked", by=pages.staff("ivar", "it_drift"), now=now)
    elif what == "not begun":
        row.public_id = uuid.uuid4()


def _standing() -> tuple[Any, ...]:
    """What nothing that is refused may change."""
    tasks = UserTask.objects.order_by("pk").values_list("public_id", "state", "completed_by")
    return (*tasks, *ProcessInstance.objects.values_list("revision", "state"))


def _posted(feed: dict[str, Any]) -> dict[str, Any]:
    made = MADE[feed["made"]]() if "made" in feed else {}
    return {**TYPED, **feed.get("posted", {}), **made, "slutfor": "1", "action_id": str(uuid.uuid4())}


def _assert_kept(feed: dict[str, Any], page: str) -> None:
    for words in feed.get("kept", [TYPED["anteckning"]]):
        assert words in unescape(page)


def _fields(page: str) -> dict[str, str]:
    """The hidden fields of a page, as a browser would send them."""
    found = findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found}


def _url(row: UserTask) -> str:
    return f"/uppgifter/{row.public_id}/"
