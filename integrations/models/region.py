"""What we remember of the region: which of our messages nobody there has read yet."""

from __future__ import annotations

from django.db import models


class AwaitedReceipt(models.Model):
    """Something we have sent that the receiver has not said that anyone has read; gone when it has been."""

    system = models.SlugField(max_length=50)
    key = models.UUIDField(unique=True, help_text="The outbox row's.")
    sent_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, help_text="When somebody here was asked to telephone.")

    class Meta:
        indexes = [models.Index(fields=["system", "sent_at"], name="awaited_receipts")]

    def __str__(self) -> str:
        return f"{self.system}: {self.key}"
