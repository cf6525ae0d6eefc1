"""A World for scenarios on a database: the product's own services, as the pages and the integrations call them."""

from __future__ import annotations

import tomllib
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db.models import Q

from people.invented import PROFESSIONS
from people.models import Assignment, Individual, Profession, Protection, Staff, Unit
from workflows import connectors, engine
from workflows.diagram import COULD_NOT
from workflows.models import (
    Heard,
    HistoryEntry,
    HistoryKind,
    InstanceState,
    OutboxMessage,
    OutboxState,
    ProcessInstance,
    ProcessVersion,
    Signal,
    SignalDelivery,
    SignalStart,
    SignalSubscription,
    StartSubscription,
    TaskKind,
    TaskState,
    TimerJob,
    UserTask,
)
from workflows.scenarios import Failed, Incoming, Open, Scenario
from workflows.services import bringing, instances, joint, messages, not_done, outbox, timers, user_tasks, waits

LEASE = timedelta(minutes=5)
AGREED = {"underskrift_individ": "muntligt"}


class DatabaseWorld:
    """One person and whatever instances the scenario starts."""

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        self.scenario = scenario
        config = tomllib.loads((folder / "process.toml").read_text(encoding="utf-8"))
        self.key = str(config["key"])
        # Other förlopp may be started by the same messages; the scenario tells of its own.
        self._own = Q(instance__definition__key=self.key)
        if scenario.parameters:
            self._parameters(config)
        self.individual = _individual(scenario)
        self.person_ref = str(self.individual.ref)
        self.staff = _staff()

    def _parameters(self, config: dict[str, Any]) -> None:
        """The scenario's own parameters, as a version published with them would have."""
        version = ProcessVersion.objects.get(definition__key=self.key)
        parameters = {**config.get("parameters", {}), **self.scenario.parameters}
        copy = ProcessVersion.objects.get(pk=version.pk)
        copy.pk, copy.public_id, copy.number, copy.digest = None, uuid4(), version.number + 1, str(uuid4())
        copy.config = {**version.config, "parameters": parameters}
        copy.save()
        version.definition.current = copy
        version.definition.save()
        for starts in (StartSubscription, SignalStart):
            starts.objects.filter(version=version).update(version=copy)

    # -- what the runner asks ----------------------------------------------------------------------------------------

    def send(self, incoming: Incoming, *, now: datetime) -> bool:
        message = incoming.message
        keys = {**message.keys, "person_ref": self.person_ref}
        payload = {**message.payload, "person_ref": self.person_ref}
        row = _stored(message, keys, payload, self.individual, now)
        result = messages.publish(
            name=message.name, keys=keys, payload=payload, individual=self.individual, message=row, now=now
        )
        if result.failed:
            raise Failed("Ett ärende kunde inte ta emot meddelandet.")
        if not result.had_effect and not result.already and result.ttl:
            row.state = "buffered"
            messages.keep(message=row, keys=keys, ttl=result.ttl, now=now)
            row.save()
            return True
        return result.had_effect

    def start(self, start_event: str, answers: dict[str, Any], *, now: datetime) -> None:
        try:
            instances.start(
                definition_key=self.key,
                individual=self.individual,
                by=self.staff,
                now=now,
                start_event=start_event,
                answers=answers,
            )
        except instances.InvalidStart as error:
            raise Failed(str(error.errors)) from None

    def open_tasks(self) -> list[Open]:
        return [
            Open(task.pk, task.element_id, task.group, is_by_hand=task.kind == TaskKind.FALLBACK)
            for task in UserTask.objects.filter(self._own, state=TaskState.OPEN, joint_of=None).order_by("pk")
        ]

    def complete(self, task: Open, answers: dict[str, Any], *, now: datetime) -> None:
        row = UserTask.objects.get(pk=task.id)
        try:
            if row.to_sign:
                for profession in row.signers.split()[: row.to_sign]:
                    joint.sign(task=row, answers=answers, agreement=AGREED, by=_signer(profession), now=now)
                return
            user_tasks.complete(task=row, answers=answers, by=self.staff, now=now)
        except user_tasks.InvalidAnswers as error:
            raise Failed(f"Svaren på {task.element_id} är inte giltiga: {error.errors}") from None

    def tell(self, task: Open, code: str, answers: dict[str, Any], *, now: datetime) -> None:
        row = UserTask.objects.select_related("instance__version").get(pk=task.id)
        act = not_done.could_not if code == COULD_NOT else not_done.not_needed
        try:
            act(task=row, answers=answers, by=self.staff, now=now)
        except user_tasks.InvalidAnswers as error:
            raise Failed(f"Svaren om {task.element_id} är inte giltiga: {error.errors}") from None

    def waiting_operations(self) -> list[str]:
        rows = OutboxMessage.objects.filter(self._own, state=OutboxState.PENDING).order_by("pk")
        return list(rows.values_list("operation", flat=True))

    def answer(self, operation: str, result: dict[str, Any], *, now: datetime) -> None:
        claimed = self._claim(operation, now)
        assert outbox.succeed(key=claimed.key, token=claimed.token, result=result, now=now)

    def fail(self, operation: str, error: connectors.DeliveryError, *, now: datetime) -> None:
        claimed = self._claim(operation, now)
        assert outbox.fail(key=claimed.key, token=claimed.token, error=error, now=now)

    def signal(self, name: str, payload: Any, *, for_all: bool, now: datetime) -> bool:
        about = None if for_all else self.individual
        last = SignalSubscription.objects.order_by("pk").last()
        sent = Signal.objects.create(
            name=name, for_all=for_all, individual=about, payload=payload, up_to=last.pk if last else 0, sent_at=now
        )
        while bringing.bring(sent, now=now):
            pass
        told = SignalDelivery.objects.filter(signal=sent, state__in=[Heard.HEARD, Heard.STARTED])
        return told.filter(self._own).exists()

    def signalled(self) -> list[engine.Signalled]:
        rows = Signal.objects.filter(sender__definition__key=self.key).order_by("pk")
        return [engine.Signalled("", row.name, row.payload, row.for_all) for row in rows]

    def next_due(self) -> datetime | None:
        return TimerJob.objects.filter(self._own).order_by("due_at").values_list("due_at", flat=True).first()

    def fire(self, *, now: datetime) -> None:
        timers.fire_due(now=now)

    def variables(self) -> dict[str, Any]:
        instance = self._instance()
        assert waits.Rows.of(instance) == waits.Rows.read(instance)
        found: dict[str, Any] = instance.engine_state["variables"]
        return found

    def outcome(self) -> str | None:
        instance = ProcessInstance.objects.filter(definition__key=self.key).order_by("-pk").first()
        return instance.outcome if instance and instance.state != InstanceState.ACTIVE else None

    def visited(self) -> set[str]:
        return set(
            HistoryEntry.objects.filter(self._own, kind=HistoryKind.COMPLETED).values_list("element_id", flat=True)
        )

    # -- inside ------------------------------------------------------------------------------------------------------

    def _instance(self) -> ProcessInstance:
        return ProcessInstance.objects.filter(definition__key=self.key).order_by("-pk")[0]

    def _claim(self, operation: str, now: datetime) -> outbox.Claimed:
        row = OutboxMessage.objects.filter(self._own, operation=operation, state=OutboxState.PENDING).order_by("pk")[0]
        OutboxMessage.objects.exclude(pk=row.pk).filter(state=OutboxState.PENDING).update(lease_until=now + LEASE)
        OutboxMessage.objects.filter(pk=row.pk).update(lease_until=None, next_try_at=now)
        (claimed,) = outbox.claim(worker="scenario", now=now, lease=LEASE)
        return claimed


