"""Whatever people, systems, messages and time do, in whatever order, what was promised holds after every act."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from people.models import Staff
from tests import forlopp
from tests.integration import acting, all_waits, undone
from workflows import connectors
from workflows.models import InboxMessage, Incident, IncidentState, MoveState, ProcessInstance, UserTask
from workflows.services import (
    bulk,
    deployments,
    held,
    inbox,
    incidents,
    instances,
    mending,
    migration,
    outbox,
    timers,
    trials,
    user_tasks,
)

LEASE = timedelta(minutes=5)
WAITS = [timedelta(minutes=2), timedelta(hours=5), timedelta(days=1), timedelta(days=3)]
ANY = st.integers(0, 99)
WHO = st.sampled_from(["anna", "olle", "siri", "ingrid"])
SVAR = st.sampled_from(["ja", "nej", "nej", "ja", "fel"])
KEYS = st.sampled_from(sorted(all_waits.BODIES))
NR = st.sampled_from(["1", "2"])
REASON = "Systemet är nere"
FAILURES = {
    "down": connectors.TransientError("down", "Svarar inte."),
    "bad": connectors.PermanentError("bad", "Går inte."),
    "nej": connectors.BusinessError("nej", "Nej."),
    "annat": connectors.BusinessError("annat", "Nej."),
}
CHANGES: list[dict[str, Any]] = [
    {"borja": {"nr": "1"}},
    {"borja": {"nr": "2"}},
    {"u1": {"svar": "ja"}},
    {"u2": {"svar": "fel"}},
    {"rader": ["x"]},
    {"rader": 3},
]


class AnyOrder(undone.Undone):
    """One example: acts on the world that the test has made, taken back afterwards."""

    first: ClassVar[acting.World]

    def __init__(self) -> None:
        super().__init__()
        self.take_back = acting.savepoint()
        self.world = self.first.again()
        self.at_rest = self.may_let_go = False

    def teardown(self) -> None:
        self.take_back()

    @invariant()
    def all_that_was_promised(self) -> None:
        self.world.check(at_rest=self.at_rest, may_let_go=self.may_let_go)
        self.at_rest = self.may_let_go = False

    def has(self, table: str, **wanted: Any) -> bool:
        return self.world.has(table, **wanted)

    # -- beginning ---------------------------------------------------------------------------------------------------

    @initialize(keys=st.lists(st.sampled_from(["mots", "flera", "angra"]), min_size=1, max_size=3))
    def some_are_under_way(self, keys: list[str]) -> None:
        for number, key in enumerate(keys):
            self.start(key, str(number % 2 + 1), number, "anna")
        self.world.rows = acting.read()

    @precondition(lambda self: len(self.world.rows["ProcessInstance"]) < acting.MOST_INSTANCES)
    @rule(key=KEYS, nr=NR, person=ANY, who=WHO)
    def start(self, key: str, nr: str, person: int, who: str) -> None:
        world = self.world
        world.act(
            instances.start,
            definition_key=key,
            individual=world.persons[person % 2],
            by=world.staff[who],
            now=world.now,
            answers={"svar": nr},
        )

    @precondition(lambda self: self.has("ProcessInstance"))
    @rule(key=KEYS, number=st.integers(0, 2))
    def publish(self, key: str, number: int) -> None:
        self.world.act(deployments.publish, folder=all_waits.folder(key, number), by=None, now=self.world.now)

    # -- tasks -------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.has("UserTask", state="open"))
    @rule(tasks=st.lists(st.tuples(ANY, SVAR), min_size=1, max_size=4), times=st.sampled_from([1, 1, 1, 2]))
    def complete(self, tasks: list[tuple[int, str]], times: int) -> None:
        """Some, each by someone who may, once or by a double click."""
        for task, svar in tasks:
            row = self.world.pick("UserTask", task, state="open")
            if row is not None:
                self._complete(row, svar, times)
                self.all_that_was_promised()

    def _complete(self, row: Any, svar: str, times: int) -> None:
        world = self.world
        by = self._someone(row)
        answers = {"svar": svar} if row.kind == "user" else {"vad": "Ringde."}
        action = uuid.uuid4()
        if not world.completed(row, by, answers, action):
            assert world.refused in {"Suspended", "EngineError"}, world.refused
            return
        world.actions.append({"task": row, "by": by, "answers": answers, "action_id": action})
        if times == 2:
            self._again(world.actions[-1])

    @precondition(lambda self: self.has("UserTask", state="open"))
    @rule(svar=SVAR)
    def all_go_on(self, svar: str) -> None:
        """Everyone does what there is to do and every system answers: so that what lies deep is come to."""
        for row in list(UserTask.objects.filter(state="open").order_by("pk")):
            row.refresh_from_db()
            if row.is_open:
                self._complete(row, svar, 1)
                self.all_that_was_promised()
        for claimed in outbox.claim(worker="w", now=self.world.now, lease=LEASE):
            outbox.succeed(key=claimed.key, token=claimed.token, result={"ok": True}, now=self.world.now)

    @precondition(lambda self: self.world.actions)
    @rule(action=ANY)
    def complete_again(self, action: int) -> None:
        self._again(self.world.actions[action % len(self.world.actions)])

    @precondition(lambda self: self.has("UserTask"))
    @rule(task=ANY, who=WHO, answers=st.sampled_from([{"svar": "ja"}, {}, {"svar": 1}, {"vad": "Skrev."}]))
    def complete_anything(self, task: int, who: str, answers: dict[str, Any]) -> None:
        """Also what is gone, is another's, or with wrong answers."""
        world = self.world
        row, by = world.pick("UserTask", task), world.staff[who]
        was_open = row.is_open
        if world.completed(row, by, answers, uuid.uuid4()):
            assert was_open
            assert user_tasks.may_work(row, by)
            assert world.owners.get(row.pk) in (None, by.pk)

    @precondition(lambda self: self.has("UserTask"))
    @rule(task=ANY, who=WHO, take_over=st.booleans())
    def claim(self, task: int, who: str, take_over: bool) -> None:
        world = self.world
        row, by = world.pick("UserTask", task), world.staff[who]
        if world.act(user_tasks.claim, task=row, by=by, now=world.now, take_over=take_over) is not None:
            assert take_over or world.owners.get(row.pk) in (None, by.pk)
            world.owners[row.pk] = by.pk

    @precondition(lambda self: self.world.owners)
    @rule(task=ANY, who=WHO)
    def release(self, task: int, who: str) -> None:
        world = self.world
        row = world.pick("UserTask", task)
        if world.act(user_tasks.release, task=row, by=world.staff[who], now=world.now) is not None:
            assert world.owners.pop(row.pk, world.staff[who].pk) == world.staff[who].pk

    # -- messages ----------------------------------------------------------------------------------------------------

    @rule(
        name=st.sampled_from(["borja", "info", "klar", "besked", "avliden", "okand"]),
        nr=NR,
        person=st.sampled_from([*acting.PERSONS, *acting.PERSONS, None, "trasigt"]),
        version=st.sampled_from([1, 1, 1, 2]),
        handled=st.sampled_from([True, True, True, False]),
    )
    def receive(self, name: str, nr: str, person: str | None, version: int, handled: bool) -> None:
        """Early, late, to all or to nobody; or stored by a process that died before it was handled."""
        key, raw = str(uuid.uuid4()), forlopp.message(name, nr, person=person, version=version)
        self.world.sent.append((key, raw))
        if handled:
            inbox.receive(source="prov", message_id=key, raw=raw, now=self.world.now)
        else:
            InboxMessage.objects.create(source="prov", message_id=key, digest="", raw=raw, received_at=self.world.now)

    @precondition(lambda self: self.world.sent)
    @rule(which=ANY, other=st.booleans())
    def receive_again(self, which: int, other: bool) -> None:
        """The same id again, with the same body or another: no effect but a count, and a stopp if it differs."""
        key, raw = self.world.sent[which % len(self.world.sent)]
        before = self.world.rows["ProcessInstance"]
        inbox.receive(source="prov", message_id=key, raw=raw + (b" " if other else b""), now=self.world.now)
        assert acting.read()["ProcessInstance"] == before

    # -- systems -----------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.has("OutboxMessage", state="pending"))
    @rule(how=st.sampled_from(["ok", "ok", "ok", *FAILURES, "dies"]), many=st.integers(1, 3))
    def call(self, how: str, many: int) -> None:
        """Calls are tried, and the system answers, fails or says no; or the worker dies with the calls in its hand."""
        for claimed in outbox.claim(worker="w", now=self.world.now, lease=LEASE, limit=many):
            self.world.claimed.append(claimed)
            if how == "ok":
                outbox.succeed(key=claimed.key, token=claimed.token, result={"ok": True}, now=self.world.now)
            elif how in FAILURES:
                outbox.fail(key=claimed.key, token=claimed.token, error=FAILURES[how], now=self.world.now)

    @precondition(lambda self: self.world.claimed)
    @rule(which=ANY, ok=st.booleans())
    def answer_late(self, which: int, ok: bool) -> None:
        """One who thought that the call was theirs answers once more."""
        claimed = self.world.claimed[which % len(self.world.claimed)]
        known = {"key": claimed.key, "token": claimed.token, "now": self.world.now}
        if ok:
            outbox.succeed(result={"sent": True}, **known)
        else:
            outbox.fail(error=FAILURES["bad"], **known)

    # -- time --------------------------------------------------------------------------------------------------------

    @rule(wait=st.sampled_from(WAITS), works=st.sampled_from([True, True, False]))
    def time_passes(self, wait: timedelta, works: bool) -> None:
        self.world.now += wait
        if works:
            self.work()

    @rule()
    def work(self) -> None:
        """What the worker does in one round; with nothing left of it, nothing is half done."""
        now = self.world.now
        timers.fire_due(now=now)
        inbox.handle_received(now=now)
        migration.run_waiting(now=now)
        user_tasks.escalate_due(now=now)
        inbox.bring_waited_for(now=now)
        held.release_all(now=now)
        inbox.expire_buffered(now=now)
        migration.forget()
        self.at_rest = self.may_let_go = True

    # -- mending -----------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.has("ProcessInstance", state="active"))
    @rule(instance=ANY, who=WHO, how=st.sampled_from(["suspend", "resume", "resume", "cancel"]))
    def pause_or_cancel(self, instance: int, who: str, how: str) -> None:
        row = self.world.pick("ProcessInstance", instance)
        self._mend(getattr(mending, how), row, who)

    @precondition(lambda self: self.has("ProcessInstance", state="active"))
    @rule(instance=ANY, place=ANY, to=ANY, who=st.sampled_from(["anna", "ingrid"]))
    def skip_or_move(self, instance: int, place: int, to: int, who: str) -> None:
        """Half of the times it is skipped, else put somewhere else."""
        row = self.world.pick("ProcessInstance", instance, state="active")
        places = mending.places(ProcessInstance.objects.select_related("version").get(pk=row.pk))
        if not places:
            return
        at = places[place % len(places)]
        if to % 2 and at.targets:
            goal = at.targets[to // 2 % len(at.targets)].id
            self._mend(mending.move, row, who, task_id=at.id, target=goal)
        elif at.can_skip:
            self._mend(mending.skip, row, who, task_id=at.id)

    @precondition(lambda self: self.has("ProcessInstance", state="active"))
    @rule(instance=ANY, changes=st.sampled_from(CHANGES), old=st.sampled_from([0, 0, 0, 1]))
    def change(self, instance: int, changes: dict[str, Any], old: int) -> None:
        row = self.world.pick("ProcessInstance", instance)
        self._mend(mending.change, row, "anna", changes=changes, revision=row.revision - old)

    # -- stops -------------------------------------------------------------------------------------------------------

    @precondition(lambda self: self.has("Incident", state="open"))
    @rule(stop=ANY, how=st.sampled_from(["retry", "skip", "dismiss", "match"]), instance=ANY)
    def mend_a_stop(self, stop: int, how: str, instance: int) -> None:
        world = self.world
        found = world.pick("Incident", stop, state="open")
        who = {"by": world.staff["ingrid"], "now": world.now}
        if how == "retry":
            world.act(incidents.retry, incident=found, action_id=uuid.uuid4(), **who)
        elif how == "skip" and found.instance is not None and found.element_id:
            self._mend(mending.skip, found.instance, "ingrid", element_id=found.element_id, stop=found)
        elif how == "dismiss" and found.message is not None and found.message.state in {"stopped", "buffered"}:
            world.act(inbox.dismiss, message=found.message, reason=REASON, **who)
        elif how == "match" and found.message is not None and found.message.state == "stopped":
            to = world.pick("ProcessInstance", instance)
            world.act(inbox.match, message=found.message, instance=to, **who)

    @precondition(lambda self: self.has("Incident", state="open"))
    @rule(stop=ANY, action=st.sampled_from(["retry", "skip", "cancel"]), tried=st.booleans())
    def mend_alike(self, stop: int, action: bulk.Action, tried: bool) -> None:
        """Tried out on all of a kind, which changes nothing; then done, if it is."""
        world = self.world
        one = world.pick("Incident", stop, state="open")
        rows = Incident.objects.filter(state=IncidentState.OPEN).order_by("pk")
        alike = [row for row in rows if bulk.kind(row) == bulk.kind(one)]
        how = {"stops": alike, "action": action, "reason": REASON, "by": world.staff["ingrid"], "now": world.now}
        world.tries(partial(bulk.try_out, **how))  # type: ignore[arg-type]
        if not tried:
            bulk.carry_out(action_id=uuid.uuid4(), **how)  # type: ignore[arg-type]

    # -- versions ----------------------------------------------------------------------------------------------------

    @precondition(
        lambda self: self.has("ProcessInstance", state="active") and len(self.world.rows["ProcessVersion"]) > 4
    )
    @rule(instance=ANY, to=ANY, runs=st.booleans())
    def migrate(self, instance: int, to: int, runs: bool) -> None:
        """All of a version, tried first: what was said is what then becomes of them."""
        world = self.world
        row = world.pick("ProcessInstance", instance, state="active")
        others = list(row.definition.versions.exclude(pk=row.version_id).order_by("pk"))
        if not others:
            return
        target = others[to % len(others)]
        mapping = migration.default_mapping(row.version, target)
        trial = world.tries(partial(trials.dry_run, row.version, target, mapping, now=world.now))
        known = {"from_version": row.version, "to_version": target, "mapping": mapping, "by": None}
        found = world.act(migration.start, now=world.now, **known)
        if found is None or not runs:
            return
        while migration.run_batch(migration=found, now=world.now):
            pass
        counts = migration.counts(found)
        assert (counts["moved"], counts["refused"], counts["left"]) == (trial.moved, trial.refused, 0)
        self.may_let_go = True

    @precondition(lambda self: self.has("Migration"))
    @rule(which=ANY, how=st.sampled_from(["stop", "resume", "abandon", "one"]))
    def steer(self, which: int, how: str) -> None:
        found = self.world.pick("Migration", which)
        if how == "abandon":
            migration.abandon(migration=found, now=self.world.now)
        elif how == "one":
            self.may_let_go = migration.run_batch(migration=found, now=self.world.now, limit=1)
        else:
            {"stop": migration.stop, "resume": migration.resume}[how](migration=found)

    @precondition(lambda self: self.has("InstanceMove", state=MoveState.MOVED))
    @rule(which=ANY)
    def undo(self, which: int) -> None:
        move = self.world.pick("InstanceMove", which, state=MoveState.MOVED)
        self.world.act(migration.undo, move=move, by=self.world.staff["ingrid"], now=self.world.now)
        self.may_let_go = True

    # -- inside ------------------------------------------------------------------------------------------------------

    def _someone(self, task: Any) -> Staff:
        """Its owner, or else one who may."""
        world = self.world
        able = [who for who in world.staff.values() if user_tasks.may_work(task, who)]
        return next((who for who in able if who.pk == world.owners.get(task.pk)), able[0])

    def _again(self, action: dict[str, Any]) -> None:
        before = acting.read()
        found = user_tasks.complete(now=self.world.now, **action)
        assert found.task.action_id == action["action_id"]
        assert acting.read() == before

    def _mend(self, verb: Any, row: ProcessInstance, who: str, **more: Any) -> None:
        """Once, and by the same click again, which changes nothing."""
        world = self.world
        given = {"instance": row, "by": world.staff[who], "now": world.now, "reason": REASON, **more}
        action = uuid.uuid4()
        if world.act(verb, action_id=action, **given) is None:
            return
        before = acting.read()
        verb(action_id=action, **given)
        assert acting.read() == before, f"{verb.__name__} by the same click did something more"


IS_LONG = settings().max_examples > 1000
HOW = settings(
    max_examples=250 if IS_LONG else 5,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


@pytest.mark.django_db
def test_in_any_order_what_was_promised_holds() -> None:
    AnyOrder.first = acting.World.begin()
    run_state_machine_as_test(AnyOrder, settings=HOW)
