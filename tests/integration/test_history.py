"""What a running förlopp tells its process owner and those who work in it: notes, and how decisions came about."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests import forlopp, pages
from tests.unit.engine_bpmn import chain, flow, process
from workflows.definitions import Folder
from workflows.models import HistoryKind, ProcessInstance
from workflows.services import deployments, instances, user_tasks

pytestmark = pytest.mark.django_db(transaction=True)

CONDITION = "a.borta &gt; 1"
BODY = (
    '<laneSet id="lanes"><lane id="lane_samordnare"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    '<startEvent id="s"/><userTask id="a" name="Fråga"/><exclusiveGateway id="g" name="Dags?" default="g_a"/>'
    '<endEvent id="end_klar"/>' + chain("s", "a", "g") + flow("g", "end_klar", CONDITION) + flow("g", "a")
)


def publish(body: str, **sources: str) -> None:
    files = {"process.toml": "", "p.bpmn": process(body).decode(), "forms/a.json": json.dumps(forlopp.FORM), **sources}
    config = {**forlopp.CONFIG, "messages": {}}
    deployments.publish(folder=Folder(config, files), by=None, now=timezone.now())


def started() -> ProcessInstance:
    by = pages.staff("samordnare", "samordnare")
    found = instances.start(
        definition_key=forlopp.KEY, individual=pages.person(), by=by, now=timezone.now(), answers={}
    )
    assert isinstance(found, ProcessInstance)
    return found


def answer(instance: ProcessInstance, times: int = 1) -> None:
    for _ in range(times):
        task = instance.user_tasks.get(state="open")
        by = instance.started_by
        assert by is not None
        user_tasks.complete(task=task, answers={"svar": "Greta 19610118-2803"}, by=by, now=timezone.now())


def notes(**options: Any) -> str:
    out = StringIO()
    call_command("expression_notes", stdout=out, **options)
    return out.getvalue()


def test_a_loop_notes_a_condition_once_in_an_instance_and_the_command_counts_instances() -> None:
    publish(BODY)
    first = started()
    answer(first, times=5)
    rows = first.history.filter(kind=HistoryKind.NOTED)
    assert {(row.element_id, row.element_type, row.name) for row in rows} == {("g", "exclusiveGateway", "Dags?")}
    assert sum("varken ja eller nej" in row.detail["text"] for row in rows) == 1
    told = notes()
    assert "prov version 1  g  1 ärenden" in told
    assert "a.borta > 1" in told
    assert "Greta" not in told
    assert notes(forlopp="annat") == "0 anmärkningar.\n"
