"""Cuts the text of an expression into tokens; names of several words are put together by the parser."""

import re
from dataclasses import dataclass
from typing import Literal

from workflows.feel.errors import FeelError
from workflows.feel.limits import MAX_TEXT

Kind = Literal["number", "string", "name", "operator", "at", "end"]

KEYWORDS = frozenset(
    [
        "if",
        "then",
        "else",
        "for",
        "in",
        "return",
        "some",
        "every",
        "satisfies",
        "and",
        "or",
        "between",
        "instance",
        "function",
        "external",
        "true",
        "false",
        "null",
    ]
)
# Every alternative is linear: no nested repetition, so a long text cannot make the matching slow.
_TOKEN = re.compile(
    r"""(?P<blank>(?:[\s\u00a0\ufeff]+|//[^\n]*|/\*.*?\*/)+)
      | (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<at>@\s*"(?:[^"\\\n]|\\.)*")
      | (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<name>[^\W\d][\w\U00010000-\U000EFFFF]*|[\U00010000-\U000EFFFF][\w\U00010000-\U000EFFFF]*|\?)
      | (?P<operator>\.\.|\*\*|<=|>=|!=|->|[-+*/=<>()\[\]{}.,:'])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{6}|.)", re.DOTALL)
_PLAIN_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    text: str
    position: int
    end: int


def tokens(text: str) -> list[Token]:
    if len(text) > MAX_TEXT:
        raise FeelError(MAX_TEXT, f"Uttrycket är längre än {MAX_TEXT} tecken.")
    found: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise FeelError(position, _unreadable(text, position))
        kind = match.lastgroup
        if kind != "blank":
            found.append(_token(kind or "", match.group(), position, match.end()))
        position = match.end()
    found.append(Token("end", "", len(text), len(text)))
    return found


def _token(kind: str, text: str, position: int, end: int) -> Token:
    if kind == "string":
        return Token("string", _unescape(text[1:-1], position), position, end)
    if kind == "at":
        return Token("at", _unescape(text[text.index('"') + 1 : -1], position), position, end)
    if kind == "number":
        if not text.isascii():
            raise FeelError(position, "Tal skrivs med siffrorna 0–9.")
        return Token("number", text, position, end)
    return Token("name" if kind == "name" else "operator", text, position, end)


def _unreadable(text: str, position: int) -> str:
    if text[position] == '"':
        return "Texten saknar avslutande citattecken."
    if text[position] in "“”’‘":
        return 'Använd raka citattecken ("), inte typografiska.'
    return f"Tecknet {text[position]!r} går inte att tolka här."


def _unescape(text: str, position: int) -> str:
    if "\\" not in text:
        return text
    plain = _ESCAPE.sub(lambda match: _escape(match.group(1), position), text)
    try:  # a pair of surrogates written as two escapes is one character
        return plain.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise FeelError(position, "Texten innehåller ett ogiltigt Unicode-tecken.") from None


def _escape(code: str, position: int) -> str:
    if len(code) == 1:
        return _PLAIN_ESCAPES.get(code, "\\" + code)
    number = int(code[1:], 16)
    if number > 0x10FFFF:
        raise FeelError(position, "Texten innehåller ett ogiltigt Unicode-tecken.")
    return chr(number)
