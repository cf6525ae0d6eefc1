"""Why somebody has a task in a part that other förlopp call too: also what led to the part."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from people.models import Individual, Staff
from tests import forlopp, pages
from tests.unit.engine_bpmn import chain, flow, process
from workflows.definitions import Folder
from workflows.models import UserTask
from workflows.services import deployments, instances, user_tasks

pytestmark = pytest.mark.django_db(transaction=True)

MAIN = (
    '<laneSet id="lanes"><lane id="lane_samordnare"><flowNodeRef>planera</flowNodeRef></lane></laneSet>'
    '<startEvent id="s"/><userTask id="planera" name="Planera"/><exclusiveGateway id="g" name="Behövs SIP?" '
    'default="g_e"/><callActivity id="gor_sip" name="SIP" calledElement="del"/><endEvent id="e"/>'
    + chain("s", "planera", "g")
    + flow("g", "gor_sip", "planera.svar = &quot;ja&quot;").replace('id="g_gor_sip"', 'id="g_gor_sip" name="Ja"')
    + flow("g", "e").replace('id="g_e"', 'id="g_e" name="Nej"')
    + chain("gor_sip", "e")
)
PART = (
    '<laneSet id="dl"><lane id="lane_samordnare"><flowNodeRef>erbjud</flowNodeRef><flowNodeRef>genomfor</flowNodeRef>'
    '</lane></laneSet><startEvent id="ds"/><userTask id="erbjud" name="Erbjud tid"/>'
    '<userTask id="genomfor" name="Genomför"/><endEvent id="de"/>' + chain("ds", "erbjud", "genomfor", "de")
)
STEPS = ("planera", "erbjud", "genomfor")


def publish() -> None:
    config = {**forlopp.CONFIG, "key": "med_del", "title": "Med del", "messages": {}}
    part = process(PART).decode().replace('<process id="p"', '<process id="del"')
    sources = {"process.toml": "", "p.bpmn": process(MAIN).decode(), "_shared/del.bpmn": part}
    sources |= {f"forms/{key}.json": json.dumps(forlopp.FORM) for key in STEPS}
    deployments.publish(folder=Folder(config, sources), by=None, now=timezone.now())


def test_a_task_in_a_part_tells_what_led_to_the_part(anna: Staff, berit: Individual) -> None:
    publish()
    now = timezone.now()
    instances.start(definition_key="med_del", individual=berit, by=anna, now=now, answers={})
    told = {}
    for days, key in enumerate(STEPS):
        task = UserTask.objects.get(element_id=key)
        told[key] = task.because
        if key == "genomfor":
            page = pages.text(pages.logged_in(anna).get(reverse("tasks:task", args=[task.public_id])))
            assert "Delen ”SIP” började därför att" in page
        user_tasks.complete(task=task, answers={"svar": "ja"}, by=anna, now=now + timedelta(days=days))
    first, then = told["erbjud"], told["genomfor"]
    assert first.startswith("Därför att ”Planera” blev klar ")
    assert first.endswith(f"({anna}) och svaret på ”Behövs SIP?” blev ”Ja”.")
    assert then.startswith("Därför att ”Erbjud tid” blev klar ")
    assert then.endswith(first.replace("Därför att", "Delen ”SIP” började därför att"))
