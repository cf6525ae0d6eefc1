"""What a password of an account of our own must stand: the guesses of somebody who knows us. Told in Swedish."""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import ProhibitNullCharactersValidator

from people.models import Staff, Unit

SHORTEST = 12
LONGEST = 128
"""Long enough for any sentence; more is no safer, and costs the machine."""
LOOKED_AT = 72
"""Of a longer one the beginning says enough, in a bounded time."""
WANTED = 4
"""Of zxcvbn's scale: more than 10^10 guesses."""
# What Swedes begin with, beside the lists of leaked passwords (which are English) that come with the library.
SWEDISH = """
    lösenord hemligt hemlig inloggning sommar vinter höst vår januari februari mars april maj juni juli augusti
    september oktober november december måndag tisdag onsdag torsdag fredag lördag söndag älskar fotboll hockey sverige
    välkommen kommun kommunen region hemtjänst hemsjukvård äldreomsorg socialtjänst sjuksköterska förlopp forlopp
"""


class Guessable:
    """Django asks it of each password that is chosen."""

    def validate(self, password: str, user: Any = None) -> None:
        # Only here: its lists take half a second to load, and no page but this needs them.
        from zxcvbn import zxcvbn

        ProhibitNullCharactersValidator()(password)
        if len(password) > LONGEST:
            raise ValidationError(f"Lösenordet får ha högst {LONGEST} tecken.")
        found = zxcvbn(password[:LOOKED_AT], user_inputs=_ours(user))
        if found["score"] < WANTED:
            raise ValidationError("Lösenordet är lätt att gissa. Ta en mening som bara du kan komma på.")

    def get_help_text(self) -> str:
        return "Lösenordet får inte vara lätt att gissa."


def _ours(user: Any) -> list[str]:
    """What somebody who knows the municipality and the person would try."""
    told = [settings.FORLOPP_MUNICIPALITY_NAME, *Unit.objects.values_list("name", flat=True)]
    if isinstance(user, Staff):
        told += [user.username, user.first_name, user.last_name, user.title, user.email]
    words = {word for text in told for word in re.split(r"[\W_]+", text.casefold()) if len(word) > 2}
    return [*SWEDISH.split(), *sorted(words)]
