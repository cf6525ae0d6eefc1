"""The properties of one field, or of the form itself, as controls of a page; and what was posted as a change.

Nothing that is typed is refused: the check tells what is wrong with it. What was not touched is not changed, also where
it is something that the control cannot show.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench import form_kinds
from workbench.form_edits import Content, Place
from workbench.form_kinds import INCLUDE
from workbench.written import clean
from workflows.diagram import COULD_NOT, NOT_NEEDED
from workflows.forms.parts import EXTRA_KEYS

MARK, UNTICKED = "e", "-fanns"
"""A box that is not ticked posts nothing; that it was there to tick is posted beside it."""
BLANK_ROWS = 2
MOST_ROWS = 300
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:[.,][0-9]{1,10})?")

TEXT, LONG, FEEL, TICK, BOUND, CHOOSE = "text", "long", "feel", "tick", "bound", "choose"


@dataclass(frozen=True)
class Asked:
    """One property: what it is called in the file, on the page, and how it is answered."""

    name: str
    label: str
    how: str = TEXT
    help: str = ""
    options: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Control:
    asked: Asked
    value: str

    @property
    def id(self) -> str:
        return f"{MARK}-{self.asked.name}"


@dataclass(frozen=True)
class Line:
    """A row of a small table: the choices of a question, or rules. `cells` are name, label and value."""

    number: int
    cells: tuple[tuple[str, str, str], ...]
    is_new: bool = False


@dataclass(frozen=True)
class Lines:
    name: str
    title: str
    help: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Panel:
    """All that can be changed of one field; `other` is what the editor leaves alone, as text."""

    spot: str
    title: str
    controls: tuple[Control, ...]
    more: tuple[Control, ...]
    tables: tuple[Lines, ...]
    only: tuple[tuple[str, str, bool], ...]
    other: str


_LABEL = Asked("label", "Fråga", help="Skriv som du talar: Hur mår personen?")
_HELP = Asked("help", "Hjälptext", help="Står under frågan. Till exempel: Skriv med personens egna ord.")
_REQUIRED = Asked("required", "Måste besvaras", TICK)
_PERSON = Asked("person_reads", "Visas för personen i Min plan", TICK)
_SHOW_IF = Asked("show_if", "Visas bara om", FEEL, 'Till exempel: svar = "ja". Tomt: visas alltid.')
_HEADING = Asked("heading", "Rubrik ovanför", help="Börjar ett nytt avsnitt med den här frågan.")
_DEFAULT = Asked("default", "Börjar med", FEEL, "Ett uttryck för det vi redan vet. Kan ändras av den som svarar.")
_COMPUTED = Asked("computed", "Räknas ut", FEEL, "Ett uttryck. Visas, men kan inte ändras av den som svarar.")
_TYPE = Asked("type", "Slags svar", CHOOSE)
_KEY = Asked("key", "Namn i uttryck", help="a–z, 0–9 och _. Det som villkor, beslut och meddelanden frågar efter.")
_BOUNDS: dict[str, tuple[str, str]] = {
    "str": ("Minst så många tecken", "Högst så många tecken"),
    "text": ("Minst så många tecken", "Högst så många tecken"),
    "multi": ("Minst så många val", "Högst så många val"),
    "date": ("Tidigast", "Senast"),
    "dt": ("Tidigast", "Senast"),
    "time": ("Tidigast", "Senast"),
    "scale": ("Lägsta steget", "Högsta steget"),
}
_SPECIAL: dict[str, tuple[Asked, ...]] = {
    "scale": (Asked("low", "Det lägsta betyder"), Asked("high", "Det högsta betyder")),
    "ref": (Asked("of", "Ur registret", CHOOSE, options=form_kinds.REFERENCES),),
    "list": (
        Asked("item_label", "En rad kallas", help="Till exempel: Mål. Knappen blir ”Lägg till mål”."),
        Asked("min_items", "Minst så många rader", BOUND),
        Asked("max_items", "Högst så många rader", BOUND),
    ),
}
_FORM = (
    Asked("title", "Formulärets namn"),
    Asked("intro", "Inledning", LONG, "En eller två meningar om varför."),
    Asked("person_told", "Personen läser medan steget väntar", help="Tomt: steget syns inte i Min plan."),
    Asked("person_asked", "Personen får svara på före steget", help="Till exempel: Vad vill du prata om?"),
)
_REASONS = {
    COULD_NOT: ("Egna skäl till att det inte kunde göras nu", "Utöver dem som alltid finns."),
    NOT_NEEDED: ("Skäl till att uppgiften inte är aktuell", "Finns något skäl får uppgiften avslutas utan att göras."),
}
_RULE_HELP = "Ett uttryck som ska vara sant, vilken fråga det gäller, och vad man ska göra när det inte är det."


def panel(content: Content, place: Place, spot: str, *, shared: Mapping[str, str], parts: Mapping[str, str]) -> Panel:
    """Of a field, or of the form itself at (); `shared` are the parts there are, `parts` the questions of this one."""
    asked, more = _asked(content, place, shared)
    known = {item.name for item in (*asked, *more)} | {name for name, _, _ in _tables(content, place)}
    known |= {"fields", "item"} | ({"type", "only"} if content.get("type") == INCLUDE else set())
    other = {name: value for name, value in content.items() if name not in known}
    return Panel(
        spot=spot,
        title=_title(content),
        controls=tuple(Control(item, shown(content.get(item.name))) for item in asked),
        more=tuple(Control(item, shown(content.get(item.name))) for item in more),
        tables=tuple(_lines(*table, content) for table in _tables(content, place)),
        only=tuple(_only(content, parts)),
        other=json.dumps(other, ensure_ascii=False, indent=2) if other else "",
    )


def _title(content: Content) -> str:
    return next((str(content[name]) for name in ("label", "title", "form", "key") if content.get(name)), "Fält")


def _asked(content: Content, place: Place, shared: Mapping[str, str]) -> tuple[tuple[Asked, ...], tuple[Asked, ...]]:
    if not place:
        return _FORM, ()
    kind = str(content.get("type"))
    if kind == INCLUDE:
        form = Asked("form", "Gemensam del", CHOOSE, options={**shared, **_as_it_is(content.get("form"), shared)})
        prefix = Asked("prefix", "Förled till namnen", help="När samma del står två gånger, till exempel: efter_")
        return (form, _HEADING, _SHOW_IF), (prefix,)
    kinds = {**form_kinds.KINDS, **_as_it_is(content.get("type"), form_kinds.KINDS)}
    first = (_LABEL, Asked("type", _TYPE.label, CHOOSE, options=kinds), _REQUIRED, _HELP, _SHOW_IF, _HEADING)
    return (*first, *_SPECIAL.get(kind, ())), (_PERSON, _KEY, *_bounds(kind), _DEFAULT, _COMPUTED)


def _as_it_is(value: object, known: Mapping[str, str]) -> dict[str, str]:
    return {value: value} if isinstance(value, str) and value not in known else {}


def _bounds(kind: str) -> Iterator[Asked]:
    if "min" in EXTRA_KEYS.get(kind, ()):
        low, high = _BOUNDS.get(kind, ("Minst", "Högst"))
        wanted = "Ett uttryck, till exempel: today()" if low == "Tidigast" else "Ett tal, eller ett uttryck."
        yield Asked("min", low, BOUND, wanted)
        yield Asked("max", high, BOUND, wanted)


def _tables(content: Content, place: Place) -> Iterator[tuple[str, str, str]]:
    if not place:
        for name, (title, text) in _REASONS.items():
            yield name, title, text
        yield "rules", "Regler för hela formuläret", _RULE_HELP
        return
    kind = content.get("type")
    if kind in ("enum", "multi") or (kind == "int" and "choices" in content):
        yield "choices", "Val", "Texten är vad man ser. Namnet är vad villkor och beslut frågar efter."
    if kind == "list":
        yield "rules", "Regler för raderna", _RULE_HELP


def _columns(name: str) -> tuple[tuple[str, str], ...]:
    if name == "rules":
        return ("check", "Ska vara sant"), ("field", "Gäller frågan (namn)"), ("message", "Annars säger vi")
    return ("label", "Text"), ("value", "Namn")


def _lines(name: str, title: str, text: str, content: Content) -> Lines:
    entries = content.get(name)
    entries = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    blank = [Line(len(entries) + n, _cells(name, len(entries) + n, {}), is_new=True) for n in range(BLANK_ROWS)]
    found = [Line(number, _cells(name, number, entry)) for number, entry in enumerate(entries)]
    return Lines(name, title, text, (*found, *blank))


def _cells(table: str, number: int, entry: Content) -> tuple[tuple[str, str, str], ...]:
    return tuple((f"{MARK}-{table}-{number}-{name}", label, shown(entry.get(name))) for name, label in _columns(table))


def _only(content: Content, parts: Mapping[str, str]) -> Iterator[tuple[str, str, bool]]:
    """The questions of a shared part, and whether they are taken along."""
    wanted = content.get("only")
    for key, label in parts.items():
        yield key, label, not isinstance(wanted, list) or key in wanted


def shown(value: object) -> str:
    """A property as text in a control."""
    if value is None or value is False:
        return ""
    if value is True:
        return "true"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


# -- what was posted ---------------------------------------------------------------------------------------------------


def changes(content: Content, place: Place, posted: Mapping[str, str], *, parts: Sequence[str] = ()) -> dict[str, Any]:
    """The properties that are other than they were; None for what is to be taken away."""
    found: dict[str, Any] = {}
    asked, more = _asked(content, place, {})
    for item in (*asked, *more):
        new = posted.get(f"{MARK}-{item.name}", "" if f"{MARK}-{item.name}{UNTICKED}" in posted else None)
        if new is not None and clean(new) != clean(shown(content.get(item.name))):
            found[item.name] = _value(item, clean(new))
    for name, _, _ in _tables(content, place):
        found |= _changed_lines(name, content, posted)
    if content.get("type") == INCLUDE and parts and f"{MARK}-only{UNTICKED}" in posted:
        found |= _changed_only(content, posted, parts)
    if "type" in found and place:
        found = {**_of_new_kind(content, str(found["type"])), **found}
    return found


def _value(asked: Asked, text: str) -> object:
    if not text:
        return None
    if asked.how == TICK:
        return True
    if asked.how == BOUND and _NUMBER.fullmatch(text):
        number = text.replace(",", ".")
        return float(number) if "." in number else int(number)
    return text


def _of_new_kind(content: Content, kind: str) -> dict[str, Any]:
    """What the old kind had and the new one has not is taken away; what the new one needs is put there."""
    old = EXTRA_KEYS.get(str(content.get("type")), frozenset())
    new = EXTRA_KEYS.get(kind, frozenset())
    gone: dict[str, Any] = dict.fromkeys(name for name in content if name in old - new)
    return gone | {name: value for name, value in form_kinds.extras(kind).items() if name not in content}


def _changed_lines(name: str, content: Content, posted: Mapping[str, str]) -> dict[str, Any]:
    before = content.get(name, [])
    if not isinstance(before, list) or not all(isinstance(entry, dict) for entry in before):
        return {}
    entries: list[Content] = []
    for number in range(min(len(before) + BLANK_ROWS, MOST_ROWS)):
        old = before[number] if number < len(before) else {}
        if not any(cell in posted for cell, _, _ in _cells(name, number, old)):
            entries += [old] if old else []
        elif new := _line(name, number, old, posted):
            entries.append(new)
    if entries == before:
        return {}
    return {name: entries or (None if name != "choices" else [])}


def _line(name: str, number: int, old: Content, posted: Mapping[str, str]) -> Content:
    """A row with what was written in it; nothing when all of it was taken away."""
    written = {column: clean(posted.get(f"{MARK}-{name}-{number}-{column}", "")) for column, _ in _columns(name)}
    if not any(written.values()):
        return {}
    if name != "rules" and written["label"] and not written["value"]:
        written["value"] = form_kinds.key(written["label"])
    new = dict(old)
    for column, text in written.items():
        if text == clean(shown(old.get(column))):
            continue
        if not text:
            new.pop(column, None)
        else:
            new[column] = int(text) if column == "value" and _is_numbered(old, text) else text
    return new


def _is_numbered(old: Content, text: str) -> bool:
    return isinstance(old.get("value"), int) and text.lstrip("-").isdecimal() and len(text) < 10


def _changed_only(content: Content, posted: Mapping[str, str], parts: Sequence[str]) -> dict[str, Any]:
    wanted = [key for key in parts if f"{MARK}-only-{key}" in posted]
    old = content.get("only")
    now = [key for key in parts if not isinstance(old, list) or key in old]
    if wanted == now:
        return {}
    return {"only": wanted if len(wanted) < len(parts) else None}
