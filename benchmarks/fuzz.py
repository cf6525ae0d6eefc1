"""`make fuzz N=1000000 SEED=7 JOBS=1`: random expressions and cells, of which only a value or FeelError may come.

Each expression is made from the seed and its number alone, so what goes wrong can be made again:
`python -m benchmarks.fuzz 1 7 1 <number>` prints it.
"""

import os
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from workflows import feel
from workflows.feel.builtins.registry import BUILTINS

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
CHUNK = 5_000
FUNCTIONS = sorted(BUILTINS)
VARIABLES: dict[str, Any] = {
    "a": {"b": 1, "c": [1, "x", None, {"d": True}], "text": "åäö 🐎"},
    "b": [3, 1, 2],
    "c": "2026-11-23T08:00:00+01:00",
    "d": date(2024, 2, 29),
    "e": None,
    "f": Decimal("-0.000000000000000000000000000000000001"),
    "g": float("nan"),
    "h": [[1, [2, []]], {}, {"k": {"k": {}}}],
    "i": "\ud800\x00\u202e",
    "j": timedelta(days=-3, seconds=5),
    "k": 10**40,
    "item": "item",
    "count": 7,
    "steg-1": True,
}
NAMES = [*VARIABLES, "x", "y", "partial", "?", "finns inte", "__class__", "d.year", "a.b", "a.c", "item.k"]
NUMBERS = ["0", "1", "-1", "2", "3", "7", "10", "0.5", ".1", "1e3", "1E-7", "34", "1e34", "9.9e6143", "1e-6143", "100"]
TEXTS = [
    "",
    "a",
    "abc",
    "x",
    "(a+)+$",
    "[a-z]+",
    "2026-11-23",
    "12:00:00",
    "P1D",
    "P1Y2M",
    "å",
    "1",
    "\\u00e5",
    "Z",
    "i",
]
MOMENTS = [
    '@"2026-11-23"', '@"0001-01-01"', '@"9999-12-31"', '@"12:00:00"', '@"23:59:59.999999Z"', '@"2026-03-29T02:30:00"',
    '@"2026-11-23T08:00:00@Europe/Stockholm"', '@"P1D"', '@"-PT1S"', '@"P1Y"', '@"P999999999M"', "now()", "today()",
    'date("-999999999-01-01")', 'date("999999999-12-31")', 'duration("P1DT1H")', 'time("10:00:00+18:00")',
]  # fmt: skip
OPERATORS = ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", " and ", " or ", " in "]
TYPES = ["number", "string", "boolean", "date", "list<number>", "context<a: number>", "function<Any> -> Any", "Any"]
SOUP = [
    *NUMBERS, *NAMES, *FUNCTIONS, *MOMENTS, *OPERATORS, *"()[]{}.,:?-\"'@\\", "..", "->", "if", "then", "else", "for",
    "in", "return", "some", "every", "satisfies", "function(", "between", "and", "not(", "instance of", "null", "true",
    "/*", "//", "\n", "\u00a0", "\ud800", "\0", "external", "partial", '"a"', "list<", "é", "𝔸", "１",
]  # fmt: skip


