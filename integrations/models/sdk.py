"""What we remember of SDK: what we have sent, and whether it has arrived."""

from __future__ import annotations

from django.db import models


class SdkState(models.TextChoices):
    SENT = "sent", "Skickad"
    DELIVERED = "delivered", "Levererad"
    FAILED = "failed", "Misslyckad"


class SdkSent(models.Model):
    """One message sent. `key` is the outbox row's and the message's own id; what it says is not kept here."""

    key = models.UUIDField(unique=True)
    conversation = models.UUIDField(help_text="What an answer to it carries too.")
    address = models.CharField(max_length=256, help_text="The function address it was sent to.")
    state = models.CharField(max_length=10, choices=SdkState.choices, default=SdkState.SENT)
    reason = models.CharField(max_length=50, blank=True, default="", help_text="DIGG's code of why it failed.")
    sent_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, help_text="When the receipt came.")
    told_at = models.DateTimeField(null=True, help_text="When an ärende, or a person, was told what became of it.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="sent", answered_at=None)
                | ~models.Q(state="sent") & models.Q(answered_at__isnull=False),
                name="sdk_answered_iff_known",
            ),
        ]
        indexes = [
            models.Index(fields=["conversation"], name="sdk_conversation"),
            models.Index(fields=["sent_at"], condition=models.Q(state="sent"), name="sdk_unanswered"),
            models.Index(
                fields=["answered_at"],
                condition=models.Q(told_at=None) & ~models.Q(state="sent"),
                name="sdk_untold",
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)
