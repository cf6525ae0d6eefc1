"""What belongs to a person and to no ärende: goals, contacts, consents, agreements; in revisions, never overwritten.

Every change is a new row of the same `thread`, so what stood before can always be read (PDL 3:14), and of two who
change the same thing at once the database lets one through.
"""

# ruff: noqa: SLF001  a model tells its managers and columns by private names

from __future__ import annotations

import uuid
from typing import ClassVar, TypeVar

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from people.spheres import Sphere


class GoalState(models.TextChoices):
    ACTIVE = "aktivt", "Pågår"
    REACHED = "uppnatt", "Nått"
    LEFT = "ej_langre_aktuellt", "Inte längre aktuellt"


class Outcome(models.TextChoices):
    """How it went, in the words of a follow-up (F_UPPFOLJNING)."""

    REACHED = "uppnatt", "Målet är nått"
    PARTLY = "delvis", "Delvis nått"
    NOT_YET = "ej_uppnatt", "Inte nått än"
    LEFT = "ej_langre_aktuellt", "Inte längre aktuellt"


class ContactKind(models.TextChoices):
    SELF = "personen", "Personen själv"
    CARE = "fast_omsorgskontakt", "Fast omsorgskontakt"
    HEALTH = "fast_vardkontakt", "Fast vårdkontakt"
    UNIT = "enhet", "Ansvarig enhet"
    RELATIVE = "anhorig", "Anhörig"
    GUARDIAN = "god_man", "God man"
    ADMINISTRATOR = "forvaltare", "Förvaltare"
    MANDATE = "framtidsfullmakt", "Framtidsfullmakt"
    OTHER = "annan", "Annan kontakt"


class ContactWay(models.TextChoices):
    """How somebody wants to be reached (F_PERSON). Only who is recorded with `sms` or `epost` has said yes to it."""

    PHONE = "telefon", "Telefon"
    SMS = "sms", "Sms"
    MAIL = "epost", "E-post"
    LETTER = "brev", "Brev"
    GUIDE = "1177", "1177"
    RELATIVE = "via_anhorig", "Genom en anhörig"


class ConsentKind(models.TextChoices):
    SPHERES = "mellan_sfarer", "Hälso- och sjukvård och socialtjänst får se varandras uppgifter"
    SIP = "sip", "Planera tillsammans med regionen (SIP)"
    SHARING = "informationsdelning", "Dela uppgifter med andra"
    JOINT = "sammanhallen", "Sammanhållen vård- och omsorgsdokumentation"
    TECHNOLOGY = "teknik", "Välfärdsteknik i hemmet"


class Ground(models.TextChoices):
    """What breaks secrecy for a share (OSL): consent is one ground of several, and no ground of the GDPR."""

    CONSENT = "samtycke", "Personens samtycke"
    HARM = "menprovning", "Menprövning"
    RULE_2023 = "2023_regel", "Regeln om äldre och funktionsnedsatta i samma kommun"
    LAW = "lag", "Annan lag"


class How(models.TextChoices):
    SPOKEN = "muntligt", "Muntligt"
    WRITTEN = "skriftligt", "Skriftligt"
    DIGITAL = "e_legitimation", "Med e-legitimation"


class Revision(models.Model):
    """Who wrote it, when, why and in which ärende (by its opaque id). `KEYS` is how forms spell the columns."""

    KEYS: ClassVar[dict[str, str]] = {}

    thread = models.UUIDField(default=uuid.uuid4, editable=False)
    number = models.PositiveSmallIntegerField(default=1)
    individual = models.ForeignKey("people.Individual", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True, help_text="Why it was changed.")
    instance = models.UUIDField(null=True, help_text="The ärende in which it was written.")
    is_mistake = models.BooleanField(default=False, help_text="Written by mistake: left out, but kept.")
    action_id = models.UUIDField(null=True, help_text="A repeated click is known by it.")

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(fields=("thread", "number"), name="people_%(class)s_revision_once"),
            models.UniqueConstraint(
                fields=("action_id",), condition=~Q(action_id=None), name="people_%(class)s_action_once"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="people_%(class)s_from_one"),
        )

    def __str__(self) -> str:
        return f"{self.thread}:{self.number}"


