"""What the analysis says of a table is tried on the evaluation itself: no false word, and nothing left unsaid."""

import itertools
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

from hypothesis import given, settings
from hypothesis import strategies as st

from workflows import dmn, feel
from workflows.findings import Finding

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
_SOME = 150
POLICIES = ("UNIQUE", "FIRST", "ANY", "PRIORITY", "COLLECT", "RULE ORDER", "OUTPUT ORDER")
GRID: dict[str, list[object]] = {
    "number": [Decimal(n) / 2 for n in range(-2, 10)],
    "string": ["a", "b", "c", "annat", "", "aa", "bx", "d"],
    "boolean": [True, False],
    "date": [date(2026, 1, n) for n in range(1, 7)],
    "time": [*(time(8, 0, n) for n in range(4)), time(7), time(9), time(8, 0, 30), time(8, 1), time(8, 1, 1)],
    "days and time duration": [timedelta(hours=n) for n in (-1, 0, 1, 12, 24, 25, 36, 48, 60)],
}
NAMED: dict[str, list[str]] = {
    "number": ["0", "1", "2", "3"],
    "string": ['"a"', '"b"', '"c"'],
    "boolean": ["true", "false"],
    "date": [f'date("2026-01-0{n}")' for n in range(2, 6)],
    "time": ['time("08:00:01")', 'time("08:00:02")', 'time("08:01:00")'],
    "days and time duration": ['duration("PT1H")', 'duration("P1D")', 'duration("P2D")'],
}


@dataclass
class Column:
    name: str
    kind: str
    is_typed: bool
    allowed: list[str]

    def values(self, *, allowed_only: bool) -> list[object]:
        everything = [None, *GRID[self.kind]]
        if not self.allowed or not allowed_only:
            return everything
        listed = [value_of(text) for text in self.allowed]
        return [value for value in everything if any(value is item or value == item for item in listed)]


@dataclass
class Table:
    columns: list[Column]
    rows: list[list[str]]
    answers: list[str]
    policy: str
    default: str

    @property
    def is_plain(self) -> bool:
        """No cell depends on anything but its own input."""
        return not any("gräns" in cell for row in self.rows for cell in row)

    def xml(self, policy: str = "") -> bytes:
        inputs = "".join(
            f'<input id="i{n}"><inputExpression {"typeRef=" + quoteattr(c.kind) if c.is_typed else ""}>'
            f"<text>{c.name}</text></inputExpression>"
            + (f"<inputValues><text>{escape(', '.join(c.allowed))}</text></inputValues>" if c.allowed else "")
            + "</input>"
            for n, c in enumerate(self.columns)
        )
        default = f"<defaultOutputEntry><text>{self.default}</text></defaultOutputEntry>" if self.default else ""
        rows = "".join(
            f'<rule id="r{n}">'
            + "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in row)
            + f"<outputEntry><text>{answer}</text></outputEntry></rule>"
            for n, (row, answer) in enumerate(zip(self.rows, self.answers, strict=True), 1)
        )
        return (
            '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">'
            f'<decision id="b" name="b"><decisionTable id="t" hitPolicy="{policy or self.policy}">{inputs}'
            f"<output><outputValues><text>1, 2</text></outputValues>{default}</output>{rows}"
            "</decisionTable></decision></definitions>"
        ).encode()


def value_of(text: str) -> object:
    return feel.evaluate(text, {}, now=NOW)


def cell(draw: random.Random, kind: str) -> str:
    named = NAMED[kind]
    shape = draw.random()
    if shape < 0.3:
        return "-"
    if shape < 0.75:
        return alternatives(draw, kind)
    if shape < 0.87:
        return f"not({alternatives(draw, kind)})"
    if shape < 0.93:
        return draw.choice(["null", "not(null)", "? != null", "null, " + draw.choice(named)])
    return draw.choice(["-", f"? = gräns or ? = {draw.choice(named)}", "not(gräns)", "gräns"])


def alternatives(draw: random.Random, kind: str) -> str:
    return ", ".join(one_test(draw, kind) for _ in range(draw.randint(1, 2)))


def one_test(draw: random.Random, kind: str) -> str:
    low, high = draw.choices(NAMED[kind], k=2)
    if kind == "boolean" or draw.random() < 0.4:
        return low
    if draw.random() < 0.9:
        low, high = sorted((low, high))
    return draw.choice(
        [
            f"{draw.choice(['<', '<=', '>', '>=', '!='])} {low}",
            f"{draw.choice('[(')}{low}..{high}{draw.choice('])')}",
            f"? >= {low} and ? < {high}",
            f"? = {low} or {high} < ?",
            f"not(? between {low} and {high})",
            f"? in ({low}, {high})",
        ]
    )


def random_table(seed: int) -> Table:
    draw = random.Random(seed)
    columns = [column(draw, f"k{n}") for n in range(draw.choice((1, 2, 2, 2, 2, 3)))]
    if draw.random() < 0.15:
        columns.append(columns[0])  # two columns that ask for the same thing
    rows = [[cell(draw, c.kind) for c in columns] for _ in range(draw.randint(1, 5))]
    default = "1" if draw.random() < 0.1 else ""
    return Table(columns, rows, [draw.choice("12") for _ in rows], draw.choice(POLICIES), default)


