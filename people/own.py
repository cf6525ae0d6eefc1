"""A person's own way in to what is theirs, wholly apart from staff: mandates, codes on paper, visits, what was said."""

from __future__ import annotations

import datetime
import uuid

from django.db import models
from django.db.models import F, Q


class MandateKind(models.TextChoices):
    RELATIVE = "narstaende", "Närstående"
    GUARDIAN = "god_man", "God man"
    ADMINISTRATOR = "forvaltare", "Förvaltare"
    ATTORNEY = "framtidsfullmakt", "Framtidsfullmakt"


class Mandate(models.Model):
    """That somebody else may open what is a person's, for a time: by the person's own word, or recorded by staff.

    `by` is None where the person gave it in their plan. Who speaks for the person by law may also decide; a relative
    reads and answers. Never removed while it can be asked who had it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=MandateKind.choices)
    name = models.CharField(max_length=200)
    number_key = models.CharField(max_length=64, blank=True, help_text="A keyed hash of their personnummer; '' none.")
    ground = models.CharField(max_length=500, blank=True, help_text="What staff were shown or told.")
    may_decide = models.BooleanField(default=False)
    valid_from = models.DateField()
    valid_to = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    action_id = models.UUIDField(null=True, unique=True, help_text="A repeated click is known by it.")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=MandateKind.values), name="people_mandate_kind"),
            models.CheckConstraint(condition=~Q(name=""), name="people_mandate_named"),
            models.CheckConstraint(condition=Q(valid_to__gte=F("valid_from")), name="people_mandate_period"),
            models.CheckConstraint(condition=~Q(ground="") | Q(by=None), name="people_mandate_ground"),
            models.CheckConstraint(
                condition=Q(kind=MandateKind.RELATIVE, may_decide=False)
                | ~Q(kind=MandateKind.RELATIVE) & Q(by__isnull=False),
                name="people_mandate_decides",
            ),
        )
        indexes = (models.Index(fields=("number_key",), condition=~Q(number_key=""), name="people_mandate_number"),)

    def __str__(self) -> str:
        return f"mandate {self.public_id}"

    def lasts(self, on: datetime.date) -> bool:
        """Whether it is given, and neither over nor taken back."""
        return self.revoked_at is None and self.valid_from <= on <= self.valid_to

    @property
    def rests(self) -> bool:
        """While the person's identity is protected only they come in, and who speaks for them by law."""
        return self.kind == MandateKind.RELATIVE and self.individual.is_protected

    def holds(self, on: datetime.date) -> bool:
        """Whether it lets in."""
        return self.lasts(on) and not self.rests

    @property
    def called(self) -> str:
        """As the access log names them."""
        return f"{self.get_kind_display()}: {self.name}"


class Letter(models.Model):
    """A code on paper that lets in once: `handle` finds it, and of the rest there is only a keyed hash."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="+")
    mandate = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    handle = models.CharField(max_length=8, unique=True)
    code_key = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    failures = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(expires_at__gt=F("at")), name="people_letter_expires"),)
        indexes = (models.Index(fields=("individual", "-at"), name="people_letter_individual"),)

    def __str__(self) -> str:
        return f"letter {self.public_id}"


class Visit(models.Model):
    """A person's session, or that of somebody who has their leave: its key is a hash, and it knows no staff.

    Kept when it has ended: from it the plan tells what has changed since one last looked, and staff see who has come.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key_hash = models.CharField(max_length=64, unique=True)
    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="+")
    mandate = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    provider = models.CharField(max_length=31, blank=True, help_text="Who said who it is; '' a code on paper.")
    level = models.PositiveSmallIntegerField(default=0)
    language = models.CharField(max_length=20, blank=True)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("individual", "-begun_at"), name="people_visit_individual"),)

    def __str__(self) -> str:
        return f"visit {self.public_id}"

    @property
    def called(self) -> str:
        """As the access log names who comes."""
        return self.mandate.called if self.mandate else SELF

    @property
    def may_decide(self) -> bool:
        return self.mandate is None or self.mandate.may_decide

    @property
    def is_sure(self) -> bool:
        """Whether somebody vouches for who it is."""
        return bool(self.provider)


SELF = "Personen själv"
MESSAGES = "min_plan"
"""As whom the room of these pages sends to förlopp what was said: a message by the id of its row."""


class ReplyKind(models.TextChoices):
    ANSWER = "svar", "Svar inför ett möte"
    WEEK = "vecka", "Så var veckan"
    CONSENT = "samtycke", "Ja eller nej till att dela"
    AGREEMENT = "overenskommelse", "Godkände överenskommelsen"
    RELATIVE = "narstaende", "Vem mer som får läsa"


class Reply(models.Model):
    """What the person said in their plan: before a meeting, of a week from 1 (very bad) to 5, or that they decided.

    Of a decision `text` is what it was, for staff; what holds is the consent, agreement or mandate. Never changed.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="+")
    mandate = models.ForeignKey(Mandate, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=ReplyKind.choices)
    task = models.UUIDField(null=True, db_index=True, help_text="The open task it was left before.")
    instance = models.UUIDField(null=True)
    question = models.CharField(max_length=500, blank=True)
    text = models.TextField(max_length=4000, blank=True)
    rating = models.PositiveSmallIntegerField(null=True)
    at = models.DateTimeField()
    action_id = models.UUIDField(unique=True, help_text="A repeated click is known by it.")

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=ReplyKind.values), name="people_reply_kind"),
            models.CheckConstraint(
                condition=~Q(kind=ReplyKind.WEEK) & Q(rating=None) & ~Q(text="")
                | Q(kind=ReplyKind.WEEK, rating__range=(1, 5)),
                name="people_reply_says",
            ),
        )
        indexes = (
            models.Index(fields=("individual", "-at"), name="people_reply_individual"),
            models.Index(fields=("at",), condition=Q(task__isnull=False), name="people_reply_answered"),
        )

    def __str__(self) -> str:
        return f"reply {self.public_id}"

    @property
    def called(self) -> str:
        return self.mandate.called if self.mandate else SELF

    @property
    def is_bad_week(self) -> bool:
        return self.rating is not None and self.rating <= BAD


BAD = 2
"""A week that is rated so, or lower, is somebody's to ask about."""
