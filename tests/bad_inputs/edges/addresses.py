"""Addresses that somebody makes up or changes, and sessions that are not theirs."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from people.models import AccessLog, Assignment, Staff
from tests import pages
from tests.bad_inputs.edges import Answer, answered, edge
from workflows.models import ProcessInstance, UserTask

PASSWORD = "en-lång-fras-för-prov"


@edge
def address(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """Asked for by somebody who is logged in; `headers` are what a proxy or a liar adds."""
    siri = pages.logged_in(pages.staff("siri", "sjukskoterska"))
    answer = siri.get(feed["address"], headers=feed.get("headers", {}))
    assert "Location" not in answer.headers
    if usual := feed.get("usual"):
        assert _lists(answer) == _lists(siri.get(usual))
    return answered(answer)


def _lists(answer: Any) -> str:
    """What the page lists, without the address that was asked for."""
    return pages.text(answer).split("<main")[1].split("</main>")[0].partition("<form")[0]


@edge
def anothers(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """Berit's ärende, asked for by one whose profession has nothing to do with it; and what is not there at all."""
    pages.publish()
    anna = pages.staff("anna", "samordnare")
    instance = pages.start(pages.person(), anna)
    task = pages.task(instance, "planera_besok")
    stranger = pages.staff(feed.get("who", "ivar"), feed.get("profession", "it_teknik"))
    known = {"instance": instance.public_id, "task": task.public_id, "person": instance.individual.ref}
    stood = (instance.revision, task.state)
    ask = getattr(pages.logged_in(stranger), feed.get("method", "get"))
    answer = ask(feed["address"].format(**known), {"text": "x"})
    instance, task = ProcessInstance.objects.get(), UserTask.objects.get()
    assert (instance.revision, task.state) == stood
    assert "Berit" not in pages.text(answer)
    if feed.get("logged"):
        assert AccessLog.objects.filter(staff=stranger, outcome="denied").exists()
    return answered(answer)


@edge
def revoked(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """A profession is taken away while its holder has the page open."""
    pages.publish()
    anna = pages.staff("anna", "samordnare")
    task = pages.task(pages.start(pages.person(), anna), "planera_besok")
    client = pages.logged_in(anna)
    assert client.get(f"/uppgifter/{task.public_id}/").status_code == 200
    Assignment.objects.filter(staff=anna).delete()
    answer = client.post(f"/uppgifter/{task.public_id}/", pages.PLAN)
    task.refresh_from_db()
    assert task.is_open
    return answered(answer)


@edge
def log_in(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """A password, right unless told otherwise, `times` times; the last answer, and where it leads."""
    sara = Staff.objects.create_user("sara", password=PASSWORD)
    pages.join(sara, "samordnare")
    client = Client()
    typed = {"username": "sara", "password": feed.get("password", PASSWORD), "next": feed.get("next", "")}
    for _ in range(feed.get("times", 1) - 1):
        client.post("/logga-in/", typed)
    answer = client.post("/logga-in/", typed)
    return Answer(answer.status_code, f"{answer.headers.get('Location', '')} {pages.text(answer)}")


@edge
def cookie(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """The inbox, with a session that is not one."""
    siri = pages.staff("siri", "sjukskoterska")
    client, name = Client(), settings.SESSION_COOKIE_NAME
    client.cookies[name] = "a" * 32
    client.force_login(siri)
    held = client.cookies[name].value
    assert held != "a" * 32
    if feed["what"] == "changed":
        client.cookies[name] = held[:-1] + ("b" if held[-1] == "a" else "a")
    elif feed["what"] == "logged out":
        client.post("/logga-ut/")
        client.cookies[name] = held
    else:
        client = Client()
        client.cookies[name] = "a" * 32
    answer = client.get("/uppgifter/")
    assert "Siri" not in pages.text(answer)
    return Answer(answer.status_code, answer.headers.get("Location", ""))
