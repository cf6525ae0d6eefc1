"""Who works here, in which role and unit, whom the care is for, and who has looked at what."""

import datetime
import uuid
from collections.abc import Sequence

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import connection, models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils import timezone

from people.absence import Absence
from people.access_log import AccessLog, AccessLogQuerySet, AppendOnlyError
from people.assignment import LONGEST_COMMISSION, Assignment, AssignmentQuerySet
from people.attempt import FailedSignIn, PasswordCode, SpentOnce
from people.block import Block, Closed, Emergency, WritingBlock
from people.device import Device
from people.directory_entry import DirectoryEntry, DirectoryGroup
from people.own import Letter, Mandate, Reply, Visit
from people.plan import Agreement, Consent, Contact, Goal, Rating
from people.spheres import Sphere, reach
from web.secrecy import SealedText

__all__ = [
    "Absence",
    "AccessLog",
    "AccessLogQuerySet",
    "Agreement",
    "AppendOnlyError",
    "Assignment",
    "AssignmentQuerySet",
    "Block",
    "Closed",
    "Consent",
    "Contact",
    "Device",
    "DirectoryEntry",
    "DirectoryGroup",
    "Emergency",
    "FailedSignIn",
    "Goal",
    "IdentityType",
    "Individual",
    "Letter",
    "Mandate",
    "PasswordCode",
    "Profession",
    "Protection",
    "Rating",
    "Reply",
    "ServedArea",
    "SpentOnce",
    "Staff",
    "StaffKind",
    "Unit",
    "Visit",
    "WritingBlock",
]


class Profession(models.Model):
    """A role that tasks are given to; the key is the lane id of the diagrams without "lane_"."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    sort = models.PositiveSmallIntegerField(default=100)
    sphere = models.CharField(max_length=4, choices=Sphere.choices, blank=True, default="")

    class Meta:
        ordering = ("sort", "key")

    def __str__(self) -> str:
        return self.name


LONGEST_AREA, LONGEST_CODES = 120, 600


class Unit(models.Model):
    """A place in the organisation that staff belong to and that tasks can be handed over to."""

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=160)
    area = models.CharField(
        max_length=LONGEST_AREA, blank=True, default="", help_text="The geography it serves; '' is all."
    )
    postal_codes = models.CharField(
        max_length=LONGEST_CODES,
        blank=True,
        default="",
        help_text="Those of its area, or how they begin: '703 704 12'.",
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        help_text="It is part of.",
    )

    class Meta:
        ordering = ("name",)
        constraints = (models.CheckConstraint(condition=~Q(parent=F("id")), name="people_unit_not_its_own"),)

    def __str__(self) -> str:
        return self.name


class ServedArea(models.Model):
    """What a unit was said to serve; the last row is what the unit says. Never changed."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="served")
    area = models.CharField(max_length=LONGEST_AREA, blank=True)
    postal_codes = models.CharField(max_length=LONGEST_CODES, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    action_id = models.UUIDField(unique=True, help_text="A repeated click is known by it.")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.unit_id}:{self.pk}"


HELD_ON = "held.valid_from <= %s AND (held.valid_to IS NULL OR held.valid_to >= %s)"
"""SQL of an assignment called `held` that is in force on a day, which is given twice; as AssignmentQuerySet.current."""
COLLEAGUE = "staff.is_active AND staff.kind = 'person'"
"""SQL of somebody called `staff` whom one can turn to."""
# Text, since every page asks and Django would build it anew each time.
HELD = f"""
    SELECT profession.key, profession.name, held.on_behalf_of, profession.sphere FROM people_assignment held
    JOIN people_profession profession ON profession.id = held.profession_id
    WHERE held.staff_id = %s AND {HELD_ON}
    ORDER BY profession.sort, profession.key
"""  # noqa: S608  a text of our own; every value is a parameter


class StaffKind(models.TextChoices):
    """Who it is: a system is staff too, so that what it does and sees is written down as everybody's."""

    PERSON = "person", "Människa"
    SYSTEM = "system", "System"