class Author:
    """Writes one expression by the grammar, or something that looks like one."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.forms: list[Callable[[int], str]] = [
            self.binary, self.binary, self.call, self.call, self.call, self.path, self.filter, self.list, self.context,
            self.conditional, self.loop, self.quantified, self.function, self.between, self.membership, self.range,
            self.instance, self.negated, self.bracketed, self.sort,
        ]  # fmt: skip

    def text(self) -> str:
        kind = self.chance.random()
        if kind < 0.7:
            return self.expression(self.chance.randint(1, 5))
        if kind < 0.9:
            return self.mutated(self.expression(self.chance.randint(1, 4)))
        return self.soup()

    def cell(self) -> str:
        tests = [self.test() for _ in range(self.chance.randint(1, 3))]
        text = ", ".join(tests)
        return f"not({text})" if self.chance.random() < 0.2 else text

    def test(self) -> str:
        kind = self.chance.random()
        if kind < 0.3:
            return self.chance.choice(["<", "<=", ">", ">=", "=", "!="]) + self.expression(1)
        return "-" if kind < 0.35 else self.expression(self.chance.randint(0, 3))

    def expression(self, depth: int) -> str:
        if depth <= 0 or self.chance.random() < 0.15:
            return self.leaf()
        return self.chance.choice(self.forms)(depth - 1)

    def leaf(self) -> str:
        kind = self.chance.random()
        if kind < 0.35:
            return self.chance.choice(NAMES)
        if kind < 0.6:
            return self.chance.choice(NUMBERS)
        if kind < 0.78:
            return f'"{self.chance.choice(TEXTS)}"'
        return self.chance.choice(MOMENTS if kind < 0.93 else ["true", "false", "null", "[]", "{}", "-"])

    def binary(self, depth: int) -> str:
        return self.expression(depth) + self.chance.choice(OPERATORS) + self.expression(depth)

    def call(self, depth: int) -> str:
        name = self.chance.choice(FUNCTIONS)
        overload = self.chance.choice(BUILTINS[name])
        count = len(overload.parameters) if self.chance.random() < 0.85 else self.chance.randint(0, 5)
        arguments = [self.expression(depth) for _ in range(count)]
        if self.chance.random() < 0.1 and count == len(overload.parameters):
            arguments = [f"{one.name}: {text}" for one, text in zip(overload.parameters, arguments, strict=True)]
        return f"{name}({', '.join(arguments)})"

    def path(self, depth: int) -> str:
        key = self.chance.choice(["b", "c", "k", "year", "days", "start", "timezone", "__class__", "time offset"])
        return f"{self.expression(depth)}.{key}"

    def filter(self, depth: int) -> str:
        return f"{self.expression(depth)}[{self.expression(depth)}]"

    def list(self, depth: int) -> str:
        return "[" + ", ".join(self.expression(depth) for _ in range(self.chance.randint(0, 4))) + "]"

    def context(self, depth: int) -> str:
        keys = self.chance.sample(["a", "x", "y", '"å b"', "k", "partial", "a-b"], self.chance.randint(0, 4))
        return "{" + ", ".join(f"{key}: {self.expression(depth)}" for key in keys) + "}"

    def conditional(self, depth: int) -> str:
        return f"if {self.expression(depth)} then {self.expression(depth)} else {self.expression(depth)}"

    def iterations(self, depth: int) -> str:
        made = []
        for name in self.chance.sample(["x", "y", "a", "steg-1"], self.chance.randint(1, 2)):
            most = self.chance.choice(["3", "10", "-5", "100"]) if self.chance.random() < 0.95 else "10**18"
            source = f"{self.leaf()}..{most}" if self.chance.random() < 0.4 else self.expression(depth)
            made.append(f"{name} in {source}")
        return ", ".join(made)

    def loop(self, depth: int) -> str:
        return f"for {self.iterations(depth)} return {self.expression(depth)}"

    def quantified(self, depth: int) -> str:
        word = self.chance.choice(["some", "every"])
        return f"{word} {self.iterations(depth)} satisfies {self.expression(depth)}"

    def function(self, depth: int) -> str:
        names = self.chance.sample(["x", "y", "x: number", "a: list<string>"], self.chance.randint(0, 2))
        made = f"(function({', '.join(names)}) {self.expression(depth)})"
        return f"{made}({', '.join(self.expression(depth) for _ in names)})" if self.chance.random() < 0.7 else made

    def between(self, depth: int) -> str:
        return f"{self.expression(depth)} between {self.expression(depth)} and {self.expression(depth)}"

    def membership(self, depth: int) -> str:
        tests = ", ".join(self.test() for _ in range(self.chance.randint(1, 3)))
        return f"{self.expression(depth)} in ({tests})"

    def range(self, depth: int) -> str:
        first, last = self.chance.choice("[(]"), self.chance.choice("])[")
        return f"{first}{self.expression(depth)}..{self.expression(depth)}{last}"

    def instance(self, depth: int) -> str:
        return f"{self.expression(depth)} instance of {self.chance.choice(TYPES)}"

    def negated(self, depth: int) -> str:
        return self.chance.choice(["-", "not"]) + f"({self.expression(depth)})"

    def bracketed(self, depth: int) -> str:
        return f"({self.expression(depth)})"

    def sort(self, depth: int) -> str:
        return f"sort({self.expression(depth)}, function(x, y) {self.expression(depth)})"

    def mutated(self, text: str) -> str:
        signs = list(text)
        for _ in range(self.chance.randint(1, 4)):
            place = self.chance.randint(0, len(signs))
            if self.chance.random() < 0.4:
                del signs[place : place + self.chance.randint(1, 3)]
            else:
                signs.insert(place, self.chance.choice(SOUP))
        return "".join(signs)

    def soup(self) -> str:
        glue = self.chance.choice(["", " "])
        return glue.join(self.chance.choice(SOUP) for _ in range(self.chance.randint(1, 20)))


@dataclass
class Tally:
    """What came of expressions."""

    outcomes: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, 0)  # seconds of CPU, number
    largest: tuple[float, int] = (0.0, 0)  # MB by which the process had to grow, number
    faults: list[str] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        self.outcomes += other.outcomes
        self.slowest = max(self.slowest, other.slowest)
        self.largest = max(self.largest, other.largest)
        self.faults += other.faults


def written(seed: int, number: int) -> tuple[str, bool]:
    """Expression of this seed and number, and whether it is a cell."""
    author = Author(random.Random(f"{seed}:{number}"))  # noqa: S311 - nothing secret
    is_cell = author.chance.random() < 0.2
    return (author.cell() if is_cell else author.text()), is_cell


def outcome(text: str, *, is_cell: bool) -> str:
    """What came of it in one word; raises what must not be raised."""
    try:
        tree = feel.parse_unary(text) if is_cell else feel.parse(text)
    except feel.FeelError as error:
        str(error).encode()
        return "does not parse"
    feel.free_names(tree)
    feel.call_problems(tree)
    notes: list[feel.Diagnostic] = []
    variables = {**VARIABLES, "?": VARIABLES["abcdefhjk"[len(text) % 9]]}
    try:
        value = feel.to_plain(feel.evaluate(tree, variables, now=NOW, diagnostics=notes))
    except feel.FeelError:
        return "stopped"
    return "null" if value is None else "value"


def tried(seed: int, start: int, end: int) -> Tally:
    tally = Tally()
    for number in range(start, end):
        text, is_cell = written(seed, number)
        memory, clock = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.thread_time()
        try:
            tally.outcomes[outcome(text, is_cell=is_cell)] += 1
        except Exception as error:  # noqa: BLE001 - exactly these are looked for
            tally.outcomes["other exceptions"] += 1
            tally.faults.append(f"seed {seed} number {number}: {type(error).__name__}: {error} from {text!r}")
        tally.slowest = max(tally.slowest, (time.thread_time() - clock, number))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
        tally.largest = max(tally.largest, (grown, number))
    return tally


def run(count: int, seed: int, jobs: int = 1, start: int = 0) -> Tally:
    """Try so many expressions, in so many processes."""
    total = Tally()
    starts = range(start, start + count, CHUNK)
    if jobs == 1:
        for first in starts:
            total.add(tried(seed, first, min(first + CHUNK, start + count)))
            _progress(total)
        return total
    with ProcessPoolExecutor(jobs) as pool:
        for part in pool.map(tried, [seed] * len(starts), starts, [min(f + CHUNK, start + count) for f in starts]):
            total.add(part)
            _progress(total)
    return total


def _progress(total: Tally) -> None:
    if sys.stderr.isatty() or os.environ.get("FUZZ_PROGRESS"):
        print(f"{total.outcomes.total()} …", file=sys.stderr, flush=True)


def main() -> int:
    """The figures; the exit code is 1 when something else than a value or FeelError came out."""
    count, seed, jobs, *one = (int(argument) for argument in sys.argv[1:])
    if one:
        print(*written(seed, one[0]))
        return 0
    total = run(count, seed, jobs)
    for name in ("does not parse", "value", "null", "stopped", "other exceptions"):
        print(f"{name:18} {total.outcomes[name]:9} {total.outcomes[name] / count:7.2%}")
    print(f"slowest {total.slowest[0]:.3f} s of CPU (number {total.slowest[1]})")
    print(f"largest {total.largest[0]:.1f} MB more memory (number {total.largest[1]})")
    for fault in total.faults[:50]:
        print(fault)
    return 1 if total.faults else 0


if __name__ == "__main__":
    sys.exit(main())
