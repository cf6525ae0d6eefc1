"""What an SMS holds: which of two alphabets a text needs, how many SMS it becomes (3GPP TS 23.038, 23.040)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")
"""Take two places each: an escape goes before them."""
# Typographic signs that would cost more than half of the room for nothing.
PLAIN = str.maketrans(
    {
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
        "–": "-",
        "—": "-",
        "\N{NON-BREAKING HYPHEN}": "-",
        "”": '"',
        "“": '"',
        "’": "'",
        "‘": "'",
        "…": "...",
        "\t": " ",
    }
)
ALPHABETIC = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}")
"""A sender that is a name: eleven signs, no å, ä or ö."""


@dataclass(frozen=True)
class Room:
    """Of one alphabet: places in an SMS that stands alone, and in one of several (a header takes the rest)."""

    name: str
    alone: int
    joined: int


GSM, UCS2 = Room("GSM-7", 160, 153), Room("UCS-2", 70, 67)


def plain(text: str) -> str:
    """The text with signs that the small alphabet has, where they mean the same."""
    return unicodedata.normalize("NFC", text).translate(PLAIN)


def room(text: str) -> Room:
    return GSM if BASIC.union(EXTENDED).issuperset(text) else UCS2


def parts(text: str) -> list[str]:
    """The SMS it becomes; no sign is cut in two, neither an escaped one nor one outside the first plane."""
    kind = room(text)
    if sum(_places(sign, kind) for sign in text) <= kind.alone:
        return [text]
    found, used = [""], 0
    for sign in text:
        places = _places(sign, kind)
        if used + places > kind.joined:
            found.append("")
            used = 0
        found[-1] += sign
        used += places
    return found


def _places(sign: str, kind: Room) -> int:
    if kind is GSM:
        return 2 if sign in EXTENDED else 1
    return 2 if ord(sign) > 0xFFFF else 1
