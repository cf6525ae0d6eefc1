"""A browser of a member of staff's that they have let notices come to."""

from __future__ import annotations

import uuid

from django.db import models


class Device(models.Model):
    """A push subscription (RFC 8030): where its push service takes messages, and the browser's keys.

    `made_with` is the public key of ours (VAPID) that the browser accepts messages from: of another it takes none.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="The browser keeps it.")
    staff = models.ForeignKey("people.Staff", on_delete=models.CASCADE, related_name="devices")
    name = models.CharField(max_length=60)
    endpoint = models.CharField(max_length=1000, unique=True, help_text="Given by the browser: trusted in nothing.")
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=30)
    made_with = models.CharField(max_length=100)
    added_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, help_text="When its push service last took a notice.")
    try_after = models.DateTimeField(help_text="Nothing is sent before; also how one of several processes takes it.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="In a row.")

    class Meta:
        ordering = ("added_at", "id")

    def __str__(self) -> str:
        return str(self.public_id)
