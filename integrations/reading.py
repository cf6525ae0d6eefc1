"""What translators share: reading values that others wrote, and keeping who the person is out of the payload."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from people import identity
from workflows.connectors import Json, PersonData, Unreadable

MAX_TEXT = 5_000
_YEARS = range(1900, 2101)
_IDENTIFIER = re.compile(r"[^\s\x00-\x1f\x7f]{1,200}")
_MUNICIPALITY = re.compile(r"\d{4}")
_ADDRESS = re.compile(r"^(?P<street>.*?)[,\s]+(?P<code>\d{3}\s?\d{2})\s+(?P<city>\D+)$", re.DOTALL)
_PROTECTION = ("ingen", "sekretessmarkering", "skyddad_folkbokforing")
_IDENTITY = ("personnummer", "samordningsnummer", "reservnummer", "okand")
# Never in a payload, at whatever depth and whoever wrote it there.
_PERSONAL = frozenset(
    {"namn", "fornamn", "efternamn", "tilltalsnamn", "name", "given_name", "family_name", "person", "patient"}
    | {"personnummer", "samordningsnummer", "reservnummer", "pnr", "personid", "identitetsnummer"}
    | {"adress", "gatuadress", "folkbokforingsadress", "postadress", "postnummer", "postort", "ort", "address"}
    | {"telefon", "telefonnummer", "mobil", "phone", "epost", "e_post", "email"}
)
# Of a person, but of thousands of others too: blanking 1880 out would also blank whom the message is sent to.
_IMPERSONAL = frozenset({"id_typ", "folkbokforingskommun", "skydd"})


def without_numbers(text: str) -> str:
    """The text with everything that looks like a personnummer blanked out."""
    return identity.IN_PROSE.sub("[nummer]", text)


def required(source: Json, key: str) -> Any:
    """The value, or Unreadable when it is missing or empty."""
    value = source.get(key)
    if value is None or value == "":
        raise Unreadable("falt_saknas", f"Uppgiften {key} saknas i meddelandet.")
    return value


def identifier(source: Json, key: str) -> str:
    """A required id: text or a whole number, without blanks, at most 200 signs."""
    value = required(source, key)
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _IDENTIFIER.fullmatch(text):
        raise Unreadable("fel_id", f"Uppgiften {key} är inte ett giltigt id.")
    return text


def moment(value: object, key: str) -> datetime:
    """An aware moment. A time without offset is refused: it would be guessed, and deadlines in law hang on it."""
    found = _parsed(value, datetime.fromisoformat)
    if found is None or found.year not in _YEARS:
        raise Unreadable("fel_tid", f"Uppgiften {key} är inte en giltig tidpunkt.")
    if found.tzinfo is None or found.utcoffset() is None:
        told = f"Tidpunkten {key} saknar tidszon och går inte att lita på. Be avsändaren rätta och skicka igen."
        raise Unreadable("naiv_tid", told)
    return found


def _parsed(value: object, read: Callable[[str], datetime]) -> datetime | None:
    try:
        return read(value) if isinstance(value, str) and len(value) > 10 else None
    except ValueError:
        return None


@dataclass(frozen=True)
class Identity:
    """What must not leave the person register, and how to blank it out of what others wrote."""

    words: tuple[str, ...] = ()

    @classmethod
    def of(cls, person: PersonData | None) -> Identity:
        if person is None:
            return cls()
        number = person.identity_number
        numbers = [number, number[2:], f"{number[:8]}-{number[8:]}", f"{number[2:8]}-{number[8:]}"] if number else []
        names = [word for name in (person.given_name, person.family_name) for word in name.split()]
        places = [person.street_address, person.phone]
        return cls._of((*numbers, *places, *names))

    @classmethod
    def of_words(cls, told: object) -> Identity:
        """Of a person who could not be read: every word that was said, but for what says nothing of who it is."""
        said = [text for key, text in told.items() if key not in _IMPERSONAL] if isinstance(told, dict) else []
        return cls._of(word for text in said if isinstance(text, str) for word in (text, *re.split(r"[\s,]+", text)))

    @classmethod
    def _of(cls, words: Iterable[str]) -> Identity:
        """Longest first. "(påhittad)" and the like is no name."""
        telling = {word for word in words if len(word) >= 3 and word[0].isalnum()}
        return cls(tuple(sorted(telling, key=len, reverse=True)))

    def removed_from(self, text: str) -> str:
        for word in self.words:
            # With case: "Per" is a name, "per dag" is not.
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", "[borttaget]", text)
        return text

    def stripped(self, value: Any, *, is_text: bool = True, depth: int = 0) -> Any:
        """Strict JSON without personal keys; free text also without anything that looks like a personnummer."""
        if depth > 12:
            raise Unreadable("for_djupt", "Meddelandet är för djupt nästlat.")
        if isinstance(value, dict):
            kept = ((str(key), item) for key, item in value.items() if str(key).lower() not in _PERSONAL)
            return {key: self.stripped(item, is_text=is_text, depth=depth + 1) for key, item in kept}
        if isinstance(value, list):
            return [self.stripped(item, is_text=is_text, depth=depth + 1) for item in value]
        if isinstance(value, float) and not math.isfinite(value):
            raise Unreadable("fel_tal", "Meddelandet innehåller ett tal som inte finns.")
        if not isinstance(value, str):
            return value
        text = self.removed_from(value.replace("\x00", ""))[:MAX_TEXT]
        return without_numbers(text) if is_text else text


def payload(source: Json, fields: dict[str, str], who: Identity) -> Json:
    """The declared fields of `source`. Kinds: text, ref, moment, day, flag, number, word:a|b, data; "!" = required.

    What is not declared does not pass: a sender that adds a field does not thereby add it to every case.
    """
    read: Json = {}
    for key, declared in fields.items():
        kind = declared.rstrip("!")
        if source.get(key) in (None, ""):
            if declared.endswith("!"):
                required(source, key)
            read[key] = None
        else:
            read[key] = _value(source[key], key, kind, who)
    return read


def _value(value: Any, key: str, kind: str, who: Identity) -> Any:
    if kind.startswith("word:"):
        return _one_of(value, key, kind.removeprefix("word:").split("|"))
    return _READERS[kind](value, key, who)


def _one_of(value: object, key: str, words: Iterable[str]) -> str:
    if not isinstance(value, str) or value not in words:
        raise Unreadable("okant_varde", f"Uppgiften {key} har ett värde som inte känns igen.")
    return value


def _text(value: object, key: str, who: Identity) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool):
        raise Unreadable("fel_typ", f"Uppgiften {key} ska vara text.")
    return str(who.stripped(str(value)))


def _ref(value: object, key: str, who: Identity) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise Unreadable("fel_typ", f"Uppgiften {key} ska vara ett id.")
    return str(who.stripped(str(value), is_text=False))


def _flag(value: object, key: str, _who: Identity) -> bool:
    if not isinstance(value, bool):
        raise Unreadable("fel_typ", f"Uppgiften {key} ska vara sant eller falskt.")
    return value


def _number(value: object, key: str, _who: Identity) -> float | int:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Unreadable("fel_tal", f"Uppgiften {key} ska vara ett tal.")
    return value


def _day(value: object, key: str, _who: Identity) -> str:
    """A date; a moment is taken as the date it has where it was written."""
    try:
        if isinstance(value, str) and len(value) == 10 and date.fromisoformat(value).year in _YEARS:
            return value
    except ValueError:
        raise Unreadable("fel_datum", f"Uppgiften {key} är inte ett giltigt datum.") from None
    return moment(value, key).date().isoformat()


_READERS: dict[str, Callable[[Any, str, Identity], Any]] = {
    "text": _text,
    "ref": _ref,
    "moment": lambda value, key, _who: moment(value, key).isoformat(),
    "day": _day,
    "flag": _flag,
    "number": _number,
    "data": lambda value, _key, who: who.stripped(value),
}


def person(told: object, *, today: date) -> PersonData:
    """The person a message is about. Raises Unreadable when the number cannot be trusted; never repeats the number."""
    if not isinstance(told, dict):
        raise Unreadable("person_saknas", "Meddelandet säger inte vem det gäller.")
    kind = _one_of(told.get("id_typ"), "person.id_typ", _IDENTITY)
    number, born_on, kind = _identity(told.get("id"), kind, today=today)
    given, family = _names(told.get("namn"))
    street, code, city = _place(told.get("adress"))
    home = told.get("folkbokforingskommun")
    return PersonData(
        identity_type=kind,
        identity_number=number,
        born_on=born_on,
        given_name=given,
        family_name=family,
        street_address=street,
        postal_code=code,
        city=city,
        phone=_short(told.get("telefon"), 40),
        municipality_code=home if isinstance(home, str) and _MUNICIPALITY.fullmatch(home) else "",
        protection=_protection(told.get("skydd")),
    )


def _identity(number: object, kind: str, *, today: date) -> tuple[str, date | None, str]:
    if kind == "okand":
        return "", None, kind
    if not isinstance(number, str) or not number.strip():
        raise Unreadable("person_saknas", "Meddelandet säger inte vem det gäller.")
    try:
        found = identity.parse(number, today=today)
    except identity.InvalidIdentity as problem:
        raise Unreadable("ogiltigt_personnummer", f"Personnumret i meddelandet är fel. {problem.message_sv}") from None
    if (kind == "reservnummer") != (found.type == "reservnummer"):
        raise Unreadable("ogiltigt_personnummer", "Numret i meddelandet är inte av det slag som avsändaren anger.")
    return found.number, found.born_on, found.type


def _protection(told: object) -> str:
    """An unknown mark is taken as protection: to show too little can be mended, to show too much cannot."""
    if told in (None, ""):
        return "ingen"
    return told if isinstance(told, str) and told in _PROTECTION else "sekretessmarkering"


def _short(value: object, length: int) -> str:
    return " ".join(value.replace("\x00", "").split())[:length] if isinstance(value, str) else ""


def _names(told: object) -> tuple[str, str]:
    """ "Efternamn, Förnamn" or "Förnamn Efternamn"."""
    name = _short(told, 240)
    if "," in name:
        family, _, given = name.partition(",")
    else:
        given, _, family = name.rpartition(" ")
    return given.strip()[:120], family.strip()[:120]


def _place(told: object) -> tuple[str, str, str]:
    if isinstance(told, dict):
        street, code, city = (_short(told.get(key), 200) for key in ("gatuadress", "postnummer", "postort"))
        return street, code[:10], city[:100]
    found = _ADDRESS.match(_short(told, 300))
    if found is None:
        return _short(told, 200), "", ""
    return found["street"].strip(" ,")[:200], found["code"], found["city"].strip()[:100]
