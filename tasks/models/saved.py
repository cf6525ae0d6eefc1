"""A way to look at the inbox that somebody has given a name."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from people.models import Staff, Unit

LONGEST_NAME = 60
LONGEST_QUERY = 400


class SavedFilter(models.Model):
    """View, filters and order as the address spells them. Never what was searched for: that may be a person's name."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=LONGEST_NAME)
    query = models.CharField(max_length=LONGEST_QUERY)
    shared_with = models.ForeignKey(
        Unit, null=True, on_delete=models.SET_NULL, related_name="+", help_text="Its staff see it and may copy it."
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_filter_name_once"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(query=""), name="saved_filter_says_something"),
            models.CheckConstraint(condition=~Q(query__contains="sok="), name="saved_filter_holds_no_search"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)
