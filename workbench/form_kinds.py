"""What kinds of questions a form can have, in the words of those who write forms, and what a new one starts as."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from workflows.forms.naming import RESERVED

INCLUDE = "include"
KINDS: dict[str, str] = {
    "str": "Kort text",
    "text": "Lång text",
    "bool": "Ja eller nej",
    "enum": "Ett val av flera",
    "multi": "Flera val",
    "scale": "Skala",
    "int": "Heltal",
    "dec": "Tal med decimaler",
    "money": "Belopp i kronor",
    "date": "Datum",
    "dt": "Datum och klockslag",
    "time": "Klockslag",
    "duration": "Hur länge",
    "list": "Grupp av rader (upprepas)",
    "ref": "Enhet eller medarbetare ur registret",
    "tel": "Telefonnummer",
    "pnr": "Personnummer",
    "hsaid": "Medarbetare (HSA-id)",
}
PART = "Gemensam del"
REFERENCES = {"unit": "Enhet", "staff": "Medarbetare"}

_YES_NO = [{"value": "ja", "label": "Ja"}, {"value": "nej", "label": "Nej"}]
_STARTS: dict[str, Mapping[str, Any]] = {
    "enum": {"choices": _YES_NO},
    "multi": {"choices": [{"value": "forsta", "label": "Första valet"}, {"value": "andra", "label": "Andra valet"}]},
    "scale": {"min": 1, "max": 5},
    "ref": {"of": "unit"},
    "list": {"item_label": "Rad", "item": [{"key": "text", "type": "text", "label": "Beskriv"}]},
}
_SWEDISH = str.maketrans("åäöéü", "aaoeu")
_LONGEST = 40


def title(kind: object) -> str:
    """The kind in words; what is no kind as it stands."""
    return PART if kind == INCLUDE else KINDS.get(str(kind), f"Okänt slag ({kind})")


def new(kind: str, label: str) -> dict[str, Any]:
    """A question of a kind as it begins, named after what it asks; `label` is the file's name for a shared part."""
    if kind == INCLUDE:
        return {"type": INCLUDE, "form": label}
    return {"key": key(label), "type": kind, "label": label, **_STARTS.get(kind, {})}


def extras(kind: str) -> Mapping[str, Any]:
    """What a field that becomes of this kind needs to have, when it has not."""
    return _STARTS.get(kind, {})


def key(label: str) -> str:
    """”När ska målet vara nått?” is nar_ska_malet_vara_natt; never a name that means something else."""
    plain = unicodedata.normalize("NFC", label).lower().translate(_SWEDISH)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    made = ""
    for word in words:
        if made and len(made) + len(word) >= _LONGEST:
            break
        made = f"{made}_{word}" if made else word[:_LONGEST]
    if not made or not made[0].isalpha():
        made = f"fraga_{made}".rstrip("_")
    return f"{made}_svar" if made in RESERVED else made
