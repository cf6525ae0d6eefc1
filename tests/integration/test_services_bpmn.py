"""Multi-instance and ad hoc through the services: tasks in the inbox, each seeing its own, on every database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import timezone

from people.models import Staff
from tests import forlopp, pages
from tests.bpmn.drawing import draw, each, sub, task
from tests.unit.engine_bpmn import process
from workflows.definitions import Folder
from workflows.models import Incident, InstanceState, ProcessInstance, TaskState, UserTask
from workflows.services import deployments, inbox, instances, steps, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
TEAM = "samordnare"
LANES = '<laneSet id="banor"><lane id="lane_samordnare"><flowNodeRef>{}</flowNodeRef></lane></laneSet>'
WHY = (
    '<extensionElements><spiffworkflow:properties><spiffworkflow:property name="varfor" value="Ring {anhorig}."/>'
    "</spiffworkflow:properties></extensionElements>"
)
EACH = (
    LANES.format("kartlagg</flowNodeRef><flowNodeRef>ring")
    + '<scriptTask id="kartlagg"><script>{ anhoriga: ["Aina", "Bo", "Cia"] }</script></scriptTask>'
    + f'<userTask id="ring" name="Ring">{WHY}'
    + each("anhoriga", "anhorig", until='ring.svar = "kommer"')
    + "</userTask>"
)
AD_HOC = LANES.format("ah") + sub("ah", "u1", "u2", tag="adHocSubProcess").replace("<userTask", '<userTask name="Gör"')

pytestmark = pytest.mark.django_db(transaction=True)


def started(body: str, forms: tuple[str, ...]) -> ProcessInstance:
    sources = {"process.toml": "", "p.bpmn": process(body).decode()}
    sources |= {f"forms/{key}.json": json.dumps(forlopp.FORM) for key in (*forms, "s")}
    config = {**forlopp.CONFIG, "messages": {}}
    deployments.publish(folder=Folder(config, sources), by=None, now=timezone.now())
    by = pages.staff(TEAM, TEAM)
    return instances.start(
        definition_key=forlopp.KEY, individual=pages.person(), by=by, now=NOW, answers={"svar": "ja"}
    )


def published(body: str, forms: tuple[str, ...]) -> None:
    sources = {"process.toml": "", "p.bpmn": process(body).decode()}
    sources |= {f"forms/{key}.json": json.dumps(forlopp.FORM) for key in forms}
    deployments.publish(folder=Folder(forlopp.CONFIG, sources), by=None, now=timezone.now())


def open_tasks() -> list[UserTask]:
    return list(UserTask.objects.filter(state=TaskState.OPEN).order_by("pk"))


def finish(task: UserTask, svar: str) -> None:
    user_tasks.complete(task=task, answers={"svar": svar}, by=Staff.objects.get(), now=NOW)


def why(found: list[UserTask]) -> list[Any]:
    return [task.why for task in found]


def test_each_instance_is_a_task_that_says_its_own_and_the_rest_go_when_it_is_enough() -> None:
    instance = started(draw("s > kartlagg > ring > end_a", extra=EACH), ("ring",))
    first, second, third = open_tasks()
    assert why([first, second, third]) == ["Ring Aina.", "Ring Bo.", "Ring Cia."]
    instance.refresh_from_db()
    assert steps.variables_of(instance, second.engine_task_id)["anhorig"] == "Bo"
    finish(third, "hann inte")
    finish(first, "kommer")
    second.refresh_from_db()
    instance.refresh_from_db()
    assert second.state == TaskState.CANCELLED
    assert instance.state == InstanceState.COMPLETED
    assert steps.variables_of(instance)["ring"] == [{"svar": "kommer"}, {"svar": "hann inte"}]


def test_what_the_team_can_choose_lies_in_the_inbox_at_once() -> None:
    instance = started(draw("s > ah > end_a", extra=AD_HOC), ("u1", "u2"))
    one, two = open_tasks()
    finish(two, "ja")
    finish(one, "ja")
    instance.refresh_from_db()
    assert instance.state == InstanceState.COMPLETED


def test_a_gateway_that_waits_for_what_cannot_come_is_a_stopp_on_it() -> None:
    body = LANES.format("u1") + draw("s > u1 > x1 > [true] p2 > end_a", "x1 > [-] p2", extra='<userTask id="u1"/>')
    instance = started(body, ("u1",))
    assert not Incident.objects.exists()
    finish(open_tasks()[0], "ja")
    stopp = Incident.objects.get()
    assert (stopp.instance, stopp.code, stopp.element_id) == (instance, "stuck", "p2")
    instance.refresh_from_db()
    assert instance.state == InstanceState.ACTIVE


def test_a_message_begins_an_arende_at_a_receive_task_that_says_so() -> None:
    receive = task("ta_emot", kind="receiveTask", messageRef="m_borja", instantiate="true")
    published(
        LANES.format("u1") + draw("ta_emot > u1 > end_a", extra='<userTask id="u1" name="Gör"/>' + receive), ("u1",)
    )
    inbox.receive(source="prov", message_id="1", raw=forlopp.message("borja", "7"), now=NOW)
    instance = ProcessInstance.objects.get()
    assert instance.business_key == "nr:7"
    assert [task.element_id for task in open_tasks()] == ["u1"]
