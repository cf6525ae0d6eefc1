"""Drafts: a förlopp as files that somebody is changing, and everything that was ever saved of it."""

from __future__ import annotations

import uuid

from django.db import models
from django.urls import reverse

from workflows import versions
from workflows.published import SHARED


class DraftState(models.TextChoices):
    OPEN = "open", "Utkast"
    REVIEW = "review", "På granskning"
    PLANNED = "planned", "Godkänt, publiceras senare"
    PUBLISHED = "published", "Publicerat"
    DISCARDED = "discarded", "Kastat"


class Draft(models.Model):
    """A förlopp under change. Several may be open of one förlopp; each says which version it began from."""

    ref = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.SlugField(help_text="Of the förlopp; it stays the same.")
    title = models.CharField(max_length=200)
    owner = models.CharField(max_length=100, blank=True, help_text="The profession that owns it, of process.toml.")
    base = models.ForeignKey(
        "workflows.ProcessVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=20, choices=DraftState, default=DraftState.OPEN)
    created_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    changed_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-changed_at"]
        indexes = [models.Index(fields=["state", "-changed_at"], name="draft_state_changed")]

    def __str__(self) -> str:
        return self.key

    @property
    def is_open(self) -> bool:
        return self.state == DraftState.OPEN

    @property
    def is_shared(self) -> bool:
        """Of the parts that several förlopp use, which are changed together and nowhere else."""
        return self.key == SHARED.rstrip("/")


class DraftFile(models.Model):
    """One file as it stands; `revision` counts its saves, so that nobody writes over what they have not seen."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    text = models.TextField()
    revision = models.PositiveIntegerField()
    changed_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["draft", "name"], name="draft_file_once")]

    def __str__(self) -> str:
        return self.name


class Saving(models.Model):
    """What somebody saved: saves close after one another by the same person are one. Never written over by others.

    `is_aside`: it was made on a text that somebody else had changed meanwhile, and is not part of the draft.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="savings")
    name = models.CharField(max_length=200)
    text = models.TextField()
    is_removed = models.BooleanField(default=False, help_text="The file was taken out; no text.")
    revision = models.PositiveIntegerField(help_text="Of the file after it, or what it was based on when aside.")
    is_aside = models.BooleanField(default=False)
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["draft", "name", "-id"], name="saving_draft_name")]

    def __str__(self) -> str:
        return f"{self.name} {self.revision}"


class Review(models.Model):
    """A draft shown to somebody else: what they were shown (`digest`), and what they answered."""

    class Outcome(models.TextChoices):
        ASKED = "asked", "Väntar på granskning"
        APPROVED = "approved", "Godkänt"
        RETURNED = "returned", "Lämnat tillbaka"
        WITHDRAWN = "withdrawn", "Taget tillbaka"

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="reviews")
    digest = models.CharField(max_length=64, help_text="SHA-256 over every file of the draft.")
    note = models.TextField(blank=True, help_text="What is new, in the words of the one who asks.")
    asked_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, choices=Outcome, default=Outcome.ASKED)
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["draft"], condition=models.Q(outcome="asked"), name="draft_is_reviewed_once_at_a_time"
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="approved") | ~models.Q(asked_by=models.F("answered_by")),
                name="nobody_approves_what_they_asked_for",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.outcome}"


class Remark(models.Model):
    """A comment on a draft, or on one element of a file in it, until somebody has dealt with it."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="remarks")
    file = models.CharField(max_length=200, blank=True)
    element = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    done_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.element}"


class Plan(models.Model):
    """A draft that is approved and will be published at a time, by the worker. A change of it is a row of its own.

    `against` is what applied to all when it was decided: what has been published since is not overwritten by a clock.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Väntar på sin tid"
        DONE = "done", "Publicerat"
        CHANGED = "changed", "Ändrat"
        WITHDRAWN = "withdrawn", "Inställt"
        FAILED = "failed", "Gick inte att publicera"

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="plans")
    due_at = models.DateTimeField()
    areas = models.JSONField(default=list, help_text="Where it is tried first; none is for all.")
    against = models.ForeignKey("workflows.ProcessVersion", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True, help_text="Why then and there, or why it was changed.")
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=20, choices=State, default=State.WAITING)
    why = models.TextField(blank=True, help_text="Why it was withdrawn, or what was in its way.")
    ended_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["draft"],
                condition=models.Q(state__in=("waiting", "failed")),
                name="draft_is_planned_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", ended_at=None)
                | ~models.Q(state="waiting") & ~models.Q(ended_at=None),
                name="plan_ended_at_iff_ended",
            ),
        ]
        indexes = [models.Index(fields=["due_at", "id"], condition=models.Q(state="waiting"), name="plans_waiting")]

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.state}"

    @property
    def where(self) -> str:
        return versions.in_words(self.areas)

    @property
    def page(self) -> str:
        return reverse("workbench:review", args=[self.draft.ref])

    @property
    def has_failed(self) -> bool:
        return self.state == self.State.FAILED


