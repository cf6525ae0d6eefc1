"""One answer at a time: what a person or a system may write for each field type, and the JSON that is kept."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime
from decimal import Decimal

from people import identity
from web import swedish
from workflows.forms import lengths, moments
from workflows.forms.refused import AnswerError
from workflows.forms.shapes import Field

MAX_STR = 500
MAX_TEXT = 10_000
MAX_NUMBER = 10**12

_INTEGER = re.compile(r"[+-]?[0-9]{1,15}")
_DECIMAL = re.compile(r"[+-]?[0-9]{1,13}(?:[.,][0-9]{1,6})?")
_CURRENCY = re.compile(r"\s*(?:kr|kronor|sek|:-)\.?$", re.IGNORECASE)
_TELEPHONE = re.compile(r"\+?[0-9](?:[ /()-]?[0-9()]){4,24}")
HSA_ID = re.compile(r"SE[0-9]{10}-[A-Z0-9]{1,18}")
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}")
_YES = frozenset({"true", "ja", "on", "1"})
_NO = frozenset({"false", "nej", "off", "0"})


def is_blank(raw: object) -> bool:
    return raw is None or raw in ([], {}) or (isinstance(raw, str) and not raw.strip())


def parse(field: Field, raw: object, *, now: datetime) -> object:
    """The JSON value of a raw answer that is not blank; AnswerError with a Swedish message otherwise."""
    if field.type in _DATED:
        return _DATED[field.type](raw, now.astimezone(swedish.STOCKHOLM).date())
    if field.type in ("enum", "multi") or field.choices:
        return _chosen(field, raw)
    return _PARSERS[field.type](raw)


def text(raw: object, *, limit: int = MAX_TEXT, one_line: bool = False) -> str:
    if isinstance(raw, bool) or not isinstance(raw, str):
        raise AnswerError("ska vara text.")
    if len(raw) > 4 * limit:  # before anything is made of it
        raise AnswerError(f"är {len(raw)} tecken. Det får vara högst {limit}.")
    clean = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n"))
    clean = (" ".join(clean.split()) if one_line else clean).strip()
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in clean):
        raise AnswerError("innehåller ett tecken som inte kan sparas. Ta bort det och skriv om.")
    if len(clean) > limit:
        raise AnswerError(f"är {len(clean)} tecken. Det får vara högst {limit}.")
    return clean


def _line(raw: object) -> str:
    return text(raw, limit=MAX_STR, one_line=True)


def _compact(raw: object) -> str:
    """Numbers as people write them: 1 000, −3."""
    clean = raw if isinstance(raw, str) else repr(raw)
    return "".join(clean.split()).replace("\N{MINUS SIGN}", "-")


def _integer(raw: object) -> int:
    if isinstance(raw, float) and math.isfinite(raw) and raw.is_integer():
        raw = Decimal(raw).to_integral_value()
    if isinstance(raw, Decimal) and raw.is_finite() and raw == raw.to_integral_value() and abs(raw) <= MAX_NUMBER:
        raw = "-0" if raw.is_zero() and raw.is_signed() else int(raw)
    compact = _compact(raw) if isinstance(raw, str | int) and not isinstance(raw, bool) else ""
    if not _INTEGER.fullmatch(compact) or _is_minus_zero(compact) or abs(int(compact)) > MAX_NUMBER:
        raise AnswerError("ska vara ett heltal, till exempel 14.")
    return int(compact)


def _decimal(raw: object) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raw = ""
    if isinstance(raw, float | Decimal):
        raw = format(Decimal(repr(raw)) if isinstance(raw, float) else raw, "f")
    compact = _compact(raw)
    if not _DECIMAL.fullmatch(compact) or _is_minus_zero(compact):
        raise AnswerError("ska vara ett tal med högst sex decimaler, till exempel 2,5.")
    number = Decimal(compact.replace(",", "."))
    if abs(number) > MAX_NUMBER:
        raise AnswerError("är ett för stort tal.")
    return int(number) if number == number.to_integral_value() else float(number)


def _is_minus_zero(compact: str) -> bool:
    return compact.startswith("-") and not compact.strip("-0.,")


def boolean(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    word = str(raw).strip().lower() if isinstance(raw, str | int) else ""
    if word not in _YES | _NO:
        raise AnswerError("ska besvaras med ja eller nej.")
    return word in _YES


def _pnr(raw: object, today: date) -> str:
    try:
        return identity.parse(text(raw, limit=40, one_line=True), today=today).number
    except identity.InvalidIdentity as problem:
        raise AnswerError(f"går inte att godta. {problem.message_sv}") from None


def _hsa_id(raw: object) -> str:
    # "Siri Strand, SE2321000016-1003" is how a page suggests it: people know a name.
    clean = _line(raw).rpartition(",")[2].replace(" ", "").upper()
    if not HSA_ID.fullmatch(clean):
        raise AnswerError(
            "ska vara ett HSA-id, till exempel SE2321000016-1003. Sök på namnet eller skriv av tjänstekortet."
        )
    return clean


def _money(raw: object) -> int | float:
    """Kronor and öre."""
    amount = _decimal(_CURRENCY.sub("", raw) if isinstance(raw, str) else raw)
    if round(amount, 2) != amount:
        raise AnswerError("ska vara kronor och högst två siffror för öre, till exempel 1 250,50.")
    return amount


def _telephone(raw: object) -> str:
    clean = _line(raw).replace("\N{EN DASH}", "-")
    if not _TELEPHONE.fullmatch(clean):
        raise AnswerError("ska vara ett telefonnummer, till exempel 070-174 06 05.")
    return clean


def _reference(raw: object) -> str:
    if not isinstance(raw, str) or not _REFERENCE.fullmatch(raw.strip()):
        raise AnswerError("ska väljas ur listan.")
    return raw.strip()


def _chosen(field: Field, raw: object) -> object:
    values = {str(choice.value): choice.value for choice in field.choices}
    wanted: Iterable[object] = raw if isinstance(raw, list | tuple) and field.type == "multi" else [raw]
    chosen = set()
    for entry in wanted:
        name = entry.strip() if isinstance(entry, str) else str(entry) if type(entry) is int else None
        if name not in values:
            raise AnswerError("har ett svar som inte finns bland valen.")
        chosen.add(name)
    ordered = [value for name, value in values.items() if name in chosen]
    return ordered if field.type == "multi" else ordered[0]


_PARSERS: dict[str, Callable[[object], object]] = {
    "str": _line,
    "text": text,
    "int": _integer,
    "dec": _decimal,
    "bool": boolean,
    "money": _money,
    "time": lambda raw: moments.clock(raw).isoformat(),
    "duration": lambda raw: lengths.iso(lengths.parse(raw)),
    "tel": _telephone,
    "hsaid": _hsa_id,
    "ref": _reference,
}
# What is read differently from one day to the next.
_DATED: dict[str, Callable[[object, date], str]] = {
    "pnr": _pnr,
    "date": lambda raw, today: moments.day(raw, today=today).isoformat(),
    "dt": lambda raw, today: moments.moment(raw, today=today).isoformat(),
}


def derived(field: Field, value: object, *, now: datetime) -> object:
    """A value that an expression gave: what does not fit the field is null; a date field takes the day of a moment."""
    try:
        if field.type == "date" and isinstance(value, str) and "T" in value:
            value = moments.moment(value).date()
        return None if is_blank(value) else parse(field, value, now=now)
    except AnswerError:
        return None


def proposed(field: Field, value: object, *, now: datetime) -> object:
    """A value that a question begins with: as a person would write it, a moment to the minute."""
    found = derived(field, value, now=now)
    if field.type == "dt" and isinstance(found, str):
        return moments.moment(found).replace(second=0).isoformat()
    return moments.clock(found).replace(second=0).isoformat() if field.type == "time" and found else found
