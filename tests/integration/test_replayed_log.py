"""A library replays an exported log on the diagram: it deviates where we have counted that it does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import r4pm
from lxml import etree
from r4pm import bindings

from followup.models import VariantCount
from people.models import Individual, Staff
from tests import forlopp, petri
from tests.bpmn.drawing import boundary, draw, task
from tests.integration.test_eventlog import XES, made
from tests.integration.test_flow_counting import NOW, begin, count_all
from tests.unit.engine_bpmn import process
from workflows import published
from workflows.definitions import Folder
from workflows.models import ProcessInstance, ProcessVersion
from workflows.services import deployments, mending, timers, user_tasks

pytestmark = pytest.mark.django_db
NAMES = {"u1": "Ring hem", "u2": "Besök", "u3": "Skriv plan", "u4": "Beställ", "u5": "Ring igen"}
LANE = "".join(f"<flowNodeRef>{key}</flowNodeRef>" for key in NAMES)
BODY = draw(
    's > u1 > x1 > [u1.svar = "ja"] p1 > u2 > x3 > p2 > u4 > x2 > [u4.svar = "om"] u1',
    "x1 > [-] e_nej",
    "p1 > u3 > p2",
    "x2 > [-] e_klart",
    "b1 > u5 > x3",
    extra=f'<laneSet id="b"><lane id="lane_samordnare">{LANE}</lane></laneSet>'
    + "".join(task(key, name=name) for key, name in NAMES.items())
    + boundary("b1", "u2", "timer P3D"),
)


def publish() -> None:
    form = '{"title": "x", "fields": [{"key": "svar", "type": "str", "label": "Svar"}]}'
    files = {"process.toml": "", "p.bpmn": process(BODY).decode(), **{f"forms/{key}.json": form for key in NAMES}}
    deployments.publish(folder=Folder({**forlopp.CONFIG, "messages": {}}, files), by=None, now=NOW)


def went(individual: Individual, by: Staff, *steps: str) -> ProcessInstance:
    """ "u1=ja" is answered a minute after what was before; "b1" lets time pass, "!u2" skips and "u1>u4" moves."""
    instance, at = begin(individual, by), NOW
    for step in steps:
        at += timedelta(minutes=1)
        if step == "b1":
            timers.fire(instance_id=instance.pk, now=at + timedelta(days=4))
            at += timedelta(days=4)
            continue
        key, _, target = step.strip("!").partition(">")
        key, _, answer = key.partition("=")
        waits = instance.user_tasks.get(state="open", element_id=key)
        place = waits.engine_task_id
        if step.startswith("!"):
            mending.skip(instance=instance, task_id=place, reason="Gjort.", by=by, now=at)
        elif target:
            mending.move(instance=instance, task_id=place, target=target, reason="Fel väg.", by=by, now=at)
        else:
            user_tasks.complete(task=waits, answers={"svar": answer}, by=by, now=at)
    instance.refresh_from_db()
    assert not instance.is_active
    return instance


def test_what_a_library_cannot_replay_is_what_was_led_past_the_diagram(
    anna: Staff, berit: Individual, tmp_path: Path
) -> None:
    publish()
    as_drawn = [
        ("u1=nej",),
        ("u1=ja", "u2", "u3", "u4"),
        ("u1=ja", "u3", "u2", "u4"),
        ("u1=ja", "u3", "b1", "u5", "u4"),
        ("u1=ja", "u2", "u3", "u4=om", "u1=nej"),
    ]
    past = [("u1=ja", "!u2", "u3", "u4"), ("u1>u4", "u4"), ("u1=ja", "u2", "u3", "u4>u1", "u1=nej")]
    for steps in as_drawn + past:
        went(berit, anna, *steps)
    count_all()
    counted = VariantCount.objects.values_list("is_off", "count")
    assert sum(count for is_off, count in counted if is_off) == len(past)
    told = _aligned(tmp_path / "log.xes")
    assert sum(many for cost, many in told.values() if cost == 0) == len(as_drawn)
    assert {names for names, (cost, _) in told.items() if cost} == {
        ("Ring hem", "Skriv plan", "Beställ"), ("Beställ",),
        ("Ring hem", "Besök", "Skriv plan", "Ring hem"),
    }  # fmt: skip


def _aligned(file: Path) -> dict[tuple[str, ...], tuple[int, int]]:
    """By what people did in order: the cost of the cheapest alignment with the diagram, and how many ärenden."""
    tree = etree.fromstring(made("xes"))
    for trace in tree.iter(f"{XES}trace"):
        for event in trace.findall(f"{XES}event"):
            told = {one.get("key"): one.get("value") for one in event}
            if (told["lifecycle:transition"], told.get("elementtyp")) != ("complete", "userTask"):
                trace.remove(event)
    file.write_bytes(etree.tostring(tree))
    log = bindings.log_to_activity_projection(r4pm.import_item("EventLog", str(file)))
    version = ProcessVersion.objects.get().public_id
    found = bindings.align_variants(petri.net(published.of(version).definition), log)
    return {tuple(one["activities"]): (_cost(one["result"]), one["frequency"]) for one in found}


def _cost(result: dict[str, dict[str, int]]) -> int:
    return result["Ok"]["cost"]
