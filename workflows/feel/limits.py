"""How much an expression may cost, so that none can hang a worker or fill its memory."""

import time
from collections.abc import Sequence

from workflows.feel.errors import Diagnostic, FeelError

MAX_TEXT = 20_000  # characters of an expression
MAX_PARSE_DEPTH = 60  # brackets, ifs and functions inside one another
MAX_TREE_DEPTH = 150  # nodes from root to leaf, so also terms in one sum
MAX_CALL_DEPTH = 200  # evaluation inside evaluation, counts recursion of functions
MAX_FUEL = 100_000  # steps; about 0.1 s
MAX_SECONDS = 0.5
MAX_STRING = 100_000  # characters of a value
MAX_LIST = 50_000  # elements of a value
MAX_DIAGNOSTICS = 50
CHARACTERS_PER_STEP = 32  # what making a string costs, which bounds the memory of all strings together
_CLOCK_EVERY = 512


class Budget:
    """Counts the steps of one evaluation and keeps its diagnostics."""

    __slots__ = ("deadline", "depth", "diagnostics", "fuel", "next_look", "position")

    def __init__(self, diagnostics: list[Diagnostic] | None, *, seconds: float = MAX_SECONDS) -> None:
        self.fuel = MAX_FUEL
        self.next_look = MAX_FUEL - _CLOCK_EVERY
        self.deadline = time.perf_counter() + seconds
        self.depth = 0
        self.position = 0
        self.diagnostics = diagnostics

    def spend(self, steps: int) -> None:
        self.fuel -= steps
        if self.fuel < self.next_look:
            self.look()

    def look(self) -> None:
        """Stop when fuel or time is used up; the clock is read only now and then."""
        if self.fuel < 0:
            raise FeelError(self.position, "Uttrycket stoppades: det kräver för många beräkningssteg.")
        if time.perf_counter() > self.deadline:
            raise FeelError(self.position, "Uttrycket stoppades: det tog för lång tid.")
        self.next_look = self.fuel - _CLOCK_EVERY

    def string(self, length: int) -> None:
        """Pay for a string before it is made."""
        if length > MAX_STRING:
            raise FeelError(self.position, f"Uttrycket stoppades: en text blev längre än {MAX_STRING} tecken.")
        self.spend(1 + length // CHARACTERS_PER_STEP)

    def elements(self, count: int) -> None:
        """Pay for a list before it is made."""
        if count > MAX_LIST:
            raise FeelError(self.position, f"Uttrycket stoppades: en lista blev längre än {MAX_LIST} element.")
        self.spend(1 + count)

    def note(self, message_sv: str, position: int | None = None) -> None:
        """Keep why a part became null, for the process owner."""
        kept = self.diagnostics
        if kept is not None and len(kept) < MAX_DIAGNOSTICS:
            kept.append(Diagnostic(self.position if position is None else position, message_sv))


def joined(budget: Budget, parts: Sequence[str], separator: str = "") -> str:
    budget.string(sum(map(len, parts)) + len(separator) * len(parts))
    return separator.join(parts)
