"""What is too much is stopped before it begins, named, all as before; many at once on one ärende lose nothing."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest

from people.models import Staff
from tests import forlopp, pages
from tests.bpmn.activities import CALLED
from tests.bpmn.drawing import draw, each, script, several, task
from tests.integration import acting, all_waits
from tests.together import at_once
from tests.unit.engine_bpmn import process
from workflows import engine
from workflows.definitions import Folder
from workflows.engine import tokens
from workflows.models import HistoryKind, InstanceState, ProcessInstance, TaskState, UserTask
from workflows.services import deployments, instances, user_tasks

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
WORKERS = 4
EACH = 5
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def by() -> Staff:
    return pages.staff("siri", "sjukskoterska")


def started(body: str, by: Staff) -> ProcessInstance:
    people = re.findall(r'<userTask id="([^"]+)"', body.partition(CALLED)[0])
    sources = {"process.toml": "", "p.bpmn": process(all_waits.lanes(["", *people]) + body).decode()}
    sources |= {f"forms/{key}.json": json.dumps(forlopp.FORM) for key in ("s", *people)}
    deployments.publish(folder=Folder({**forlopp.CONFIG, "messages": {}}, sources), by=None, now=NOW)
    person, answers = pages.person(), {"svar": "ja"}
    return instances.start(definition_key=forlopp.KEY, individual=person, by=by, now=NOW, answers=answers)


def complete(task: UserTask, by: Staff) -> user_tasks.Completed:
    return user_tasks.complete(task=task, answers={"svar": f"{task.pk}"}, by=by, now=NOW)


def test_four_workers_on_one_instance_lose_nothing_and_wait_for_nobody(by: Staff) -> None:
    rows = script("x1", "{ rader: for i in 1.." + str(WORKERS * EACH) + " return i }")
    instance = started(draw("s > x1 > u1 > end_a", extra=rows + task("u1", each("rader"))), by)
    tasks = list(instance.user_tasks.select_related("instance__version").order_by("pk"))
    assert len(tasks) == WORKERS * EACH

    def work(mine: list[UserTask]) -> int:
        return sum(complete(row, by).task.state == TaskState.COMPLETED for row in mine)

    assert at_once(*(partial(work, tasks[number::WORKERS]) for number in range(WORKERS))) == ["int"] * WORKERS
    before = instance.revision
    instance.refresh_from_db()
    assert (instance.state, instance.revision) == (InstanceState.COMPLETED, before + WORKERS * EACH)
    assert instance.engine_state["variables"]["u1"] == [{"svar": f"{row.pk}"} for row in tasks]
    told = instance.history.filter(kind=HistoryKind.COMPLETED, element_id="u1", by=by)
    assert told.count() == WORKERS * EACH


def test_who_comes_second_is_told_who_was_first_and_when(by: Staff) -> None:
    other = pages.staff("bo", "sjukskoterska")
    row = started(draw("s > u1 > u2 > end_a"), by).user_tasks.get()
    told: list[tuple[str, datetime]] = []

    def act(who: Staff) -> str:
        try:
            complete(row, who)
        except user_tasks.AlreadyCompleted as late:
            told.append((late.by_name, late.at))
            return "late"
        return "first"

    at_once(partial(act, by), partial(act, other))
    row.refresh_from_db()
    assert told == [(str(row.completed_by), NOW)]


CALLS = (
    draw("s > u1 > a > end_a", extra=task("a", kind="callActivity", calledElement="q"))
    + CALLED
    + draw("s_q > b > e_q", extra=task("b", kind="callActivity", calledElement="r"))
    + '</process><process id="r" isExecutable="true">'
    + draw("s_r > c > e_r", extra=task("c", kind="callActivity", calledElement="q"))
)


def too_many(count: int) -> str:
    return draw(
        "s > u1 > u2 > end_a",
        extra=task("u2", several(f"<loopCardinality>if u1.svar = null then 1 else {count}</loopCardinality>")),
    )


@pytest.mark.parametrize(
    ("body", "code", "elements"),
    [
        pytest.param(CALLS, "endless", {"b", "c"}, id="processes that call each other"),
        pytest.param(draw("s > u1 > x1 > t1 > x1"), "endless", {"x1", "t1"}, id="a ring without a wait"),
        pytest.param(too_many(1_001), "too-many", {"u2"}, id="one too many"),
        pytest.param(too_many(10**9), "too-many", {"u2"}, id="a milliard"),
    ],
)
def test_what_is_too_much_is_refused_on_its_element_and_nothing_has_changed(
    by: Staff, body: str, code: str, elements: set[str]
) -> None:
    row = started(body, by).user_tasks.get()
    before = acting.read()
    with pytest.raises(engine.EngineError) as refused:
        complete(row, by)
    assert (refused.value.code, refused.value.element in elements) == (code, True)
    assert acting.read() == before


@pytest.mark.parametrize("count", [1_001, 10**9])
def test_not_one_of_too_many_is_made(by: Staff, monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    row = started(too_many(count), by).user_tasks.get()
    made: Counter[str] = Counter()
    begin = tokens.Token.__init__

    def counted(self: tokens.Token, scope: Any, node: Any, *rest: Any, **more: Any) -> None:
        made[node.name] += 1
        begin(self, scope, node, *rest, **more)

    monkeypatch.setattr(tokens.Token, "__init__", counted)
    with pytest.raises(engine.EngineError):
        complete(row, by)
    assert made == {"u1": 1, "u2": 1}
