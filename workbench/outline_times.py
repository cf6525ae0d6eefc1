"""A time as two controls, how many and of what, and as the diagram writes it: 2 and dagar are P2D. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

UNITS = {
    "": "Ingen tid",
    "M": "minuter",
    "H": "timmar",
    "D": "dagar",
    "A": "arbetsdagar",
    "W": "veckor",
    "Mo": "månader",
    "F": "enligt uttrycket nedan",
}
_SIMPLE = re.compile(r"P(?:(\d{1,5})([DWM])|T(\d{1,5})([HM]))")
_WORKING = re.compile(r"arbetsdagar_efter\(now\(\), (\d{1,4})\)")


@dataclass(frozen=True)
class Time:
    """`unit` is a key of UNITS; `written` is what the file says when it is neither empty nor an amount."""

    amount: str = ""
    unit: str = ""
    written: str = ""


def read(text: str) -> Time:
    clean = text.strip()
    if not clean:
        return Time()
    if found := _WORKING.fullmatch(clean):
        return Time(found[1], "A")
    if found := _SIMPLE.fullmatch(clean):
        days, day, hours, hour = found.groups()
        return Time(days, "Mo" if day == "M" else day) if days else Time(hours, hour)
    return Time("", "F", clean)


def text(time: Time) -> str | None:
    """As the file writes it; '' for no time, None when the amount is none."""
    if time.unit == "F":
        return time.written.strip()
    if time.unit not in UNITS or not time.unit:
        return ""
    amount = time.amount.strip()
    if not amount.isdecimal() or not 0 < int(amount[:6]) < 10_000:
        return None
    number = int(amount)
    if time.unit == "A":
        return f"arbetsdagar_efter(now(), {number})"
    if time.unit in {"M", "H"}:
        return f"PT{number}{time.unit}"
    return f"P{number}{'M' if time.unit == 'Mo' else time.unit}"


def tag(written: str) -> str:
    """Of the element that a timer writes it in."""
    if written.startswith("R"):
        return "timeCycle"
    return "timeDuration" if written.startswith("P") else "timeDate"
