"""What protects a log-in from guessing and from being used twice; its keys are keyed hashes, and tell of nobody."""

from __future__ import annotations

from django.db import models


class FailedSignIn(models.Model):
    """Wrong log-ins of a name, from an address or both, since a moment; no longer than the lock asks for."""

    key = models.CharField(max_length=64, unique=True)
    failures = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("since",), name="people_failedsignin_since"),)

    def __str__(self) -> str:
        return f"{self.failures}"


class SpentOnce(models.Model):
    """Something that lets in once: a code, an assertion. Kept until it would let nobody in anyway."""

    key = models.CharField(max_length=64, unique=True)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.until:%Y-%m-%d %H:%M}"


class PasswordCode(models.Model):
    """Lets one choose a password, once: given by IT to somebody whom they have seen. Only a keyed hash is kept."""

    staff = models.OneToOneField("people.Staff", on_delete=models.CASCADE, related_name="password_code")
    key = models.CharField(max_length=64)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.until:%Y-%m-%d %H:%M}"
