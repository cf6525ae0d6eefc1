"""All attacks by entrance: the ones on the language at every entrance where they can be written, and whole files."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from tests.attack.bombs import BOMBS, WORST_BOMBS
from tests.attack.entrances import LANGUAGE, Entrance
from tests.attack.escapes import ESCAPES, WORST_ESCAPES
from tests.attack.files import FILES
from tests.attack.sinks import SINKS

EVERYTHING = {**ESCAPES, **BOMBS}
WORST = {name: text for name, text in EVERYTHING.items() if text in (*WORST_ESCAPES, *WORST_BOMBS)}
ENTRANCES: dict[str, Entrance] = {**LANGUAGE, **SINKS}
QUOTED = "/etc/passwd __class__ __builtins__"  # of the files, may be said again
_ALONE = {"xml", "dmn file", "diagram", "variables"}
_READING = "names and functions"  # takes the same time whatever is meant


def written(entrance: str) -> dict[str, str]:
    """The attacks at an entrance by name, with what is written."""
    if entrance in FILES:
        return dict.fromkeys(FILES[entrance], QUOTED)
    if entrance in {"expression", _READING}:
        return EVERYTHING
    return {**ESCAPES, **WORST} if entrance == "cell" else WORST


def groups(entrance: str) -> list[list[str]]:
    """The attacks at an entrance by the process they share; what may take memory has one of its own where all is tried."""
    names = list(written(entrance))
    if entrance in _ALONE:
        return [[name] for name in names]
    if entrance != "expression":
        return [names]
    alone = [[name] for name in names if name.startswith(("loop", "growth", "pattern"))]
    return [[name for name in names if [name] not in alone], *alone]


def everywhere() -> list[str]:
    return [*ENTRANCES, *FILES]


def attack(entrance: str, name: str) -> Callable[[], list[str]]:
    """The attack, ready to be carried out."""
    if entrance in FILES:
        return FILES[entrance][name]
    return lambda: ENTRANCES[entrance](EVERYTHING[name])


def warm_up() -> None:
    """Everything harmless once, so that nothing is imported for the first time during an attack."""
    for entrance in ENTRANCES.values():
        for text in (
            "a.b + 1",
            "now()",
            'date and time(now(), "Asia/Tokyo")',
            '"P1D"',
            "PT1H",
            "(",
            "1e999999999 * 2",
            'matches("a", "(")',
        ):
            with contextlib.suppress(Exception):  # what fails here fails as an attack too
                entrance(text)
    for name in ("empty", "file", "wide enough", "UTF-7"):
        FILES["xml"][name]()
    FILES["package"]["paths that climb"]()
