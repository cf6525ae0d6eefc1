"""Whom the municipality's directory tells us of: by its own ids, which lead to staff of ours. Nobody is removed."""

from __future__ import annotations

import uuid

from django.db import models


class DirectoryEntry(models.Model):
    """Somebody of the directory; `removed_at` when it no longer has them, and then their account is closed."""

    source = models.CharField(max_length=40)
    external_id = models.CharField(max_length=200)
    staff = models.OneToOneField("people.Staff", on_delete=models.PROTECT, related_name="directory_entry")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("source", "external_id"), name="people_directoryentry_once"),)

    def __str__(self) -> str:
        return f"{self.source}:{self.pk}"


class DirectoryGroup(models.Model):
    """A group of the directory; what its members hold is said in sign_in.toml by its name."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    external_id = models.CharField(max_length=200, blank=True, default="")
    name = models.CharField(max_length=200, unique=True)
    members = models.ManyToManyField("people.Staff", related_name="+")

    def __str__(self) -> str:
        return self.name
