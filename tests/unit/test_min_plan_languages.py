"""The texts of Min plan: easy to read, whole in each language, and a new language is a file and nothing else."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path

import pytest

from people import plan
from people.own import MandateKind
from plan import language
from tasks.planned import AREAS

ROOM = Path(language.__file__).parent
LIX = 35
"""The most that plain Swedish for everyone may have; 40 is that of newspapers."""


def words_of(key: str) -> dict[str, str]:
    told = tomllib.loads((language.FILES / f"{key}.toml").read_text())
    return {
        f"{part}.{name}": text for part, texts in told.items() if part != "language" for name, text in texts.items()
    }


def lix(text: str) -> float:
    """Läsbarhetsindex (Björnsson 1968): words per sentence, and per cent of words longer than six letters."""
    words = re.findall(r"[\wåäöÅÄÖé]+", text)
    sentences = max(1, len(re.findall(r"[.!?:]+(?:\s|$)", text)))
    return len(words) / sentences + 100 * sum(len(word) > 6 for word in words) / len(words)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def whole(texts: dict[str, str]) -> str:
    """The sentences, as one reads them after each other; what differs is a short word. Labels would be too easy."""
    said = (re.sub(r"\{\w+\}", "nu", text) for text in texts.values())
    return " ".join(text for text in said if text.endswith((".", "?", "!")))


def test_lix_is_counted_as_its_author_did() -> None:
    assert lix("Jag heter Anna. Jag bor i kommunen.") == pytest.approx(7 / 2 + 100 / 7)


@pytest.mark.parametrize("key", ["sv", "latt_svenska"])
def test_the_texts_are_easy_to_read(key: str) -> None:
    texts = words_of(key)
    assert lix(whole(texts)) <= LIX
    # And no single longer text hides behind the others.
    hard = {name: round(lix(text)) for name, text in texts.items() if len(text.split()) >= 12 and lix(text) > LIX}
    assert hard == {}


def test_easy_swedish_is_easier() -> None:
    assert lix(whole(words_of("latt_svenska"))) < lix(whole(words_of("sv")))


def test_every_language_says_the_same_with_the_same_values() -> None:
    first = words_of(language.FIRST)
    for key in language.every():
        texts = words_of(key)
        assert texts.keys() == first.keys(), key
        assert {name: placeholders(text) for name, text in texts.items()} == {
            name: placeholders(text) for name, text in first.items()
        }, key


def test_all_that_pages_ask_for_is_there_and_nothing_else() -> None:
    sources = "\n".join(path.read_text() for path in [*ROOM.rglob("*.html"), *ROOM.rglob("*.py")])
    asked = set(re.findall(r'\bt\(\s*f?["\']([a-z_]+\.[a-z_]+)["\'][,)]', sources))
    known = set(words_of(language.FIRST))
    assert asked - known == set()
    of_models = {
        **dict.fromkeys(("kind",), plan.ContactKind.values),
        "consent": plan.ConsentKind.values,
        "way": plan.ContactWay.values,
        "outcome": plan.Outcome.values,
        "mandate": MandateKind.values,
        "area": list(AREAS),
    }
    for part, values in of_models.items():
        assert {name for name in known if name.startswith(f"{part}.")} == {f"{part}.{value}" for value in values}
    parts = {name for name in known if name.partition(".")[0] not in of_models}
    unused = {name for name in parts - asked if name not in sources and name.partition(".")[0] not in DYNAMIC}
    assert unused == set()


DYNAMIC = ("changed", "enter", "done", "week", "let")
"""Whose names are put together as a page is written: by what has changed, and by what was wrong."""


def test_a_translator_adds_a_language_with_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in language.FILES.glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text())
    arabic = """[language]\nname = "العربية"\ntag = "ar"\ndirection = "rtl"\ndate = "{day} {month} {year}"
months = ["1","2","3","4","5","6","7","8","9","10","11","12"]\n[page]\ntitle = "خطتي"\n"""
    (tmp_path / "ar.toml").write_text(arabic)
    monkeypatch.setattr(language, "FILES", tmp_path)
    language.every.cache_clear()
    try:
        found = language.of("ar")
        assert (found("page.title"), found.direction, found.tag) == ("خطتي", "rtl", "ar")
        assert found("page.leave") == "Logga ut"  # what is not translated yet is told in Swedish
        assert language.asked("ar-SY,ar;q=0.9,en;q=0.5") == "ar"
    finally:
        monkeypatch.undo()
        language.every.cache_clear()


@pytest.mark.parametrize(("header", "key"), [("en-GB,en;q=0.8", "en"), ("sv", "sv"), ("fi,de;q=0.5", "sv"), ("", "sv")])
def test_the_browsers_language_is_taken_where_we_have_it(header: str, key: str) -> None:
    assert language.asked(header) == key


def test_the_guide_is_easy_and_calls_what_is_on_the_page_by_its_name() -> None:
    text = (ROOM.parent / "docs" / "min-plan.md").read_text()
    plain = re.sub(r"[#*]+", "", text)
    assert lix(plain) <= LIX
    named = set(re.findall(r"(?<!\*)\*(\w[^*\n]+)\*(?!\*)", text))
    assert len(named) > 5
    assert named <= set(words_of("sv").values())