class Goal(Revision):
    """What the person wants to manage, in own words, with where it stands and where it is to come (IBIC scale, GAS)."""

    KEYS = {
        "mal_text_egna_ord": "words",
        "livsomrade": "area",
        "utgangslage": "baseline",
        "avsett_lage": "intended",
        "skal_samre_lage": "why_worse",
        "maldatum": "aim_on",
        "ansvarig_roll": "keeper",
        "overenskommet_med": "agreed_with",
        "egen_skattning_nu": "own_rating",
        "egen_viktighet": "importance",
        "delmal": "steps",
        "gas_minus2": "gas_minus2",
        "gas_minus1": "gas_minus1",
        "gas_0": "gas_0",
        "gas_plus1": "gas_plus1",
        "gas_plus2": "gas_plus2",
        "lage": "state",
    }

    sphere = models.CharField(max_length=4, choices=Sphere.choices, default=Sphere.BOTH)
    words = models.TextField(max_length=1000)
    area = models.CharField(max_length=30, blank=True)
    baseline = models.PositiveSmallIntegerField(null=True)
    intended = models.PositiveSmallIntegerField(null=True)
    why_worse = models.TextField(max_length=1000, blank=True)
    aim_on = models.DateField(null=True)
    keeper = models.CharField(max_length=60, blank=True, help_text="The profession that holds on to it.")
    agreed_with = models.JSONField(default=list)
    own_rating = models.PositiveSmallIntegerField(null=True)
    importance = models.PositiveSmallIntegerField(null=True)
    steps = models.TextField(max_length=2000, blank=True)
    gas_minus2 = models.CharField(max_length=500, blank=True)
    gas_minus1 = models.CharField(max_length=500, blank=True)
    gas_0 = models.CharField(max_length=500, blank=True)
    gas_plus1 = models.CharField(max_length=500, blank=True)
    gas_plus2 = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=20, choices=GoalState.choices, default=GoalState.ACTIVE)

    class Meta(Revision.Meta):
        constraints = (
            *Revision.Meta.constraints,
            models.CheckConstraint(condition=~Q(words=""), name="people_goal_words"),
            models.CheckConstraint(
                condition=Q(baseline=None) | Q(baseline__in=(0, 1, 2, 3, 4, 8, 9)), name="people_goal_baseline"
            ),
            models.CheckConstraint(
                condition=Q(intended=None) | Q(intended__in=(0, 1, 2, 3, 4)), name="people_goal_intended"
            ),
            models.CheckConstraint(condition=Q(state__in=GoalState.values), name="people_goal_state"),
            models.CheckConstraint(condition=Q(sphere__in=Sphere.values), name="people_goal_sphere"),
        )


class Rating(Revision):
    """A follow-up of a goal: how far it has come, on the same scales. `goal` is the goal's thread."""

    KEYS = {
        "datum": "on",
        "utfall": "outcome",
        "nulage": "level",
        "egen_skattning": "own_rating",
        "gas_utfall": "gas",
        "kommentar": "note",
    }

    goal = models.UUIDField()
    on = models.DateField()
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    level = models.PositiveSmallIntegerField(null=True)
    own_rating = models.PositiveSmallIntegerField(null=True)
    gas = models.SmallIntegerField(null=True)
    note = models.TextField(max_length=2000, blank=True)

    class Meta(Revision.Meta):
        constraints = (
            *Revision.Meta.constraints,
            models.CheckConstraint(
                condition=Q(level=None) | Q(level__in=(0, 1, 2, 3, 4, 8, 9)), name="people_rating_level"
            ),
            models.CheckConstraint(condition=Q(gas=None) | Q(gas__range=(-2, 2)), name="people_rating_gas"),
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="people_rating_outcome"),
        )


