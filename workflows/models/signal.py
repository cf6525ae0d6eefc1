"""Signals: what was sent, and what became of it in each instance."""

from __future__ import annotations

import uuid

from django.db import models

from workflows.models.definition import ProcessDefinition, ProcessVersion
from workflows.models.instance import ProcessInstance


class SignalState(models.TextChoices):
    SENDING = "sending", "Skickas"
    DONE = "done", "Har nått alla"


class Signal(models.Model):
    """One signal, thrown by an instance or sent by a person; workers bring it to those who waited for it then.

    It is about one individual, or about nobody (then only those hear it who listen for everyone's). `up_to` is the
    last subscription there was when it was sent: who came to wait later does not hear it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    for_all = models.BooleanField(help_text="Reaches beyond the individual: those who listen for everyone's.")
    individual = models.ForeignKey("people.Individual", null=True, on_delete=models.PROTECT, related_name="+")
    payload = models.JSONField(null=True)
    up_to = models.BigIntegerField()
    hops = models.PositiveSmallIntegerField(default=0, help_text="How many signals in a row have started instances.")
    sender = models.ForeignKey(ProcessInstance, null=True, on_delete=models.SET_NULL, related_name="+")
    sent_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=1000, blank=True)
    action_id = models.UUIDField(null=True, help_text="What a person sent at once, to several or twice by mistake.")
    state = models.CharField(max_length=10, choices=SignalState.choices, default=SignalState.SENDING)
    sent_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action_id", "individual"], name="signal_sent_once"),
            models.UniqueConstraint(
                fields=["action_id"],
                condition=models.Q(individual=None) & ~models.Q(action_id=None),
                name="signal_sent_once_to_all",
            ),
        ]
        indexes = [models.Index(fields=["id"], condition=models.Q(state="sending"), name="signals_to_bring")]

    def __str__(self) -> str:
        return str(self.public_id)


class SignalSubscription(models.Model):
    """An instance waits here for a signal of this name."""

    instance = models.ForeignKey(ProcessInstance, on_delete=models.CASCADE, related_name="signal_subscriptions")
    engine_task_id = models.UUIDField()
    element_id = models.CharField(max_length=200)
    name = models.CharField(max_length=100)
    for_all = models.BooleanField(default=False, help_text="Hears also what is about nobody, or about others.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instance", "engine_task_id", "name"], name="signal_subscription_once")
        ]
        indexes = [models.Index(fields=["name", "id"], name="signal_subscription_by_name")]

    def __str__(self) -> str:
        return f"{self.instance_id}:{self.name}"


class SignalStart(models.Model):
    """A signal that starts an instance of a version that applies to somebody."""

    definition = models.ForeignKey(ProcessDefinition, on_delete=models.CASCADE, related_name="signal_starts")
    version = models.ForeignKey(ProcessVersion, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=100, db_index=True)
    start_event = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "name"], name="start_signal_once_per_version")]

    def __str__(self) -> str:
        return f"{self.name} -> {self.definition_id}"


class Heard(models.TextChoices):
    HEARD = "heard", "Nådde fram"
    STARTED = "started", "Startade"
    HELD = "held", "Väntar på att ärendet återupptas"
    STOPPED = "stopped", "Stopp"
    MISSED = "missed", "Väntades inte längre"


class SignalDelivery(models.Model):
    """What one signal led to in one instance, or in one definition that it starts: once, whoever tries again."""

    signal = models.ForeignKey(Signal, on_delete=models.CASCADE, related_name="deliveries")
    instance = models.ForeignKey(ProcessInstance, null=True, on_delete=models.CASCADE, related_name="signals")
    definition = models.ForeignKey(ProcessDefinition, null=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=Heard.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["signal", "instance"], name="signal_heard_once"),
            models.UniqueConstraint(fields=["signal", "definition"], name="signal_starts_once"),
        ]
        indexes = [models.Index(fields=["instance"], condition=models.Q(state="held"), name="signals_held")]

    def __str__(self) -> str:
        return f"{self.signal_id} -> {self.instance_id or self.definition_id}"
