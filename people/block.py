"""A spärr (PDL 4:4): the person lets only some units read; and what opens it for a while in an emergency."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Barrier(models.Model):
    """What the person has asked for about a unit, by whom, and that it was lifted; kept afterwards."""

    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    asked_by = models.CharField(max_length=200, help_text="The person, or who speaks for them.")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    lifted_reason = models.CharField(max_length=500, blank=True, default="", db_default="")

    class Meta:
        abstract = True
        constraints = (
            models.UniqueConstraint(
                fields=("individual", "unit"), condition=Q(lifted_at=None), name="%(app_label)s_%(class)s_once"
            ),
            models.CheckConstraint(condition=~Q(asked_by=""), name="%(app_label)s_%(class)s_asked"),
            models.CheckConstraint(
                condition=Q(lifted_at=None) | ~Q(lifted_reason="") & Q(lifted_by__isnull=False),
                name="%(app_label)s_%(class)s_lifted",
            ),
        )

    def __str__(self) -> str:
        return f"{self._meta.model_name} {self.pk}"


class Block(Barrier):
    """A unit that may go on reading about a person who has closed the rest; several rows are one spärr.

    Whoever acts at none of the units meets the person nowhere: `Staff.barred`.
    """

    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="blocks")


class WritingBlock(Barrier):
    """A unit whose writing about the person in health care is closed to all other units (PDL 4 kap. 4 §).

    The person is met as before; what the unit has written is not there for others: `workflows.written`.
    """

    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="+")


class Emergency(models.Model):
    """A nödöppning: one member of staff reads about one person for a while, with a reason; reviewed afterwards."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    staff = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=~Q(reason=""), name="people_emergency_reason"),
            models.CheckConstraint(condition=Q(ends_at__gte=F("at")), name="people_emergency_ends"),
        )
        indexes = (models.Index(fields=("staff", "ends_at"), name="people_emergency_staff"),)

    def __str__(self) -> str:
        return f"emergency {self.public_id}"


@dataclass(frozen=True, kw_only=True)
class Closed:
    """Every spärr in force as (person, key of a unit that may read) and as (person, key of a unit whose writing is
    closed to others), and whom one member of staff has opened now.
    """

    blocks: tuple[tuple[int, str], ...] = ()
    written: tuple[tuple[int, str], ...] = ()
    opened: dict[int, datetime.datetime] = field(default_factory=dict)

    @classmethod
    def read(cls, blocks: str | None, opened: str | None) -> Closed:
        """From `people.backends.HELD`: "17:norr,18:soder:skrivet" and "17|2026-11-28 23:50:00"; what has ended is left
        out.
        """
        told = [one.split(":") for one in (blocks or "").split(",") if one]
        until = {}
        for one in filter(None, (opened or "").split(",")):
            individual, _, text = one.partition("|")
            at = datetime.datetime.fromisoformat(text)
            until[int(individual)] = at if at.tzinfo else at.replace(tzinfo=datetime.UTC)
        now = timezone.now()
        return cls(
            blocks=tuple((int(one[0]), one[1]) for one in told if len(one) == 2),
            written=tuple((int(one[0]), one[1]) for one in told if len(one) == 3),
            opened={individual: at for individual, at in until.items() if at > now},
        )

    @classmethod
    def asked(cls, staff_id: int) -> Closed:
        """The same of the database."""
        opened = Emergency.objects.filter(staff_id=staff_id, ends_at__gt=timezone.now())
        written = WritingBlock.objects.filter(lifted_at=None).values_list("individual_id", "unit__key")
        until = dict(opened.values_list("individual_id", "ends_at"))
        return cls(blocks=cls.blocked(), written=tuple(written), opened=until)

    @staticmethod
    def blocked() -> tuple[tuple[int, str], ...]:
        """Every spärr in force, of the database."""
        return tuple(Block.objects.filter(lifted_at=None).values_list("individual_id", "unit__key"))

    def to(self, units: Collection[str]) -> frozenset[int]:
        """Keys of the persons about whom none of these units may read."""
        if not self.blocks:
            return frozenset()
        theirs = {individual for individual, unit in self.blocks if unit in units}
        return frozenset(individual for individual, _ in self.blocks) - theirs

    def has_written(self, individual: int) -> bool:
        """Whether the person has closed what any unit has written."""
        return any(one == individual for one, _ in self.written)

    def writing(self, units: Collection[str]) -> dict[int, frozenset[str]]:
        """Keys of the units whose writing these may not read, by person; nobody's whom one has opened."""
        found: dict[int, set[str]] = {}
        for individual, unit in self.written:
            if unit not in units and individual not in self.opened:
                found.setdefault(individual, set()).add(unit)
        return {individual: frozenset(keys) for individual, keys in found.items()}
