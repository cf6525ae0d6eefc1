"""What a person is asked when a task could not be done, or is not needed: forms of our own, with reasons that a
process owner may replace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workflows.diagram import DEVIATION
from workflows.forms.shapes import Choice, Field, Form, Rule

OTHER = "annat"
MOST_DAYS = 90
MAX_TEXT = 500
_OTHER = Choice(OTHER, "Annat")
COULD_NOT = (
    Choice("ingen_hemma", "Ingen var hemma"),
    Choice("inte_nadd", "Jag nådde inte personen"),
    Choice("ville_inte", "Personen ville inte i dag"),
    Choice("orkade_inte", "Personen mådde för dåligt eller orkade inte"),
    Choice("saknades", "Utrustning, läkemedel eller uppgifter saknades"),
    _OTHER,
)
NOT_NEEDED = (
    Choice("redan_gjort", "Det är redan gjort på annat sätt"),
    Choice("avbojt", "Personen vill inte ha det"),
    Choice("behovet_borta", "Behovet finns inte längre"),
    Choice("misstag", "Uppgiften kom till av misstag"),
    _OTHER,
)
SOON, LATER, TOMORROW, CHOSEN = "en_timme", "fyra_timmar", "i_morgon", "annan_tid"
_AGAIN = (
    Choice(SOON, "Om en timme"),
    Choice(LATER, "Om fyra timmar"),
    Choice(TOMORROW, "I morgon klockan 8"),
    Choice(CHOSEN, "En annan tid"),
)

_GONE_WRONG = Field(
    DEVIATION,
    "bool",
    "Har något gått fel som ska utredas?",
    default="false",
    help="En avvikelse: något som skadade personen, eller kunde ha gjort det. Chefen får den som en uppgift.",
)
_TOLD_WRONG = Rule(f"{DEVIATION} != true or beskriv != null", "Berätta kort vad som har gått fel.", "beskriv")


def could_not(reasons: tuple[Choice, ...], *, is_urgent: bool, hears_deviations: bool) -> Form:
    """Why an attempt came to nothing, whether something had gone wrong, and when to try again."""
    latest = f'now() + duration("P{MOST_DAYS}D")'
    usual = f'"{SOON if is_urgent else TOMORROW}"'
    return Form(
        title="Kunde inte göras",
        fields=(
            Field("skal", "enum", "Vad hände?", required=True, choices=reasons or COULD_NOT),
            *((_GONE_WRONG,) if hears_deviations else ()),
            _told(),
            Field("nar", "enum", "När är det dags att försöka igen?", required=True, default=usual, choices=_AGAIN),
            Field("tid", "dt", "Vilken tid?", required=True, show_if=f'nar = "{CHOSEN}"', min="now()", max=latest),
        ),
        rules=(*_rules(), *((_TOLD_WRONG,) if hears_deviations else ())),
    )


def gone_wrong(said: Mapping[str, Any]) -> dict[str, str]:
    """What the ärende is told beside the reason: the words of who saw that something had gone wrong."""
    return {DEVIATION: said["beskriv"]} if said.get(DEVIATION) else {}


def not_needed(reasons: tuple[Choice, ...]) -> Form:
    """Why nobody is to do it."""
    return Form(
        title="Ej aktuellt",
        fields=(
            Field("skal", "enum", "Varför behövs den inte?", required=True, choices=reasons or NOT_NEEDED),
            _told(),
        ),
        rules=_rules(),
    )


def _told() -> Field:
    hint = "Det står kvar i ärendets historik. Skriv bara det som kollegorna behöver veta."
    return Field("beskriv", "text", "Berätta kort", help=hint, max=MAX_TEXT)


def _rules() -> tuple[Rule, ...]:
    told = "Berätta kort vad det gäller när du väljer Annat."
    return (Rule(f'skal != "{OTHER}" or beskriv != null', told, "beskriv"),)
