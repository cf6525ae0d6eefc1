"""Dates, clock times and numbers as they are written in Swedish text."""

from datetime import date, time
from decimal import ROUND_HALF_UP, Decimal

from workflows.feel.errors import Nothing
from workflows.feel.swedish import MONTHS, WEEKDAYS
from workflows.feel.values import NUMBERS, number_text

_MAX_DIGITS, _MAX_DECIMALS = 20, 10
_NO_BREAK = "\u00a0"  # so that a number is not broken across two lines


def date_text(day: date) -> str:
    """As in 21 november 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def weekday_text(day: date) -> str:
    return WEEKDAYS[day.weekday()]


def clock_text(clock: time) -> str:
    """As in 14:05; seconds are left out, not rounded."""
    return f"{clock:%H:%M}"


def number_in_text(value: Decimal, decimals: Decimal | None) -> str:
    """Decimal comma and thousands apart, as in 12 500,50; as many decimals as there are unless told, halves upwards."""
    if value.adjusted() > _MAX_DIGITS:
        raise Nothing("Talet är för stort för att skrivas ut.")
    if decimals is not None:
        if decimals not in range(_MAX_DECIMALS + 1):
            raise Nothing(f"Antalet decimaler ska vara ett heltal, 0 till {_MAX_DECIMALS}.")
        value = value.quantize(Decimal(1).scaleb(-int(decimals)), rounding=ROUND_HALF_UP, context=NUMBERS)
    written = number_text(abs(value)) if decimals is None else format(abs(value), "f")
    whole, point, fraction = written.partition(".")
    sign = "-" if value < 0 else ""
    return sign + f"{int(whole):,}".replace(",", _NO_BREAK) + ("," + fraction if point else "")
