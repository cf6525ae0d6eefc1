"""A small förlopp that decides by a table, for tests of what is told of it."""

from __future__ import annotations

import json

from django.utils import timezone

from people.models import Staff
from tests import forlopp, pages
from tests.unit.engine_bpmn import chain, process
from workflows.definitions import Folder
from workflows.models import ProcessInstance
from workflows.services import deployments, instances, user_tasks

TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">
<decision id="beslut" name="Hur snart?"><decisionTable id="t" hitPolicy="{policy}">
<input id="i1" label="Ålder"><inputExpression id="e1"><text>person.alder</text></inputExpression></input>
<input id="i2" label="Svar"><inputExpression id="e2"><text>a.svar</text></inputExpression></input>
<output id="o" name="dagar"/>{rules}</decisionTable></decision></definitions>"""
DECIDES = (
    '<laneSet id="lanes"><lane id="lane_samordnare"><flowNodeRef>a</flowNodeRef><flowNodeRef>b</flowNodeRef></lane>'
    '</laneSet><startEvent id="s"/><userTask id="a" name="Fråga"/><businessRuleTask id="x" name="Hur snart?">'
    "<extensionElements><spiffworkflow:calledDecisionId>beslut</spiffworkflow:calledDecisionId></extensionElements>"
    '</businessRuleTask><userTask id="b" name="Sedan"/><endEvent id="end_klar"/>'
    + chain("s", "a", "x", "b", "end_klar")
)


def publish(body: str, **sources: str) -> None:
    files = {"process.toml": "", "p.bpmn": process(body).decode(), "forms/a.json": json.dumps(forlopp.FORM), **sources}
    config = {**forlopp.CONFIG, "messages": {}}
    deployments.publish(folder=Folder(config, files), by=None, now=timezone.now())


def started(by: Staff) -> ProcessInstance:
    individual = pages.person()
    return instances.start(definition_key=forlopp.KEY, individual=individual, by=by, now=timezone.now(), answers={})


def answer(instance: ProcessInstance, times: int = 1) -> None:
    for _ in range(times):
        task = instance.user_tasks.get(state="open")
        by = instance.started_by
        assert by is not None
        user_tasks.complete(task=task, answers={"svar": "Greta 19610118-2803"}, by=by, now=timezone.now())


def rules(*rows: tuple[str, str, str]) -> str:
    return "".join(
        f'<rule id="r{number}"><inputEntry id="c{number}1"><text>{first}</text></inputEntry>'
        f'<inputEntry id="c{number}2"><text>{second}</text></inputEntry>'
        f'<outputEntry id="u{number}"><text>{answer}</text></outputEntry></rule>'
        for number, (first, second, answer) in enumerate(rows, start=1)
    )


def decides(by: Staff, policy: str, *rows: tuple[str, str, str]) -> ProcessInstance:
    table = TABLE.format(policy=policy, rules=rules(*rows))
    publish(DECIDES, **{"t.dmn": table, "forms/b.json": json.dumps(forlopp.FORM)})
    return started(by)
