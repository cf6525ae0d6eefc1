"""Reads Swedish identity numbers as people write them: pure, no database, no clock."""

import datetime
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from stdnum import luhn

IdentityKind = Literal["personnummer", "samordningsnummer", "reservnummer", "okand"]

# The oldest people with a personnummer were born in the 1850s; Skatteverket's test numbers begin in 1890.
EARLIEST_YEAR = 1850
_CENTURIES = ("18", "19", "20")
_DIGITS = re.compile(r"(?P<date>[0-9]{8}|[0-9]{6})(?P<sign>[-+]?)(?P<last>[0-9]{4})")
# Regions and hospitals form their own: a date and four signs of which one is a letter (98240301AA06), or a number
# that cannot be a date. The Migration Agency's LMA card has a dossier number: 50-123456/1.
_RESERVE = re.compile(r"(?=.*[A-ZÅÄÖ])(?=.*[0-9])[0-9A-ZÅÄÖ]{6,20}")
_LMA = re.compile(r"[0-9]{2}-[0-9]{6}/[0-9]")
# What may be a personnummer in text about people: telephone numbers fall for it too, which is as well.
IN_PROSE = re.compile(r"(?<!\d)(?:\d{6}|\d{8})[-+\u2010-\u2015\u2212 ]?\d{4}(?!\d)")
# In logs also reserve numbers, but nothing inside a longer run or an opaque id, which logs are full of.
IN_LOGS = re.compile(r"(?<![\w-])(?:\d{2})?\d{6}[-+\u2010-\u2015\u2212 \u00a0\u202f]?[\dA-Za-z]{2}\d{2}(?![\w-])")
# Pasted text brings other dashes, and blanks that cannot be seen.
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"))
_BLANKS = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")


class InvalidIdentity(Exception):
    """The text is not a valid identity number; `message_sv` can be shown, the number itself is in neither."""

    def __init__(self, code: str, message_sv: str) -> None:
        super().__init__(code)
        self.code = code
        self.message_sv = message_sv


@dataclass(frozen=True, kw_only=True)
class Identity:
    """`number` has twelve digits, or is a reserve number as its owner writes it, or is '' (okand)."""

    type: IdentityKind
    number: str
    born_on: datetime.date | None = None


def parse(text: str, *, today: datetime.date) -> Identity:
    """YYYYMMDD-NNNN, YYYYMMDDNNNN, YYMMDD-NNNN, YYMMDD+NNNN, with spaces anywhere; else a reserve number."""
    compact = _BLANKS.sub("", unicodedata.normalize("NFKC", text).translate(_DASHES)).upper()
    if not compact:
        raise InvalidIdentity("tom", "Fyll i ett personnummer.")
    found = _DIGITS.fullmatch(compact)
    if found is None:
        return _reserve(compact)
    date, last = found["date"], found["last"]
    if len(date) == 8 and date[:2] not in _CENTURIES:
        return Identity(type="reservnummer", number=date + last)
    # A wrong check digit is told before a wrong century could be guessed from it.
    if not luhn.is_valid(date[-6:] + last):
        raise InvalidIdentity("kontrollsiffra", "Kontrollsiffran stämmer inte. Kontrollera alla siffror.")
    if len(date) == 6:
        date = _with_century(date, is_over_hundred=found["sign"] == "+", today=today)
    return _dated(date, last, today=today)


def formatted(identity_type: str, number: str) -> str:
    """As people read it: YYYYMMDD-NNNN; a reserve number is left as it is."""
    if identity_type in ("personnummer", "samordningsnummer") and len(number) == 12:
        return f"{number[:8]}-{number[8:]}"
    return number


def _reserve(compact: str) -> Identity:
    bare = compact.replace("-", "")
    if _LMA.fullmatch(compact):
        return Identity(type="reservnummer", number=compact)
    if _RESERVE.fullmatch(bare):
        return Identity(type="reservnummer", number=bare)
    raise InvalidIdentity("format", "Skriv personnumret med tio eller tolv siffror, till exempel ÅÅÅÅMMDD-NNNN.")


def _with_century(date: str, *, is_over_hundred: bool, today: datetime.date) -> str:
    """The latest year that is not in the future; with '+' the latest in which the person is or turns 100 (18 § FBL)."""
    limit = today.year - 100 if is_over_hundred else today.year
    year = limit - (limit - int(date[:2])) % 100
    if not is_over_hundred and f"{year:04}{date[2:4]}{_day(date[4:6]):02}" > f"{today:%Y%m%d}":
        year -= 100
    return f"{year:04}{date[2:]}"


def _day(digits: str) -> int:
    return int(digits) - 60 if int(digits) >= 60 else int(digits)


def _dated(date: str, last: str, *, today: datetime.date) -> Identity:
    year, month, day = int(date[:4]), int(date[4:6]), int(date[6:])
    kind: IdentityKind = "samordningsnummer" if day >= 60 else "personnummer"
    if kind == "samordningsnummer" and (month == 0 or day == 60) and month <= 12 and day <= 91:
        # Given to people whose date of birth is not known in full.
        return Identity(type=kind, number=date + last)
    try:
        born_on = datetime.date(year, month, _day(date[6:]))
    except ValueError:
        raise InvalidIdentity("datum", "Födelsedatumet finns inte. Kontrollera år, månad och dag.") from None
    if born_on > today:
        raise InvalidIdentity("framtid", "Födelsedatumet ligger i framtiden.")
    if year < EARLIEST_YEAR:
        raise InvalidIdentity("datum", "Födelseåret är orimligt. Kontrollera år, månad och dag.")
    return Identity(type=kind, number=date + last, born_on=born_on)
