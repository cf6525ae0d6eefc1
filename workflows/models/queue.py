"""What came in and what goes out: stored before it is acknowledged, written with the state it follows from."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Greatest, Left, StrIndex

from web.secrecy import SealedBytes
from workflows.models.instance import ProcessInstance

INTERNAL = "forlopp"
"""The source of what an instance throws; the message's id begins with the instance's."""


class InboxState(models.TextChoices):
    RECEIVED = "received", "Mottaget"
    BUFFERED = "buffered", "Väntar på sitt ärende"
    DONE = "done", "Hanterat"
    IGNORED = "ignored", "Utan verkan"
    STOPPED = "stopped", "Stopp"
    DISMISSED = "dismissed", "Avskrivet"


class InboxMessage(models.Model):
    """One incoming message, raw as it came. (source, message_id) is unique: a second copy has no effect."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    source = models.CharField(max_length=50)
    message_id = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the body: same id with another body is a conflict.")
    raw = SealedBytes()
    state = models.CharField(max_length=10, choices=InboxState.choices, default=InboxState.RECEIVED)
    name = models.CharField(max_length=100, blank=True)
    keys = models.JSONField(default=dict)
    payload = models.JSONField(null=True, help_text="Translated, without identity.")
    individual = models.ForeignKey("people.Individual", null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    correlation = models.CharField(max_length=250, blank=True, help_text="The message's own key, e.g. inskrivning_id:…")
    sent_at = models.DateTimeField(null=True, help_text="The sender's legal time; never changed.")
    received_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, help_text="How long an early message is kept before it is a stopp.")
    handled_at = models.DateTimeField(null=True)
    copies = models.PositiveIntegerField(default=1, help_text="How many times it arrived.")
    attempts = models.PositiveSmallIntegerField(default=0)
    trace = models.CharField(max_length=55, blank=True, default="", help_text="W3C traceparent, where traces are kept.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "message_id"], name="inbox_message_once")]
        indexes = [
            models.Index(fields=["received_at"], condition=models.Q(state="received"), name="inbox_to_handle"),
            models.Index(fields=["name", "correlation"], name="inbox_by_correlation"),
            models.Index(fields=["expires_at"], condition=models.Q(state="buffered"), name="inbox_buffer_expiry"),
            models.Index(fields=["source", "-received_at"], name="inbox_by_source"),
            models.Index(
                fields=["source", "-received_at"],
                condition=models.Q(state__in=("received", "buffered", "stopped")),
                name="inbox_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)


class Correction(models.Model):
    """What a person wrote in the place of a message that could not be used; what came stays with the message."""

    message = models.ForeignKey(InboxMessage, on_delete=models.CASCADE, related_name="corrections")
    number = models.PositiveSmallIntegerField()
    raw = SealedBytes()
    reason = models.CharField(max_length=2000)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="correction_once")]

    def __str__(self) -> str:
        return f"{self.message_id}:{self.number}"


class BufferedKey(models.Model):
    """One key of a buffered message, so that a new subscription finds it by index."""

    message = models.ForeignKey(InboxMessage, on_delete=models.CASCADE, related_name="buffered_keys")
    message_name = models.CharField(max_length=100)
    key_name = models.CharField(max_length=50)
    key_value = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(fields=["message_name", "key_name", "key_value"], name="buffer_by_key")]

    def __str__(self) -> str:
        return f"{self.message_name}:{self.key_name}"


class MessageDelivery(models.Model):
    """Which instance took which message: the link from an effect back to its cause."""

    message = models.ForeignKey(InboxMessage, on_delete=models.CASCADE, related_name="deliveries")
    instance = models.ForeignKey(ProcessInstance, on_delete=models.CASCADE, related_name="messages")
    element_id = models.CharField(max_length=200)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "instance", "element_id"], name="message_delivered_once")
        ]

    def __str__(self) -> str:
        return f"{self.message_id} -> {self.instance_id}"


class HeldMessage(models.Model):
    """A message for an instance that is paused: it gets it when it goes on."""

    message = models.ForeignKey(InboxMessage, on_delete=models.CASCADE, related_name="held")
    instance = models.ForeignKey(ProcessInstance, on_delete=models.CASCADE, related_name="held_messages")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "message"], name="message_held_once")]

    def __str__(self) -> str:
        return f"{self.message_id} … {self.instance_id}"


class OutboxState(models.TextChoices):
    PENDING = "pending", "Väntar"
    DONE = "done", "Skickat"
    FAILED = "failed", "Tas för hand"
    WITHDRAWN = "withdrawn", "Återkallat"


class OutboxMessage(models.Model):
    """One call to a system, written in the transaction of the step that asked for it."""

    key = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False, help_text="Idempotency key, the same at every try."
    )
    instance = models.ForeignKey(ProcessInstance, on_delete=models.CASCADE, related_name="outbox")
    individual = models.ForeignKey("people.Individual", null=True, on_delete=models.PROTECT, related_name="+")
    engine_task_id = models.UUIDField()
    element_id = models.CharField(max_length=200)
    operation = models.CharField(max_length=100)
    system = models.GeneratedField(
        expression=Left("operation", Greatest(StrIndex("operation", models.Value(".")) - 1, 0)),
        output_field=models.CharField(max_length=100),
        db_persist=True,
    )
    params = models.JSONField()
    state = models.CharField(max_length=10, choices=OutboxState.choices, default=OutboxState.PENDING)
    attempt = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    leased_by = models.CharField(max_length=100, blank=True)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    result = models.JSONField(null=True)
    late_result = models.JSONField(null=True, help_text="What the machine answered after a person had taken over.")
    error_code = models.CharField(max_length=100, blank=True)
    error_text = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    trace = models.CharField(max_length=55, blank=True, default="", help_text="W3C traceparent, where traces are kept.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instance", "engine_task_id"], name="outbox_once_per_step")]
        indexes = [
            models.Index(fields=["next_try_at"], condition=models.Q(state="pending"), name="outbox_to_send"),
            models.Index(fields=["system", "next_try_at"], condition=models.Q(state="pending"), name="outbox_by_turn"),
            models.Index(fields=["individual", "system"], condition=models.Q(state="pending"), name="outbox_in_order"),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state="pending", lease_until__isnull=False),
                name="outbox_in_hand",
            ),
            models.Index(fields=["system", "-created_at"], name="outbox_by_system"),
            models.Index(fields=["ended_at"], condition=models.Q(state__in=("done", "failed")), name="outbox_ended"),
        ]

    def __str__(self) -> str:
        return str(self.key)
