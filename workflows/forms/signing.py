"""What is asked of one who signs a joint task: how the person whom it is about agrees. A form of our own."""

from __future__ import annotations

from workflows.forms.shapes import Choice, Field, Form

AGREEMENT, REASON = "underskrift_individ", "underskrift_skal"
NONE = "nej"
MAX_REASON = 500


def agreement() -> Form:
    """The person's own agreement to what stands in the task."""
    choices = (Choice("muntligt", "Ja, muntligt"), Choice("skriftligt", "Ja, skriftligt"), Choice(NONE, "Nej"))
    asked = f'{AGREEMENT} = "{NONE}"'
    return Form(
        title="Personens eget samtycke",
        fields=(
            Field(
                AGREEMENT,
                "enum",
                "Har personen tagit del av det här och godkänt det?",
                required=True,
                heading="Personen själv",
                choices=choices,
            ),
            Field(REASON, "text", "Varför inte?", required=True, show_if=asked, max=MAX_REASON),
        ),
    )
