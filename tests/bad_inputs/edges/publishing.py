"""What two people do in one draft, and what becomes of those under way; and names that are more than names."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests import pages, workbench
from tests.bad_inputs.edges import Answer, answered, edge, running
from tests.workbench import PLAN
from workbench import drafting
from workbench.models import Draft, DraftFile, Saving
from workflows.models import ProcessInstance, ProcessVersion


@edge
def two_editors(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """Per saves first; Pia's text is told of him, lies beside his, and can be put in its place."""
    pia = workbench.owner()
    client, made = pages.logged_in(pia), workbench.draft(pia)
    workbench.save(pages.logged_in(workbench.owner("per")), made, PLAN, feed["first"], 1)
    answer = workbench.save(client, made, PLAN, feed["second"], 1)
    told = answer.json()
    assert (told["text"], told["revision"], told["by"]) == (feed["first"], 2, "Per Prov")
    beside = f"/verkstad/{made.ref}/vid-sidan/{Saving.objects.get(is_aside=True, text=feed['second']).pk}/"
    assert DraftFile.objects.get(draft=made, name=PLAN).text == feed["first"]
    assert client.get(beside).status_code == 200
    client.post(beside, {"revision": "2"})
    assert DraftFile.objects.get(draft=made, name=PLAN).text == feed["second"]
    return Answer(answer.status_code, told["message"])


@edge
def publish_again(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """A version is published while an ärende goes on in the one before it, where it can be brought to its end."""
    pages.publish()
    anna, pia, per = pages.staff("anna", "samordnare"), workbench.owner(), workbench.owner("per")
    instance = pages.start(pages.person(), anna)
    made = workbench.draft(pia, base=ProcessVersion.objects.get())
    workbench.saved(made, PLAN, drafting.texts(made)[PLAN].replace("Planera", "Bestäm"), 1, by=pia)
    _answer(pages.logged_in(pia), made, "be")
    page = _answer(pages.logged_in(per), made, "godkann")
    task = pages.task(instance, "planera_besok")
    assert pages.logged_in(anna).post(f"/uppgifter/{task.public_id}/", pages.PLAN).status_code == 302
    instance = ProcessInstance.objects.get()
    assert (instance.version.number, ProcessVersion.objects.count()) == (1, 2)
    return page


def _answer(client: Client, made: Draft, what: str) -> Answer:
    return answered(client.post(f"/verkstad/{made.ref}/granska/svara/", {"gor": what, "text": "x"}, follow=True))


@edge
def shown(feed: dict[str, Any], _patch: pytest.MonkeyPatch) -> Answer:
    """Names of a diagram on every page that draws or tells it: in the workbench, the catalogue and an ärende."""
    running.publish(feed)
    siri, pia = pages.logged_in(pages.staff("siri", "sjukskoterska")), workbench.owner()
    siri.post(f"/arenden/starta/prov/{pages.person().ref}/", {"svar": "Ja"})
    instance = ProcessInstance.objects.get()
    owner = pages.logged_in(pia)
    owner.post("/verkstad/fran/prov/1/")
    draft = Draft.objects.get()
    workbench.saved(draft, "forms/s.json", '{"title": "Ändrat", "fields": []}', 1, by=pia)
    work = [f"/verkstad/{draft.ref}/{page}" for page in ("", "granska/", "diagram/p.bpmn", "ord/p.bpmn", "avslutade/")]
    seen = [owner.get(url) for url in (*work, "/forlopp/", "/forlopp/prov/", "/forlopp/prov/1/rutin/")]
    seen += [siri.get(url) for url in (f"/arenden/{instance.public_id}/", "/uppgifter/")]
    assert {page.status_code for page in seen} == {200}
    texts = "".join(map(pages.text, seen))
    assert not any(alive in texts for alive in feed["never"])
    return Answer(200, texts)
