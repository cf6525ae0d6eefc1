"""System checks of the looks: can text be read in the municipality's colours, and can its logotype be shown?"""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's name for it

from web import municipality
from web.colours import READABLE, NotAColour


@register("looks")
def colours_are_readable(**_options: Any) -> list[CheckMessage]:
    try:
        found = municipality.palette().unreadable()
    except NotAColour as wrong:
        return [Error(f"{str(wrong)!r} is not a colour.", hint="FORLOPP_COLOUR is written as #0b5563.", id="web.E001")]
    return [
        Warning(
            f"FORLOPP_COLOUR: {one.what} har kontrasten {one.ratio:.2f}:1 och ska ha minst {READABLE}:1.",
            hint="Välj en mörkare färg i FORLOPP_COLOUR, eller en ljusare i FORLOPP_COLOUR_DARK.",
            id="web.W001",
        )
        for one in found
    ]


@register("looks")
def logo_can_be_shown(**_options: Any) -> list[CheckMessage]:
    if not settings.FORLOPP_LOGO or municipality.logo():
        return []
    kinds = ", ".join(municipality.LOGO_TYPES)
    return [Warning(f"FORLOPP_LOGO is not a file of one of these kinds: {kinds}.", id="web.W002")]
