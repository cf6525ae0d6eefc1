"""Swedish identity numbers in expressions: told apart and checked, never shown.

`people.identity` reads the numbers that are stored; a test keeps the two of one mind.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

_DIGITS = re.compile(r"(?P<date>[0-9]{8}|[0-9]{6})(?P<sign>[-+]?)(?P<last>[0-9]{4})")
_CENTURIES = ("18", "19", "20")
_EARLIEST_YEAR = 1850
_MAX_TEXT = 60
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_BLANKS = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_INERAS_OWN = ("19610118", "280")  # the test environment's person whose number is in no series


@dataclass(frozen=True, slots=True, repr=False)
class Number:
    """A valid number; `born_on` is None when a samordningsnummer tells no whole date."""

    day: str
    serial: str
    is_coordination: bool
    born_on: date | None

    @property
    def is_test(self) -> bool:
        """In a series Skatteverket publishes for tests (238, 239; for the oldest 980, 981), or Inera's test person."""
        if self.serial in ("238", "239") or (self.day, self.serial) == _INERAS_OWN:
            return True
        return self.serial in ("980", "981") and self.day[:4] <= "1900"


def read(text: str, *, today: date) -> Number | None:
    """A personnummer or samordningsnummer of ten or twelve digits; None for anything else, reserve numbers too.

    Folkbokföringslag (1991:481) 18 § says how a personnummer is made; lag (2022:1697) adds 60 to the day of a
    samordningsnummer.
    """
    if len(text) > _MAX_TEXT:
        return None
    found = _DIGITS.fullmatch(_BLANKS.sub("", unicodedata.normalize("NFKC", text).translate(_DASHES)))
    if found is None:
        return None
    day, last = found["date"], found["last"]
    if (len(day) == 8 and day[:2] not in _CENTURIES) or not _checks(day[-6:] + last):
        return None
    if len(day) == 6:
        day = _with_century(day, is_over_hundred=found["sign"] == "+", today=today)
    return _dated(day, last[:3], today)


def _checks(digits: str) -> bool:
    """The check digit: every second digit doubled, the digits summed to a whole ten."""
    doubled = (int(digit) * (2 - n % 2) for n, digit in enumerate(digits))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def _with_century(day: str, *, is_over_hundred: bool, today: date) -> str:
    """The latest year that is not in the future; with + the latest in which the person is or turns 100."""
    limit = today.year - 100 if is_over_hundred else today.year
    year = limit - (limit - int(day[:2])) % 100
    month_and_day = int(day[2:4]), int(day[4:]) % 60
    if not is_over_hundred and (year, *month_and_day) > (today.year, today.month, today.day):
        year -= 100
    return f"{year:04}{day[2:]}"


def _dated(digits: str, serial: str, today: date) -> Number | None:
    year, month, day = int(digits[:4]), int(digits[4:6]), int(digits[6:])
    is_coordination = day >= 60
    if is_coordination and (month == 0 or day == 60) and month <= 12 and day <= 91:
        return Number(digits, serial, is_coordination=True, born_on=None)
    try:
        born_on = date(year, month, day - 60 if is_coordination else day)
    except ValueError:
        return None
    if born_on > today or year < _EARLIEST_YEAR:
        return None
    return Number(digits, serial, is_coordination, born_on)
