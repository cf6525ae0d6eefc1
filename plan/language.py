"""The languages of the person's pages: a file each in `languages/`, which a translator writes and no program knows.

A new language is a copy of `sv.toml` by another name: it is offered when it is there. What it lacks is told in Swedish.
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from web import swedish

FILES = Path(__file__).with_name("languages")
FIRST = "sv"


@dataclass(frozen=True, kw_only=True)
class Language:
    """`tag` is what a screen reader is told (BCP 47), `direction` ltr or rtl; `words` by "part.name"."""

    key: str
    name: str
    tag: str
    direction: str
    months: tuple[str, ...]
    date: str
    words: Mapping[str, str]

    def __call__(self, name: str, /, **values: object) -> str:
        """What is said by a name; `values` stand where the text has them in braces."""
        return self.words[name].format(**values)

    def day(self, day: datetime.date) -> str:
        return self.date.format(day=day.day, month=self.months[day.month - 1], year=day.year)

    def day_of(self, at: datetime.datetime) -> str:
        """The day in Sweden."""
        return self.day(at.astimezone(swedish.STOCKHOLM).date())

    def moment(self, at: datetime.datetime) -> str:
        local = at.astimezone(swedish.STOCKHOLM)
        return f"{self.day(local.date())} {local:%H:%M}"


@cache
def every() -> dict[str, Language]:
    """By key: Swedish first, and what else is Swedish."""
    keys = sorted(
        (path.stem for path in FILES.glob("*.toml")),
        key=lambda key: (key != FIRST, _told(key)["language"]["tag"] != FIRST, key),
    )
    return {key: _read(key) for key in keys}


def of(key: str) -> Language:
    """The language, Swedish when there is none by that name."""
    return every().get(key) or every()[FIRST]


def asked(header: str) -> str:
    """Of what a browser says that its reader knows (Accept-Language), the first that we have; Swedish when none."""
    by_tag = {language.tag: key for key, language in reversed(every().items())}
    for one in header.split(","):
        tag = one.partition(";")[0].strip().lower()
        if key := by_tag.get(tag) or by_tag.get(tag.partition("-")[0]):
            return key
    return FIRST


def _read(key: str) -> Language:
    told = _told(key)
    about = told.pop("language")
    words = dict(_flat(_told(FIRST))) | dict(_flat(told))
    return Language(
        key=key,
        name=about["name"],
        tag=about["tag"],
        direction=about["direction"],
        months=tuple(about["months"]),
        date=about["date"],
        words=words,
    )


def _told(key: str) -> dict[str, Any]:
    return tomllib.loads((FILES / f"{key}.toml").read_text(encoding="utf-8"))


def _flat(told: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (f"{part}.{name}", text) for part, texts in told.items() if part != "language" for name, text in texts.items()
    ]