class Staff(AbstractUser):
    """A member of staff who logs in, or a system that calls and never does."""

    _roles: dict[str, str] | None = None
    _units: dict[str, str] | None = None
    _behalves: dict[str, str] | None = None
    _reached: frozenset[str] | None = None
    _closed: Closed | None = None
    _kept_from: frozenset[int] | None = None
    commission: str | None = None
    """The uppdrag of the session one acts in ('' none); None where nobody acts: then all that is held counts."""
    withheld: tuple[str, ...] = ()
    """Names of professions that ask for a stronger log-in than that of the session."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=6, choices=StaffKind.choices, default=StaffKind.PERSON)
    title = models.CharField(max_length=120, blank=True, default="")
    hsa_id = models.CharField(max_length=64, blank=True, default="")
    may_see_protected = models.BooleanField(default=False)
    is_invented = models.BooleanField(default=False)
    uses_shortcuts = models.BooleanField(default=True, help_text="Single keys do things on the pages (WCAG 2.1.4).")
    start_page = models.CharField(
        max_length=400, blank=True, default="", help_text="What the inbox opens with, as its address would ask for it."
    )

    class Meta:
        verbose_name = "personal"
        verbose_name_plural = "personal"
        constraints = (
            models.UniqueConstraint(fields=("hsa_id",), condition=~Q(hsa_id=""), name="people_staff_hsa_id_once"),
        )
        indexes = (models.Index(fields=("last_name", "first_name"), name="people_staff_name"),)

    def __str__(self) -> str:
        return self.get_full_name() or self.username

    @property
    def is_person(self) -> bool:
        return self.kind == StaffKind.PERSON

    @property
    def professions(self) -> list[str]:
        """Keys of the professions held today."""
        return list(self.roles)

    @property
    def roles(self) -> dict[str, str]:
        """Keys and names of the professions held today; asked anew each time, so a revoked right is gone at once."""
        return self._roles if self._roles is not None else {key: name for key, name, *_ in self._held()}

    @property
    def behalves(self) -> dict[str, str]:
        """Keys of the professions held today only in the place of somebody who is away, and the name of that one."""
        if self._behalves is not None:
            return self._behalves
        return behalves([(key, name) for key, _, name, _ in self._held()])

    @property
    def reached(self) -> frozenset[str]:
        """The spheres of the law that the professions held today work in."""
        return self._reached if self._reached is not None else reach(sphere for *_, sphere in self._held())

    @property
    def units(self) -> dict[str, str]:
        """Keys and names of the units where a profession is held today."""
        if self._units is not None:
            return self._units
        held = self.assignments.current(timezone.localdate()).select_related("unit").order_by("unit__name")
        return {assignment.unit.key: assignment.unit.name for assignment in held}

    @property
    def barred(self) -> frozenset[int]:
        """Keys of the persons whose spärr keeps one out, and whom one has not opened in an emergency."""
        kept_from = self.kept_from
        return kept_from.difference(self.closed.opened) if kept_from else kept_from

    @property
    def kept_from(self) -> frozenset[int]:
        """Keys of the persons whose spärr one's units are not named in: an emergency lets one read, and do nothing."""
        if self._kept_from is not None:
            return self._kept_from
        blocks = Closed.blocked()
        return Closed(blocks=blocks).to(self.units) if blocks else frozenset()

    @property
    def unread(self) -> dict[int, frozenset[str]]:
        """Keys of the units whose writing about a person is closed to one, by the key of the person."""
        closed = self.closed
        return closed.writing(self.units) if closed.written else {}

    @property
    def emergencies(self) -> dict[int, datetime.datetime]:
        """Keys of the persons whom one has opened in an emergency, and until when."""
        return self.closed.opened

    @property
    def closed(self) -> Closed:
        """As the request read it; asked anew where nobody did."""
        return self._closed if self._closed is not None else Closed.asked(self.pk)

    @property
    def standing(self) -> tuple[str, str]:
        """Keys of the professions and of the units where they are held today, each with commas between."""
        return ",".join(self.roles), ",".join(sorted(self.units))

    def keep_roles(
        self,
        roles: dict[str, str],
        units: dict[str, str],
        behalves: dict[str, str] | None = None,
        reached: frozenset[str] | None = None,
        closed: Closed | None = None,
    ) -> None:
        """For an object that lives as long as one request and no longer."""
        self._roles, self._units, self._behalves, self._reached = roles, units, behalves, reached
        self._closed, self._kept_from = closed, closed.to(units) if closed is not None else None

    def _held(self) -> list[tuple[str, str, str, str]]:
        today = connection.ops.adapt_datefield_value(timezone.localdate())
        with connection.cursor() as cursor:
            cursor.execute(HELD, [self.pk, today, today])
            return list(cursor.fetchall())