class Contact(Revision):
    """How to reach the person, or somebody around them, for a time: staff by name, a relative, a responsible unit."""

    KEYS = {
        "slag": "kind",
        "namn": "name",
        "enhet": "unit_key",
        "titel": "title",
        "skal_undantag": "exception",
        "telefon": "phone",
        "epost": "email",
        "kontaktvag": "way",
        "tolk": "interpreter",
        "relation": "relation",
        "fran": "valid_from",
        "till": "valid_to",
    }

    kind = models.CharField(max_length=30, choices=ContactKind.choices)
    name = models.CharField(max_length=200, blank=True)
    unit_key = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=120, blank=True)
    exception = models.CharField(max_length=500, blank=True, help_text="Why the contact is no undersköterska.")
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=254, blank=True, default="", db_default="")
    way = models.CharField(
        max_length=20, choices=ContactWay.choices, blank=True, default="", db_default="", help_text="How they wish it."
    )
    interpreter = models.CharField(
        max_length=100, blank=True, default="", db_default="", help_text="For which language."
    )
    relation = models.CharField(max_length=120, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    class Meta(Revision.Meta):
        constraints = (
            *Revision.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=ContactKind.values), name="people_contact_kind"),
            models.CheckConstraint(condition=Q(way="") | Q(way__in=ContactWay.values), name="people_contact_way"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="people_contact_period"
            ),
            models.CheckConstraint(
                condition=Q(kind="personen")
                | Q(kind="enhet") & ~Q(unit_key="")
                | ~Q(kind__in=("enhet", "personen")) & ~Q(name=""),
                name="people_contact_named",
            ),
        )


class Consent(Revision):
    """What the person agrees to be shared, with whom, until when; or another ground that breaks secrecy."""

    KEYS = {
        "slag": "kind",
        "grund": "ground",
        "omfattning": "scope",
        "hur": "how",
        "lamnat_av": "given_by",
        "lamnat": "given_on",
        "galler_till": "valid_to",
        "aterkallat": "withdrawn_on",
    }

    kind = models.CharField(max_length=30, choices=ConsentKind.choices)
    ground = models.CharField(max_length=20, choices=Ground.choices, default=Ground.CONSENT)
    scope = models.CharField(max_length=500, blank=True)
    how = models.CharField(max_length=20, choices=How.choices, blank=True)
    given_by = models.CharField(max_length=200, blank=True, help_text="The person, or who speaks for them.")
    given_on = models.DateField()
    valid_to = models.DateField(null=True)
    withdrawn_on = models.DateField(null=True)

    class Meta(Revision.Meta):
        constraints = (
            *Revision.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=ConsentKind.values), name="people_consent_kind"),
            models.CheckConstraint(condition=Q(ground__in=Ground.values), name="people_consent_ground"),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None) | Q(withdrawn_on__gte=F("given_on")), name="people_consent_withdrawn"
            ),
        )


class Agreement(Revision):
    """The joint agreement (gemensam överenskommelse) in plain words, as the person has it too."""

    KEYS = {
        "text": "text",
        "datum": "agreed_on",
        "deltagare": "with_whom",
        "undertecknad": "signed_on",
        "hur": "how",
        "slutade": "ended_on",
    }

    text = models.TextField(max_length=5000)
    agreed_on = models.DateField()
    with_whom = models.CharField(max_length=500, blank=True)
    signed_on = models.DateField(null=True)
    how = models.CharField(max_length=20, choices=How.choices, blank=True)
    ended_on = models.DateField(null=True)

    class Meta(Revision.Meta):
        constraints = (
            *Revision.Meta.constraints,
            models.CheckConstraint(condition=~Q(text=""), name="people_agreement_text"),
        )


R = TypeVar("R", bound=Revision)


def current(kind: type[R]) -> models.QuerySet[R]:
    """The last revision of each thread, those written by mistake left out."""
    rows: models.QuerySet[R] = kind._default_manager.all()
    later = kind._base_manager.filter(thread=OuterRef("thread"), number__gt=OuterRef("number"))
    return rows.filter(~Exists(later), is_mistake=False)
