"""Codes that one reads off and types in, and the keys that they are changed for: of a key only a hash is stored."""

from __future__ import annotations

import hashlib
import secrets

LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"
"""What a code is made of: nothing that looks like something else, and no vowels, so that it is never a word."""


class WrongCode(Exception):
    """The code is not right, has been used or is too old: which of them is not told."""


class Locked(Exception):
    """Too many wrong tries from there; in a quarter of an hour again."""


def made(count: int) -> str:
    """So many letters."""
    return "".join(secrets.choice(LETTERS) for _ in range(count))


def grouped(code: str, size: int) -> str:
    """As one reads it off."""
    return "-".join(code[at : at + size] for at in range(0, len(code), size))


def plain(typed: str) -> str:
    """As it was made, however it was typed in."""
    return "".join(one for one in typed.upper() if one.isalnum())


def key() -> str:
    """For a browser to keep."""
    return secrets.token_urlsafe(32)


def hashed(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
