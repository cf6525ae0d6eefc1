"""Messages to people outside the house, by SMS and e-mail: what was sent, what became of it, and who wants none."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from web.secrecy import SealedText


class Channel(models.TextChoices):
    SMS = "sms", "Sms"
    MAIL = "epost", "E-post"


class DispatchState(models.TextChoices):
    """Rising: what is told later never lowers it, in whatever order reports arrive."""

    SENDING = "10_sander", "Skickas"
    REFUSED = "20_ej_skickat", "Skickades inte"
    SENT = "30_skickat", "Skickat"
    UNKNOWN = "40_okant", "Okänt om det kom fram"
    FAILED = "50_misslyckat", "Kom inte fram"
    DELIVERED = "60_levererat", "Levererat"


FINAL = (DispatchState.UNKNOWN, DispatchState.FAILED, DispatchState.DELIVERED)


class Dispatch(models.Model):
    """One message to one receiver. `key` is that of the call that asked for it, so it is here once.

    Address and text are emptied when nobody needs them any more; `digest` is a keyed hash of the address, by which the
    messages to one telephone are counted.
    """

    key = models.UUIDField(unique=True)
    individual = models.ForeignKey("people.Individual", null=True, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=5, choices=Channel.choices, blank=True)
    receiver = models.CharField(max_length=80, help_text="Who it is to: person, anhorig, brevlada:…")
    template = models.CharField(max_length=60)
    address = SealedText(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    text = SealedText(blank=True)
    parts = models.PositiveSmallIntegerField(default=0, help_text="SMS that it takes.")
    state = models.CharField(max_length=20, choices=DispatchState.choices, default=DispatchState.SENDING)
    reason = models.CharField(max_length=100, blank=True, help_text="Why it was not sent or did not arrive.")
    created_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, help_text="A call was made whose answer we do not have.")
    sent_at = models.DateTimeField(null=True, help_text="The provider has taken it.")
    ended_at = models.DateTimeField(null=True)
    may_be_double = models.BooleanField(default=False, help_text="Sent again without knowing of the first time.")
    provider_id = models.CharField(max_length=200, blank=True)
    look_at = models.DateTimeField(null=True, help_text="When the provider is to be asked what became of it.")
    looks = models.PositiveSmallIntegerField(default=0)
    wants_outcome = models.BooleanField(default=False, help_text="The ärende waits to know.")
    outcome = models.CharField(max_length=20, blank=True, help_text="What it is told: the first that was final.")
    told_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=DispatchState.values), name="dispatch_state"),
            models.CheckConstraint(condition=Q(state__lt="30") | Q(sent_at__isnull=False), name="dispatch_sent"),
        ]
        indexes = [
            models.Index(fields=["digest", "created_at"], name="dispatches_to_one"),
            models.Index(fields=["-created_at"], name="dispatches_by_time"),
            models.Index(fields=["look_at"], condition=Q(look_at__isnull=False), name="dispatches_to_look_at"),
            models.Index(fields=["provider_id"], name="dispatches_at_provider"),
            models.Index(fields=["individual", "-created_at"], name="dispatches_about"),
            models.Index(
                fields=["ended_at"],
                condition=Q(wants_outcome=True, told_at__isnull=True) & ~Q(outcome=""),
                name="dispatches_to_tell",
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)


class DispatchReport(models.Model):
    """What the provider has said of a message, each word once; kept also when it changed nothing."""

    dispatch = models.ForeignKey(Dispatch, on_delete=models.CASCADE, related_name="reports")
    said = models.CharField(max_length=40)
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dispatch", "said"], name="dispatch_report_once")]

    def __str__(self) -> str:
        return f"{self.dispatch_id}: {self.said}"


class OptOut(models.Model):
    """Who has answered STOPP: holds whatever stands in a person's contacts.

    The number itself (E.164): a hash with our key would forget them all on the day when the key is changed.
    """

    address = models.CharField(max_length=20, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)
