"""Files and pages of rows that systems hand over: what came, how each row went, and what is still being written."""

from __future__ import annotations

import uuid

from django.db import models

from web.secrecy import SealedBytes


class BatchState(models.TextChoices):
    WAITING = "waiting", "Inte hel ännu"
    RECEIVED = "received", "Mottagen"
    DONE = "done", "Inläst"
    REFUSED = "refused", "Kunde inte läsas"


class Batch(models.Model):
    """One file, or one page of rows over HTTP. Found again by name and content, so that the same twice is once."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    system = models.SlugField(max_length=50)
    kind = models.SlugField(max_length=50, blank=True, default="")
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, blank=True, default="", help_text="SHA-256; empty while it is not whole.")
    mark = models.CharField(max_length=80, blank=True, default="", help_text="Size and time when it was last seen.")
    seen_at = models.DateTimeField(help_text="Since when it has looked like that.")
    is_json = models.BooleanField(default=False)
    cursor = models.CharField(max_length=200, blank=True, default="", help_text="Where the next page begins.")
    state = models.CharField(max_length=10, choices=BatchState.choices, default=BatchState.WAITING)
    problem = models.CharField(max_length=1000, blank=True, default="", help_text="Swedish, for who is to mend it.")
    rows = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    noted = models.PositiveIntegerField(default=0, help_text="Taken in, with something to know about it.")
    copies = models.PositiveIntegerField(default=1, help_text="How many times it has come.")
    received_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["system", "name", "digest"], name="batch_once")]
        indexes = [
            models.Index(fields=["system", "-seen_at"], name="batch_latest"),
            models.Index(fields=["system", "seen_at"], condition=models.Q(state="received"), name="batch_to_read"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def has_ended(self) -> bool:
        return self.state in (BatchState.DONE, BatchState.REFUSED)


class BatchContent(models.Model):
    """The bytes as they came and the report of each row, both compressed; apart, for lists do not read them."""

    batch = models.OneToOneField(Batch, on_delete=models.CASCADE, related_name="content")
    raw = SealedBytes(help_text="gzip")
    report = SealedBytes(null=True, help_text="gzip of CSV; see integrations/batches/report.py")

    def __str__(self) -> str:
        return str(self.batch_id)


class Told(models.Model):
    """What a row has told, as it was told then. A changed row is a new revision; the one before is kept."""

    key = models.CharField(max_length=200)
    revision = models.PositiveIntegerField(default=1)
    is_current = models.BooleanField(default=True)
    digest = models.CharField(max_length=32, help_text="Of what was said, however it was written.")
    batch = models.ForeignKey(Batch, null=True, on_delete=models.PROTECT, related_name="+")
    line = models.PositiveIntegerField(default=0)
    told_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.key
