"""Signals between instances: whom they reach, once each, and what they start."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from unittest import mock

import pytest
from django.core.management import CommandError, call_command

from people.models import Individual, Staff
from tests import pages, signalling
from tests.bpmn.drawing import draw, event, handler
from tests.signalling import NOW, bring_all, finish, open_in, person, place, publish, sender, start, started_by
from workflows import engine
from workflows.models import (
    Heard,
    HistoryEntry,
    HistoryKind,
    Incident,
    IncidentState,
    InstanceState,
    ProcessInstance,
    Signal,
    SignalDelivery,
    SignalState,
    SignalSubscription,
)
from workflows.services import bringing, held, incidents, mending, signals, steps, waits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def berit() -> Individual:
    return person("Berit")


@pytest.fixture
def arne() -> Individual:
    return person("Arne")


def throw(individual: Individual, signal: str = "sig_person") -> ProcessInstance:
    """An instance that throws the signal."""
    publish("sandare", sender(signal))
    instance = start("sandare", individual)
    finish(instance, "u1")
    return instance


def states() -> list[str]:
    return sorted(SignalDelivery.objects.values_list("state", flat=True))


# -- whom it reaches ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", signalling.PLACES)
def test_a_signal_reaches_the_persons_other_instances_wherever_it_is_waited_for(
    where: str, berit: Individual, arne: Individual
) -> None:
    publish("mottagare", place(where))
    hers, his = start("mottagare", berit), start("mottagare", arne)
    before = open_in(his)
    thrower = throw(berit)
    assert open_in(hers) == before  # nothing but a row is written with the throw
    bring_all()
    stays = ["u1"] if "beside" in where else []
    assert open_in(hers) == [*stays, "u9"]
    assert open_in(his) == before
    assert open_in(thrower) == ["u2"]
    entry = HistoryEntry.objects.get(kind=HistoryKind.SIGNAL)
    assert (entry.instance, entry.name, entry.by) == (hers, "aterkallat", None)


@pytest.mark.parametrize(
    ("thrown", "heard", "reaches"),
    [
        ("sig_alla", "sig_alla", ["hers", "his"]),
        ("sig_har", "sig_har", []),
        ("sig_person", "sig_person", ["hers"]),
    ],
)
def test_the_signal_says_whom_it_concerns(
    thrown: str, heard: str, reaches: list[str], berit: Individual, arne: Individual
) -> None:
    publish("mottagare", place("catch", heard))
    waiting = {"hers": start("mottagare", berit), "his": start("mottagare", arne)}
    throw(berit, thrown)
    bring_all()
    assert [name for name, instance in waiting.items() if open_in(instance) == ["u9"]] == reaches


@pytest.mark.parametrize("says_all", ["thrower", "receiver"])
def test_everyone_hears_only_when_both_ends_say_so(says_all: str, berit: Individual, arne: Individual) -> None:
    """A signal about one person cannot end what is done for another because one diagram is mistaken."""
    ends = {"thrower": "person", "receiver": "person", says_all: "alla"}

    def drawn(body: str, reach: str) -> str:
        definition = (
            f'<signal id="g" name="gemensam"><extensionElements>{REACH.format(reach)}</extensionElements></signal>'
        )
        return body + "</process>" + definition + '<process id="tom">'

    publish("mottagare", drawn(place("catch", "g"), ends["receiver"]))
    hers, his = start("mottagare", berit), start("mottagare", arne)
    publish("sandare", drawn(sender("g"), ends["thrower"]))
    finish(start("sandare", berit), "u1")
    bring_all()
    assert (open_in(hers), open_in(his)) == (["u9"], [])


REACH = '<spiffworkflow:properties><spiffworkflow:property name="galler" value="{}"/></spiffworkflow:properties>'


def test_who_comes_to_wait_after_the_throw_does_not_hear_it(berit: Individual) -> None:
    publish("mottagare", place("catch"))
    throw(berit)
    late = start("mottagare", berit)
    bring_all()
    assert (open_in(late), states()) == ([], [])


def test_the_sender_hears_its_own_signal_at_once_and_only_once(berit: Individual) -> None:
    publish("sandare", sender() + handler("h", "signal sig_person", "h_s > u9 > e9", quiet=True))
    instance = start("sandare", berit)
    finish(instance, "u1")
    assert open_in(instance) == ["u2", "u9"]
    bring_all()
    assert open_in(instance) == ["u2", "u9"]


def test_what_is_kept_beside_the_state_is_what_the_rows_say(berit: Individual) -> None:
    beside = handler("h", "signal sig_alla", "h_s > u2 > e2", quiet=True)
    publish("mottagare", place("edge beside") + beside)
    instance = start("mottagare", berit)
    throw(berit)
    bring_all()
    instance.refresh_from_db()
    kept = waits.Rows.of(instance)
    assert kept.signals == waits.Rows.read(instance).signals
    assert {(name, for_all) for _, name, for_all in kept.signals} == {("aterkallat", False), ("snovader", True)}
    finish(instance, "u9")
    finish(instance, "u1")
    assert not SignalSubscription.objects.exists()


# -- what it starts ----------------------------------------------------------------------------------------------------


def test_a_signal_starts_every_forlopp_with_such_a_start_once_for_the_person(berit: Individual) -> None:
    for key in ("ett", "tva"):
        publish(key, started_by())
    publish("gammalt", started_by())
    publish("gammalt", draw("s > u1 > end_a"))  # the current version begins otherwise
    throw(berit)
    bring_all()
    Signal.objects.update(state=SignalState.SENDING)
    bring_all()
    found = ProcessInstance.objects.exclude(definition__key="sandare")
    assert sorted(found.values_list("definition__key", "individual")) == [("ett", berit.pk), ("tva", berit.pk)]
    assert states() == [Heard.STARTED, Heard.STARTED]


def test_what_the_signal_bears_is_there_from_the_start(berit: Individual) -> None:
    publish("ett", started_by("sig_bar"))
    throw(berit, "sig_bar")
    Signal.objects.update(payload={"sedan": "2026-11-01"})
    bring_all()
    started = ProcessInstance.objects.get(definition__key="ett")
    assert started.engine_state["variables"]["hort"] == {"sedan": "2026-11-01"}


def test_a_start_that_fails_is_a_stopp_and_the_other_starts(berit: Individual) -> None:
    publish("ett", started_by(then="x1 > [false] u9 > end_a"))
    publish("tva", started_by())
    throw(berit)
    bring_all()
    stopp = Incident.objects.get()
    assert (stopp.instance, stopp.code, stopp.signal) == (None, "no-flow", Signal.objects.get())
    assert "Ett" in stopp.text
    assert ProcessInstance.objects.filter(definition__key="tva").count() == 1
    publish("ett", started_by())
    incidents.retry(incident=stopp, by=pages.staff("it", "it_drift"), now=NOW)
    bring_all()
    assert ProcessInstance.objects.filter(definition__key="ett").count() == 1
    assert ProcessInstance.objects.filter(definition__key="tva").count() == 1


def test_forlopp_that_start_each_other_without_end_are_stopped(berit: Individual) -> None:
    throws = event("endEvent", "end_a", "signal sig_person")
    begins = event("startEvent", "s1", "signal sig_person")
    publish("ring", draw("s1 > end_a", extra=begins + throws))
    throw(berit)
    bring_all()
    assert ProcessInstance.objects.filter(definition__key="ring").count() == bringing.MOST_HOPS
    assert Incident.objects.get().code == "endless"


# -- once, whatever happens --------------------------------------------------------------------------------------------


def many(count: int, body: str) -> list[ProcessInstance]:
    publish("mottagare", body)
    return [start("mottagare", person(f"P{number}")) for number in range(count)]


def heard_once(receivers: list[ProcessInstance]) -> None:
    assert [open_in(instance).count("u9") for instance in receivers] == [1] * len(receivers)
    assert HistoryEntry.objects.filter(kind=HistoryKind.SIGNAL).count() == len(receivers)


def test_a_worker_that_dies_between_batches_leaves_the_rest_to_the_next(berit: Individual) -> None:
    receivers = many(7, place("event sub-process beside", "sig_alla"))
    throw(berit, "sig_alla")
    signal = Signal.objects.get()
    assert bringing.bring(signal, now=NOW, limit=3) == 3
    with mock.patch.object(steps, "take", side_effect=[KilledError]), pytest.raises(KilledError):
        bringing.bring(signal, now=NOW, limit=3)
    assert len([instance for instance in receivers if "u9" in open_in(instance)]) == 3
    bring_all()
    heard_once(receivers)


class KilledError(BaseException):
    """As when the process is killed: nothing in it gets to tidy up but the database."""


def test_brought_again_it_has_no_more_effect(berit: Individual) -> None:
    receivers = many(3, place("event sub-process beside", "sig_alla"))
    throw(berit, "sig_alla")
    bring_all()
    Signal.objects.update(state=SignalState.SENDING, ended_at=None)
    bring_all()
    heard_once(receivers)


def test_one_who_cannot_take_it_stops_alone_and_gets_it_when_tried_again(berit: Individual) -> None:
    receivers = many(3, place("catch", "sig_alla"))
    broken = receivers[1]
    throw(berit, "sig_alla")
    with mock.patch.object(engine.Execution, "hear", fails_for(broken, engine.Execution.hear)):
        bring_all()
    assert [open_in(instance) for instance in receivers] == [["u9"], [], ["u9"]]
    stopp = Incident.objects.get(state=IncidentState.OPEN)
    assert (stopp.instance_id, stopp.code) == (broken.pk, "prov")
    incidents.retry(incident=stopp, by=pages.staff("it", "it_drift"), now=NOW)
    bring_all()
    heard_once(receivers)


def test_one_whose_state_cannot_be_read_stops_alone(berit: Individual) -> None:
    receivers = many(3, place("catch", "sig_alla"))
    ProcessInstance.objects.filter(pk=receivers[0].pk).update(engine_state={"format": 2, "scopes": "?"})
    throw(berit, "sig_alla")
    bring_all()
    assert states() == [Heard.HEARD, Heard.HEARD, Heard.STOPPED]
    assert Incident.objects.get().instance_id == receivers[0].pk


def fails_for(instance: ProcessInstance, hear: Callable[..., None]) -> Callable[..., None]:
    ref = str(instance.public_id)

    def act(self: engine.Execution, *args: object, **more: object) -> None:
        if self.variables["arende"]["ref"] == ref:
            raise engine.EngineError("c", "prov", "Det går inte.")
        hear(self, *args, **more)

    return act


# -- paused, ended -----------------------------------------------------------------------------------------------------


def test_a_paused_instance_hears_it_when_it_goes_on(berit: Individual) -> None:
    publish("mottagare", place("catch"))
    instance = start("mottagare", berit)
    by = pages.staff("it", "it_drift")
    mending.suspend(instance=instance, reason="prov", by=by, now=NOW)
    throw(berit)
    bring_all()
    assert (open_in(instance), states()) == ([], [Heard.HELD])
    mending.resume(instance=instance, reason="prov", by=by, now=NOW + timedelta(hours=1))
    assert (open_in(instance), states()) == (["u9"], [Heard.HEARD])


def test_a_paused_instance_that_is_cancelled_hears_nothing(berit: Individual) -> None:
    publish("mottagare", place("catch"))
    instance = start("mottagare", berit)
    by = pages.staff("it", "it_drift")
    mending.suspend(instance=instance, reason="prov", by=by, now=NOW)
    throw(berit)
    bring_all()
    mending.cancel(instance=instance, reason="prov", by=by, now=NOW)
    held.release_all(now=NOW)
    instance.refresh_from_db()
    assert (instance.state, states()) == (InstanceState.CANCELLED, [Heard.MISSED])


def test_one_that_has_gone_on_before_it_came_is_left_as_it_is(berit: Individual) -> None:
    publish("mottagare", place("edge"))
    instance = start("mottagare", berit)
    throw(berit)
    finish(instance, "u1")
    bring_all()
    instance.refresh_from_db()
    assert (instance.outcome, states()) == ("a", [])


# -- sent by a person --------------------------------------------------------------------------------------------------


def send(
    name: str, *individuals: Individual, reason: str = "Snöstorm.", action: uuid.UUID | None = None
) -> list[Signal]:
    by = Staff.objects.filter(username="it").first() or pages.staff("it", "it_drift")
    return signals.send(name=name, individuals=individuals, reason=reason, by=by, now=NOW, action_id=action)


def test_sent_by_hand_to_all_it_reaches_those_who_listen_for_everyones(berit: Individual, arne: Individual) -> None:
    publish("mottagare", place("catch", "sig_alla"))
    both = [start("mottagare", berit), start("mottagare", arne)]
    assert signals.reach("snovader", []) == signals.Reach(2, [])
    action = uuid.uuid4()
    send("snovader", action=action)
    send("snovader", action=action)
    bring_all()
    heard_once(both)
    entry = HistoryEntry.objects.filter(kind=HistoryKind.SIGNAL)[0]
    assert (str(entry.by), entry.detail["reason"]) == ("It Prov", "Snöstorm.")


def test_sent_by_hand_to_all_it_does_not_reach_what_concerns_a_person(berit: Individual) -> None:
    publish("mottagare", place("catch"))
    instance = start("mottagare", berit)
    with pytest.raises(signals.NeedsPersons):
        send("aterkallat")
    send("aterkallat", berit)
    bring_all()
    assert open_in(instance) == ["u9"]


def test_sent_by_hand_it_starts_a_forlopp_for_each_chosen_person_and_for_nobody_else(
    berit: Individual, arne: Individual
) -> None:
    publish("ett", started_by("sig_alla"))
    with pytest.raises(signals.NeedsPersons):
        send("snovader")
    assert signals.reach("snovader", [berit, arne]) == signals.Reach(0, ["Ett"])
    send("snovader", berit, arne, berit)
    bring_all()
    found = ProcessInstance.objects.values_list("individual", flat=True)
    assert sorted(found) == sorted([berit.pk, arne.pk])


def test_sent_by_hand_it_needs_a_reason_and_someone_who_hears(berit: Individual) -> None:
    with pytest.raises(signals.NoReason):
        send("snovader", reason=" ")
    with pytest.raises(signals.NobodyHears):
        send("snovader")
    with pytest.raises(signals.NobodyHears):
        send("snovader", berit)
    with pytest.raises(signals.TooMany):
        send("snovader", *[berit] * (signals.MOST_PERSONS + 1))
    assert not Signal.objects.exists()


def test_the_command_tells_who_hears_and_sends(berit: Individual, capsys: pytest.CaptureFixture[str]) -> None:
    publish("mottagare", place("catch", "sig_alla"))
    publish("ett", started_by())
    instance = start("mottagare", berit)
    call_command("send_signal")
    told = [
        "aterkallat: 0 väntar på allas, 0 på en persons, startar Ett",
        "snovader: 1 väntar på allas, 0 på en persons",
    ]
    assert capsys.readouterr().out.splitlines() == told
    call_command("send_signal", "aterkallat", "--person", str(berit.ref), "--dry-run")
    assert capsys.readouterr().out == "0 ärenden väntar, startar Ett\n"
    with pytest.raises(CommandError, match="skäl"):
        call_command("send_signal", "snovader")
    with pytest.raises(CommandError, match="Finns inte"):
        call_command("send_signal", "snovader", "--person", str(uuid.uuid4()), "--reason", "prov")
    call_command("send_signal", "snovader", "--reason", "Snöstorm.")
    bring_all()
    assert open_in(instance) == ["u9"]