def column(draw: random.Random, name: str) -> Column:
    kind = draw.choice(list(NAMED))
    allowed: list[str] = []
    if draw.random() < 0.3:
        allowed = draw.sample(NAMED[kind], draw.randint(1, len(NAMED[kind]))) + ["null"] * draw.randint(0, 1)
    return Column(name, kind, draw.random() < 0.7, allowed)


class Tried:
    """The rows that hit at a point, by the evaluation itself and for several values of what the table cannot know."""

    def __init__(self, table: Table) -> None:
        self.variables = list({c.name: c for c in table.columns}.values())
        self.model = dmn.load(table.xml("COLLECT"))
        self.known: dict[tuple[object, ...], list[set[int]]] = {}
        self.is_plain = table.is_plain
        self.limits: list[object] = [None, Decimal(1), "b", True] if not table.is_plain else [None]

    def hits(self, point: tuple[object, ...]) -> list[set[int]]:
        if point not in self.known:
            self.known[point] = [self._hits(point, limit) for limit in self.limits]
        return self.known[point]

    def _hits(self, point: tuple[object, ...], limit: object) -> set[int]:
        variables = {c.name: value for c, value in zip(self.variables, point, strict=True)} | {"gräns": limit}
        return set(dmn.evaluate(self.model, "b", variables, now=NOW).hits)

    def grid(self, *, allowed_only: bool) -> list[tuple[object, ...]]:
        """Every point, or where the table says less than everything, some of them."""
        found = list(itertools.product(*(c.values(allowed_only=allowed_only) for c in self.variables)))
        return found if self.is_plain or len(found) < _SOME else random.Random(0).sample(found, _SOME)

    def points(self, text: str) -> Iterator[tuple[object, ...]]:
        """The points an example speaks of: a column it does not name may have any value at all."""
        found = {
            name: value_of(value)
            for name, value in re.findall(r'(k\d) = ((?:[a-z ]+\()?"[^"]*"\)?|[-\d.]+|true|false|null)', text)
        }
        choices = [
            [found[c.name]]
            if c.name in found
            else [value for value in c.values(allowed_only=True) if value is not None][:4] or [None]
            for c in self.variables
        ]
        return itertools.product(*choices)


def tried(table: Table) -> None:
    findings = dmn.check(table.xml(), "t.dmn")
    by_code: dict[str, list[Finding]] = {}
    for finding in findings:
        by_code.setdefault(finding.code, []).append(finding)
    grid = Tried(table)
    try_gaps(grid, table, by_code)
    try_overlaps(grid, table, by_code)
    try_masked(grid, table, by_code)


def try_gaps(grid: Tried, table: Table, by_code: dict[str, list[Finding]]) -> None:
    said = [f for code in ("gap", "gap-null", "gap-other", "gap-fraction") for f in by_code.get(code, [])]
    for finding in said:
        text = finding.message.partition(" träffar ingen regel")[0].rpartition(": ")[2]
        if "fler luckor" not in text:
            assert all(not hits for point in grid.points(text) for hits in grid.hits(point)), finding.message
    if table.is_plain and not table.default:
        exists = any(not hits for point in grid.grid(allowed_only=True) for hits in grid.hits(point))
        assert exists == bool(said), "en lucka som inte nämns"


def try_overlaps(grid: Tried, table: Table, by_code: dict[str, list[Finding]]) -> None:
    said = {}
    for finding in by_code.get("overlap", []):
        first, second = (int(n) for n in re.findall(r"\d+", finding.message)[:2])
        said[first, second] = finding
        text = finding.message.partition("träffar båda")[2].rpartition(", men")[0]
        assert all({first, second} <= hits for point in grid.points(text) for hits in grid.hits(point)), finding.message
    if table.is_plain and table.policy in ("UNIQUE", "ANY"):
        found = set()
        for point in grid.grid(allowed_only=True):
            for hits in grid.hits(point):
                found |= set(itertools.combinations(sorted(hits), 2))
        if table.policy == "ANY":
            found = {pair for pair in found if table.answers[pair[0] - 1] != table.answers[pair[1] - 1]}
        assert found == set(said)


def try_masked(grid: Tried, table: Table, by_code: dict[str, list[Finding]]) -> None:
    said = {int(finding.element[1:]) for finding in by_code.get("masked-row", [])}
    if table.policy not in ("FIRST", "PRIORITY"):
        assert not said
        return
    answered, hit_allowed = set(), set()
    for point in grid.grid(allowed_only=False):
        for hits in grid.hits(point):
            best = min((table.answers[n - 1] if table.policy == "PRIORITY" else str(n) for n in hits), default="")
            answered |= {n for n in hits if (table.answers[n - 1] if table.policy == "PRIORITY" else str(n)) == best}
    assert not said & answered
    if table.is_plain:
        for point in grid.grid(allowed_only=True):
            for hits in grid.hits(point):
                hit_allowed |= hits
        assert hit_allowed - answered <= said


@given(st.integers(0, 10**9))
@settings(max_examples=30)
def test_nothing_false_is_said_of_a_random_table_and_nothing_is_left_unsaid(seed: int) -> None:
    tried(random_table(seed))