def behalves(held: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Of professions with on whose behalf ('' one's own): those that are not one's own as well."""
    own = {key for key, name in held if not name}
    return {key: name for key, name in held if key not in own}


class StaffSession(AbstractBaseSession):
    """A session and whose it is, which every page asks for together; nobody's before one has logged in.

    `commission` is the uppdrag that was chosen, `level` how surely it is known who it is (LoA 1 to 4, 0 not said).
    """

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, null=True, related_name="+")
    commission = models.CharField(max_length=LONGEST_COMMISSION, blank=True, default="")
    level = models.PositiveSmallIntegerField(default=0)


class IdentityType(models.TextChoices):
    """What kind of number identifies a person."""

    PERSONNUMMER = "personnummer", "Personnummer"
    SAMORDNINGSNUMMER = "samordningsnummer", "Samordningsnummer"
    RESERVNUMMER = "reservnummer", "Reservnummer"
    OKAND = "okand", "Okänd identitet"


class Protection(models.TextChoices):
    """Protected identity, in rising order."""

    INGEN = "ingen", "Ingen"
    SEKRETESSMARKERING = "sekretessmarkering", "Sekretessmarkering"
    SKYDDAD_FOLKBOKFORING = "skyddad_folkbokforing", "Skyddad folkbokföring"


class Individual(models.Model):
    """A person whom the care is for; everything outside this table knows only `ref`."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    identity_type = models.CharField(max_length=20, choices=IdentityType.choices, default=IdentityType.OKAND)
    identity_number = models.CharField(max_length=32, blank=True, default="")
    given_name = models.CharField(max_length=120, blank=True, default="")
    family_name = models.CharField(max_length=120, blank=True, default="")
    street_address = SealedText(blank=True, default="")
    postal_code = models.CharField(max_length=10, blank=True, default="")
    city = models.CharField(max_length=100, blank=True, default="")
    phone = SealedText(blank=True, default="")
    municipality_code = models.CharField(max_length=4, blank=True, default="")
    area = models.CharField(
        max_length=120, blank=True, default="", help_text="Whose units serve the person; '' where nobody has said."
    )
    protection = models.CharField(max_length=24, choices=Protection.choices, default=Protection.INGEN)
    born_on = models.DateField(null=True, blank=True)
    deceased_on = models.DateField(null=True, blank=True)
    is_blocked = models.BooleanField(default=False, db_default=False, help_text="Whether there is a spärr.")
    is_invented = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        ordering = ("family_name", "given_name", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("identity_type", "identity_number"),
                condition=~Q(identity_number=""),
                name="people_individual_identity_once",
            ),
            models.CheckConstraint(condition=Q(identity_type__in=IdentityType.values), name="people_individual_type"),
            models.CheckConstraint(condition=Q(protection__in=Protection.values), name="people_individual_protection"),
            models.CheckConstraint(
                condition=Q(identity_type=IdentityType.OKAND) | ~Q(identity_number=""),
                name="people_individual_has_number",
            ),
            models.CheckConstraint(
                condition=Q(identity_type__in=(IdentityType.OKAND, IdentityType.RESERVNUMMER))
                | Q(Exact(Length("identity_number"), 12)),
                name="people_individual_twelve_digits",
            ),
        )
        indexes = (models.Index(fields=("family_name", "given_name"), name="people_individual_name"),)

    def __str__(self) -> str:
        # Ends up in logs and error pages, so it must not name the person.
        return str(self.ref)

    @property
    def is_protected(self) -> bool:
        return self.protection != Protection.INGEN

    def age(self, on: datetime.date) -> int | None:
        """Whole years on a day; None when the date of birth is unknown. Stops at the day of death."""
        if self.born_on is None:
            return None
        day = min(on, self.deceased_on) if self.deceased_on else on
        had_birthday = (day.month, day.day) >= (self.born_on.month, self.born_on.day)
        return day.year - self.born_on.year - (not had_birthday)