def _individual(scenario: Scenario) -> Individual:
    age = int(scenario.person.get("alder", 80))
    protection = Protection.SEKRETESSMARKERING if scenario.person.get("skyddad") else Protection.INGEN
    return Individual.objects.create(
        identity_type="okand",
        given_name="Prov",
        family_name="Person (påhittad)",
        protection=protection,
        born_on=date(scenario.now.year - age, 1, 1),
    )


def _staff() -> Staff:
    """Someone with every profession: who may do what is tested elsewhere."""
    unit = Unit.objects.create(key="alla", name="Alla")
    member = Staff.objects.create_user("alla", may_see_protected=True)
    for key, _name in PROFESSIONS:
        profession = Profession.objects.create(key=key, name=key)
        Assignment.objects.create(staff=member, profession=profession, unit=unit, valid_from=date(2020, 1, 1))
    return member


def _signer(profession: str) -> Staff:
    """One of those who sign together, of this profession alone."""
    member, is_new = Staff.objects.get_or_create(username=f"skriver-{profession}", defaults={"may_see_protected": True})
    if is_new:
        role = Profession.objects.get(key=profession)
        place = {"unit": Unit.objects.get(key="alla"), "valid_from": date(2020, 1, 1)}
        Assignment.objects.create(staff=member, profession=role, **place)
    return member


def _stored(
    message: connectors.IncomingMessage,
    keys: dict[str, str],
    payload: dict[str, Any],
    individual: Individual,
    now: datetime,
) -> Any:
    from workflows.models import InboxMessage

    return InboxMessage.objects.create(
        source="scenario",
        message_id=str(uuid4()),
        digest="",
        raw=b"",
        state="done",
        name=message.name,
        keys=keys,
        payload=payload,
        individual=individual,
        sent_at=message.sent_at,
        received_at=now,
    )
