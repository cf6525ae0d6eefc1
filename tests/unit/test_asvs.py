"""docs/asvs.md tells of every requirement of ASVS 5.0 of levels 1 and 2 once, and names only tests that there are."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs/asvs.md").read_text(encoding="utf-8")
# Chapter, section, and of its requirements those of levels 1 and 2 by number: facts of the standard, none of its text.
LEVELS = (ROOT / "tests/fixtures/asvs_5_0.txt").read_text(encoding="utf-8").split()
ROW = re.compile(r"^\| (\d+\.\d+\.\d+(?:–\d+\.\d+\.\d+)?) \| ([12/]+) \| (.+?) \|(?: (.+) \|)?$", re.MULTILINE)
SECTIONS = re.split(r"^## ", TABLE, flags=re.MULTILINE)[1:]


def numbers(told: str) -> list[str]:
    """11.1.1–11.1.3 is three."""
    first, _, last = told.partition("–")
    section, _, begin = first.rpartition(".")
    return [f"{section}.{number}" for number in range(int(begin), int((last or first).rpartition(".")[2]) + 1)]


def rows() -> list[tuple[str, str, str, str]]:
    found = [(section.splitlines()[0], *row) for section in SECTIONS for row in ROW.findall(section)]
    return [(where, told, level, by) for where, told, level, _how, by in found]


def test_every_requirement_is_told_of_once_with_its_level() -> None:
    told = [number for _, numbers_, _, _ in rows() for number in numbers(numbers_)]
    assert sorted(told) == sorted(number for number, _ in wanted())
    levels = dict(wanted())
    wrong = [one for _, one, level, _ in rows() if set(level.split("/")) != {levels[number] for number in numbers(one)}]
    assert wrong == []


def wanted() -> list[tuple[str, str]]:
    return [(number, level) for number, _, level in (one.partition(":") for one in LEVELS)]


def test_what_is_not_met_stands_first_and_says_what_it_would_take() -> None:
    assert [section.splitlines()[0] for section in SECTIONS] == ["Not met", "Met", "Not applicable"]
    silent = [one for one in SECTIONS[0].splitlines() if ROW.match(one) and not re.search(r"Takes: |\| As \d", one)]
    assert silent == []


def test_what_the_first_lines_count_is_so() -> None:
    counted = {where: sum(len(numbers(one)) for w, one, _, _ in rows() if w == where) for where, *_ in rows()}
    told = re.search(r"(\d+) are met, (\d+) are not, (\d+) do not\s+apply", TABLE)
    assert told is not None
    assert [int(one) for one in told.groups()] == [counted[name] for name in ("Met", "Not met", "Not applicable")]


def test_every_test_that_is_named_is_there() -> None:
    named = {name for *_, by in rows() for name in re.findall(r"`([^`]+)`", by)}
    assert len(named) > 100
    missing = [name for name in sorted(named) if name.partition("::")[2] not in names_in(name.partition("::")[0])]
    assert missing == []


def names_in(path: str) -> set[str]:
    file = ROOT / "tests" / path
    if not file.is_file():
        return set()
    return {node.name for node in ast.walk(ast.parse(file.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)}