class Publication(models.Model):
    """What somebody said of where a version applies: since when, instead of which, and why. Never changed."""

    class Kind(models.TextChoices):
        PUBLISHED = "published", "Publicerades"
        RESTORED = "restored", "Gäller igen"
        WIDENED = "widened", "Utökades"
        TAKEN_BACK = "taken_back", "Togs tillbaka"

    kind = models.CharField(max_length=20, choices=Kind, default=Kind.PUBLISHED)
    areas = models.JSONField(default=list, help_text="Where; none is for all.")
    version = models.ForeignKey("workflows.ProcessVersion", on_delete=models.PROTECT, related_name="+")
    replaced = models.ForeignKey("workflows.ProcessVersion", null=True, on_delete=models.PROTECT, related_name="+")
    draft = models.ForeignKey(Draft, null=True, on_delete=models.PROTECT, related_name="publications")
    reason = models.TextField()
    by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.version_id}"

    @property
    def where(self) -> str:
        return versions.in_words(self.areas)


class Trial(models.Model):
    """A draft that somebody is trying: the steps taken so far, as a scenario writes them. Who is in it is made up."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="trials")
    by = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="+")
    begins_at = models.DateTimeField(help_text="What its own clock shows at the start.")
    person = models.JSONField(default=dict, help_text="What the förlopp knows of the person: alder, skyddad.")
    answers_for_systems = models.BooleanField(default=False, help_text="Whether the one who tries does.")
    parameters = models.JSONField(default=dict, help_text="In place of those of the settings, as a scenario may have.")
    scenario = models.CharField(max_length=200, blank=True, help_text="The file that is recorded anew.")
    steps = models.JSONField(default=list)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["draft", "by"], name="trial_one_each")]

    def __str__(self) -> str:
        return f"{self.draft_id}: {len(self.steps)}"


class Replay(models.Model):
    """Finished ärenden played on a draft as it was (`digest`): how many went the same way. Up to `last` is played."""

    class State(models.TextChoices):
        RUNNING = "running", "Pågår"
        STOPPED = "stopped", "Stoppad"
        DONE = "done", "Klar"

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="replays")
    digest = models.CharField(max_length=64, help_text="SHA-256 over every file of the draft.")
    since = models.DateField(null=True, help_text="Only those that ended on that day or later.")
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    total = models.PositiveIntegerField(help_text="How many there were when it began.")
    played = models.PositiveIntegerField(default=0)
    same = models.PositiveIntegerField(default=0)
    last = models.PositiveBigIntegerField(default=0, help_text="Key of the latest ärende that was played; they fall.")
    created_by = models.ForeignKey("people.Staff", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["draft"], condition=models.Q(state="running"), name="draft_is_replayed_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.draft_id}: {self.played}/{self.total}"

    @property
    def is_running(self) -> bool:
        return self.state == self.State.RUNNING


class Strayed(models.Model):
    """An ärende that would have gone another way on the draft, or of which that cannot be told. No answer is in it."""

    class Outcome(models.TextChoices):
        OTHER = "other", "En annan väg"
        IMPOSSIBLE = "impossible", "Gick inte att spela upp"

    replay = models.ForeignKey(Replay, on_delete=models.CASCADE, related_name="strayed")
    instance = models.ForeignKey("workflows.ProcessInstance", on_delete=models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome)
    place = models.CharField(max_length=200, blank=True, help_text="The element where the ways part.")
    went = models.CharField(max_length=300, blank=True)
    would = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["replay", "instance"], name="strayed_once")]

    def __str__(self) -> str:
        return f"{self.replay_id}:{self.instance_id}"
