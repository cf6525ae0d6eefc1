"""Who may call, with which tokens, and what has been answered them."""

from __future__ import annotations

import uuid

from django.db import models

from workflows.models import Event, ProcessInstance

SCOPES = {
    "forlopp:read": "Läsa förlopp, deras diagram och formulär, och stegkatalogen",
    "arenden:read": "Läsa ärendens läge och historik",
    "arenden:start": "Starta ärenden, och avbryta dem som klienten själv har startat",
    "meddelanden:send": "Skicka meddelanden till ärenden",
    "uppgifter:read": "Läsa uppgifter och deras formulär",
    "uppgifter:write": "Ta, lämna tillbaka och göra uppgifter i klientens egna professioner",
    "handelser:read": "Prenumerera på händelser",
    "katalog": "Säga vilka som arbetar här (SCIM)",
    "fhir:read": "Läsa genom FHIR",
    "fhir:write": "Skicka meddelanden genom FHIR",
}
EVERY = "*"


class Client(models.Model):
    """A system that calls us. What it does is done by its own row of staff, whose assignments are its professions."""

    key = models.SlugField(max_length=40, unique=True)
    staff = models.OneToOneField("people.Staff", on_delete=models.PROTECT, related_name="api_client")
    scopes = models.JSONField(default=list, help_text="Keys of SCOPES.")
    definitions = models.JSONField(default=list, help_text='Keys of the förlopp it may reach; ["*"] is every one.')
    units = models.JSONField(default=list, help_text="Keys of units: only persons of their areas; [] is everyone.")
    source = models.CharField(
        max_length=50, blank=True, default="", help_text="The connector whose way of writing its FHIR messages have."
    )
    per_minute = models.PositiveIntegerField(default=600, help_text="Calls in the long run.")
    burst = models.PositiveIntegerField(default=60, help_text="Calls at once, beyond the even pace.")
    paced_at = models.DateTimeField(help_text="When the calls so far would have ended at an even pace.")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["key"]
        constraints = [
            models.CheckConstraint(condition=models.Q(per_minute__gt=0, burst__gt=0), name="api_client_has_a_pace")
        ]

    def __str__(self) -> str:
        return self.key

    def reaches(self, definition_key: str) -> bool:
        return EVERY in self.definitions or definition_key in self.definitions


class Token(models.Model):
    """A secret of a client. Its SHA-256 is kept: it has 256 bits of its own, so nothing slower is needed."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=8, help_text="How it begins, so that IT can tell one from the other.")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.hint


class Answer(models.Model):
    """What was answered to a POST, kept in the transaction of what it did: the same key gets the same answer."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="answers")
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the address and the body.")
    body = models.JSONField(null=True, help_text="Opaque ids and states only.")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="api_answer_once")]
        indexes = [models.Index(fields=["created_at"], name="api_answers_by_age")]

    def __str__(self) -> str:
        return f"{self.client_id}:{self.pk}"


class Subscription(models.Model):
    """Where a client wants to be told of events. The secret it checks us by is derived, and so not kept."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="subscriptions")
    url = models.CharField(max_length=500)
    kinds = models.JSONField(default=list, help_text="Of events; [] is every kind.")
    definitions = models.JSONField(default=list, help_text="Keys of förlopp; [] is every one that the client reaches.")
    generation = models.PositiveIntegerField(default=1, help_text="Of the secret; a new one is another secret.")
    both_until = models.DateTimeField(null=True, blank=True, help_text="Until when the former secret signs too.")
    failures = models.PositiveIntegerField(default=0, help_text="In a row, without an answer.")
    rests_until = models.DateTimeField(null=True, blank=True, help_text="It did not answer; not asked before this.")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.public_id)


class DeliveryState(models.TextChoices):
    PENDING = "pending", "Väntar"
    DONE = "done", "Mottagen"
    REFUSED = "refused", "Avvisad"


class Delivery(models.Model):
    """One event to one subscription. Those of an ärende go in the order they happened."""

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="+")
    instance = models.ForeignKey(ProcessInstance, null=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    attempt = models.PositiveSmallIntegerField(default=0, help_text="Times that the receiver has said no to it.")
    next_try_at = models.DateTimeField()
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True, help_text="When it was last sent.")
    fault = models.CharField(max_length=60, default="", blank=True, help_text="Why it was not taken then.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subscription", "event"], name="api_delivery_once")]
        indexes = [
            models.Index(
                fields=["subscription", "next_try_at"],
                condition=models.Q(state="pending"),
                name="api_delivery_to_send",
            ),
            models.Index(
                fields=["subscription", "instance", "event"],
                condition=models.Q(state="pending"),
                name="api_delivery_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id}:{self.event_id}"
