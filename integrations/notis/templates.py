"""The texts that may be sent: written by people in a file, with a closed set of fields, and checked against a rule."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from integrations import configuration
from integrations.notis import numbers, sms
from web import swedish
from workflows.connectors import PermanentError

SHIPPED = Path(__file__).with_name("templates.toml")
# None of them can hold words of somebody's own: what is not a day, a time, a number or our name does not get out.
FIELDS = ("dag", "klockslag", "telefon", "antal", "kommun")
_EXAMPLES = {"dag": "onsdag 30 september", "klockslag": "10.00", "telefon": "019-21 10 00", "antal": "12"}
_BRACED = re.compile(r"\{([^{}]*)\}")
_KEYS = {"title", "subject", "text"}
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
MOST_PARTS, LONGEST = 4, 2_000
# Long ones wherever they stand ("kvällsmedicin"), short ones by themselves ("sol" is in "solsken" too).
_WHERE = {True: "{}", False: r"\b{}\b"}
_LINES = SHIPPED.with_name("telling.txt").read_text(encoding="utf-8").splitlines()
_WORDS = [line for line in _LINES if line and not line.startswith("#")]
_TELLING = re.compile("|".join(_WHERE[len(w) > 4].format(re.escape(w)) for w in _WORDS), re.IGNORECASE)
_PERSONNUMMER = re.compile(r"\d{6,8}\s?[-+]?\s?\d{4}")


@dataclass(frozen=True)
class Template:
    """`subject` is for e-mail; without one it is not sent that way."""

    key: str
    title: str
    text: str
    subject: str = ""

    @property
    def fields(self) -> set[str]:
        return set(_BRACED.findall(self.text))

    def written(self, told: Mapping[str, Any]) -> str:
        """With the values that a diagram tells. Raises PermanentError."""
        values = {name: _said(name, told.get(name)) for name in sorted(self.fields)}
        if missing := [name for name, value in values.items() if not value]:
            raise PermanentError("falt_saknas", f"Texten behöver {', '.join(missing)}, som steget inte anger.")
        return sms.plain(_BRACED.sub(lambda field: values[field[1]], self.text))


def find(key: str) -> Template:
    """Raises PermanentError."""
    try:
        return _all(configuration.of("notis").text("templates") or str(SHIPPED))[key]
    except KeyError:
        raise PermanentError("okand_mall", "Steget anger en text som inte finns i mallarna.") from None


def titles() -> dict[str, str]:
    """What each is called on screen."""
    return {key: one.title for key, one in _all(configuration.of("notis").text("templates") or str(SHIPPED)).items()}


def check(path: str) -> str:
    """What is wrong in the file, in Swedish; '' when nothing is."""
    try:
        content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return "Filen med mallar går inte att läsa som TOML i UTF-8."
    return " ".join(wrong for key, told in content.items() for wrong in problems(key, told))


def problems(key: str, told: object) -> Iterator[str]:
    """Of one template."""
    if not _NAME.fullmatch(key) or not isinstance(told, dict) or not all(isinstance(one, str) for one in told.values()):
        yield f"Mallen {key}: skriv en rubrik med a–z, och under den title, subject och text."
        return
    if unknown := set(told) - _KEYS or _KEYS - {"subject"} - set(told):
        yield f"Mallen {key}: {', '.join(sorted(unknown))} saknas eller finns inte."
        return
    text = f"{told.get('subject', '')} {told['text']}"
    if wrong := set(_BRACED.findall(text)) - set(FIELDS) or ({"{"} & set(_BRACED.sub("", text))):
        yield f"Mallen {key}: {', '.join(sorted(wrong))} får inte stå inom klamrar. Det här får: {', '.join(FIELDS)}."
    if _BRACED.search(told.get("subject", "")):
        yield f"Mallen {key}: rubriken får inte ha något inom klamrar."
    if found := telling(_BRACED.sub(" ", text)):
        yield f"Mallen {key}: ”{found}” kan röja något om personen. Ett sms kan vem som helst läsa."
    shown = sms.plain(_BRACED.sub(lambda field: _EXAMPLES.get(field[1], "Kommunen"), told["text"]))
    if len(shown) > LONGEST or ("{antal}" not in told["text"] and len(sms.parts(shown)) > MOST_PARTS):
        yield f"Mallen {key}: texten är för lång."


def telling(text: str) -> str:
    """The first word that may tell of an illness or a service, or what looks like a personnummer; '' when none does."""
    if _PERSONNUMMER.search(text):
        return "siffror som kan vara ett personnummer"
    found = _TELLING.search(text)
    return found[0] if found else ""


# -- inside ------------------------------------------------------------------------------------------------------------


@cache
def _all(path: str) -> dict[str, Template]:
    content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
    return {key: Template(key, told["title"], told["text"], told.get("subject", "")) for key, told in content.items()}


def _said(name: str, value: Any) -> str:
    """As it stands in the text; '' when it is nothing that the field can be."""
    match name:
        case "kommun":
            return str(settings.FORLOPP_MUNICIPALITY_NAME)
        case "telefon":
            return numbers.national(value) if isinstance(value, str) else ""
        case "antal":
            return str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10_000 else ""
    moment = _moment(value)
    if moment is None:
        return ""
    if name == "klockslag":
        return f"{moment:%H.%M}" if isinstance(moment, datetime) else ""
    return f"{swedish.WEEKDAYS[moment.weekday()]} {moment.day} {swedish.MONTHS[moment.month - 1]}"


def _moment(value: Any) -> date | datetime | None:
    """A date, or a moment on the clock in Sweden."""
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return timezone.localtime(at) if at is not None and at.tzinfo else None
