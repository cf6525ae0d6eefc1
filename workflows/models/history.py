"""What happened: written once, in the transaction of what it tells, never changed.

`detail` holds what only some rows have: a decision's explanation (`decision`), which flows were followed where there
was a choice (`flows`), what an expression had to say (`at`,
`text`, `expression`), how many times of a repeated timer it stands for beside its own (`missed`), how an ärende ended
(`outcome`), who was away (`away`) and in whose place a person did it (`for`), why a person stepped in (`reason`) and
where they moved it or to which colleague they handed it (`to`, `to_name`), or what they changed (`before`, `after`),
why a task was not done (`code` and its words `reason`, their own words `text`), which it was (`task`) and when to try
again (`until`), whose signature it was (`of`), and which correction or addition it was (`amendment`).
"""

from __future__ import annotations

from django.db import models

from workflows.models.instance import ProcessInstance


class HistoryKind(models.TextChoices):
    STARTED = "started", "Startade"
    ENTERED = "entered", "Påbörjades"
    COMPLETED = "completed", "Klart"
    CANCELLED = "cancelled", "Avbröts"
    CLAIMED = "claimed", "Togs"
    RELEASED = "released", "Lämnades tillbaka"
    HANDED = "handed", "Lämnades över"
    ESCALATED = "escalated", "Lyftes som försenad"
    MESSAGE = "message", "Meddelande kom"
    SIGNAL = "signal", "Signal kom"
    ENDED = "ended", "Avslutades"
    MIGRATED = "migrated", "Flyttades till en annan version"
    NOTED = "noted", "Att se över i diagrammet"
    RETRIED = "retried", "Försökte igen"
    BY_HAND = "by_hand", "Tas för hand"
    CHANGED = "changed", "Ändrade uppgifter"
    SKIPPED = "skipped", "Hoppades över"
    MOVED = "moved", "Flyttades"
    SUSPENDED = "suspended", "Pausades"
    RESUMED = "resumed", "Återupptogs"
    ATTEMPTED = "attempted", "Kunde inte göras"
    NOT_NEEDED = "not_needed", "Ej aktuell"
    SIGNED = "signed", "Skrevs under"
    UNSIGNED = "unsigned", "Underskrift togs bort"
    CORRECTED = "corrected", "Rättades"
    ADDED = "added", "Kompletterades"
    REFUSED = "refused", "Rättades inte"


MENDING = (
    HistoryKind.RETRIED,
    HistoryKind.BY_HAND,
    HistoryKind.CHANGED,
    HistoryKind.SKIPPED,
    HistoryKind.MOVED,
    HistoryKind.SUSPENDED,
    HistoryKind.RESUMED,
)
"""What a person did because an ärende had stopped, or was to."""


class HistoryEntry(models.Model):
    """One thing that happened in an instance, who did it (None: the machine) and when."""

    # No index of their own: an ärende's is below, and nobody asks what one member of staff has done through all time.
    instance = models.ForeignKey(ProcessInstance, on_delete=models.CASCADE, related_name="history", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=HistoryKind.choices)
    element_id = models.CharField(max_length=200, blank=True)
    element_type = models.CharField(max_length=50, blank=True)
    name = models.CharField(max_length=300, blank=True)
    detail = models.JSONField(default=dict)
    action_id = models.UUIDField(null=True, help_text="The action that a person took: a repeated click is known by it.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["action_id"], condition=~models.Q(action_id=None), name="history_action_once"
            )
        ]
        indexes = [
            models.Index(fields=["instance", "id"], name="history_by_instance"),
            models.Index(fields=["instance"], condition=models.Q(kind="noted"), name="history_noted"),
            models.Index(
                fields=["instance", "kind"],
                condition=models.Q(kind__in=["attempted", "not_needed"]),
                name="history_not_done",
            ),
            models.Index(
                fields=["instance", "-at"],
                condition=models.Q(kind__in=("suspended", "resumed", "skipped", "escalated", "attempted")),
                name="history_told",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instance_id}:{self.kind}:{self.element_id}"
