"""Invoices of vaccinations: what the register has told, what a person must look at, and what has been sent."""

from __future__ import annotations

from django.db import models

from integrations.models.batch import Batch


class InvoiceRun(models.Model):
    """One file of vaccinations. What it saved is counted from `minutes_a_row`, an assumption that people may change."""

    batch = models.OneToOneField(Batch, on_delete=models.PROTECT, related_name="invoice_run")
    minutes_a_row = models.PositiveSmallIntegerField(help_text="What an invoice takes by hand.")
    approved_at = models.DateTimeField(null=True, help_text="The latest time.")
    approved_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.batch_id)


class InvoiceState(models.TextChoices):
    WAITING = "waiting", "Väntar på godkännande"
    DEVIATING = "deviating", "Avviker"
    APPROVED = "approved", "Godkänd"
    SENDING = "sending", "Skickas"
    SENT = "sent", "Fakturerad"
    EXCLUDED = "excluded", "Utesluten"
    BY_HAND = "by_hand", "Faktureras för hand"


class Deviation(models.TextChoices):
    MISSING = "saknar_person", "Personen finns inte här"
    TWICE = "dubblett", "Samma person, dag och vaccin finns på en annan rad"
    DATE = "fel_datum", "Datumet är orimligt"
    AMOUNT = "fel_belopp", "Beloppet stämmer inte med prislistan"
    DEAD = "avliden", "Personen var avliden"
    PROTECTED = "skyddad", "Skyddade personuppgifter"
    DENIED = "nekad", "Ekonomisystemet sade nej"


class VaccinationInvoice(models.Model):
    """One vaccination occasion and its invoice. `key` is the reference that it is sent under, the same at every try."""

    key = models.UUIDField(unique=True)
    occasion = models.CharField(max_length=200, unique=True, help_text="The register's own id of the occasion.")
    digest = models.CharField(max_length=32)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="invoices")
    line = models.PositiveIntegerField()
    individual = models.ForeignKey("people.Individual", null=True, on_delete=models.PROTECT, related_name="+")
    vaccinated_on = models.DateField()
    vaccine = models.CharField(max_length=200)
    amount = models.PositiveIntegerField(help_text="Öre.")
    state = models.CharField(max_length=10, choices=InvoiceState.choices, default=InvoiceState.WAITING)
    deviation = models.CharField(max_length=20, choices=Deviation.choices, blank=True, default="")
    note = models.CharField(max_length=500, blank=True, default="", help_text="Why a person decided as they did.")
    decided_by = models.ForeignKey("people.Staff", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    sending_at = models.DateTimeField(null=True, help_text="Before the call: what stays so is asked about first.")
    sent_at = models.DateTimeField(null=True)
    number = models.CharField(max_length=100, blank=True, default="", help_text="Of the invoice, at the receiver.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="sent") | (models.Q(sent_at__isnull=False) & ~models.Q(number="")),
                name="invoice_sent_is_noted",
            ),
        ]
        indexes = [
            models.Index(fields=["batch", "state"], name="invoice_of_run"),
            models.Index(fields=["individual", "vaccinated_on"], name="invoice_of_person"),
            models.Index(
                fields=["sending_at"], condition=models.Q(state__in=["approved", "sending"]), name="invoice_to_send"
            ),
        ]

    def __str__(self) -> str:
        return str(self.key)
