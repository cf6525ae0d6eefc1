"""How much an expression may cost, so that none can hang a worker or fill its memory."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar

from workflows.feel.errors import Diagnostic, FeelError

MAX_TEXT = 20_000  # characters of an expression
MAX_PARSE_DEPTH = 60  # brackets, ifs and functions inside one another
MAX_TREE_DEPTH = 150  # nodes from root to leaf, so also terms in one sum
MAX_CALL_DEPTH = 200  # evaluation inside evaluation, counts recursion of functions
MAX_FUEL = 100_000  # steps; about 0.1 s
MAX_SECONDS = 0.35  # of CPU in this thread: how busy the machine is does not decide what an expression may cost
MAX_STRING = 100_000  # characters of a value
MAX_LIST = 50_000  # elements of a value
MAX_DIAGNOSTICS = 50
CHARACTERS_PER_STEP = 32  # what making a string costs, which bounds the memory of all strings together
COMPARED_PER_STEP = 1024  # characters
_CLOCK_EVERY = 256


class Allowance:
    """CPU time that evaluations share. Reading the clock costs more than a small expression, so those are free."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


_shared: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


@contextmanager
def together(seconds: float = MAX_SECONDS) -> Iterator[None]:
    """Let everything evaluated inside, such as all expressions of a form, cost as little as one expression may."""
    if _shared.get() is not None:
        yield
        return
    token = _shared.set(Allowance(seconds))
    try:
        yield
    finally:
        _shared.reset(token)


class Budget:
    """Counts the steps and the time of one evaluation and keeps its diagnostics."""

    __slots__ = ("allowance", "depth", "diagnostics", "fuel", "looked_at", "next_look", "position")

    def __init__(self, diagnostics: list[Diagnostic] | None) -> None:
        self.fuel = MAX_FUEL
        self.next_look = MAX_FUEL - _CLOCK_EVERY
        self.allowance = _shared.get()
        self.looked_at = 0.0
        self.depth = 0
        self.position = 0
        self.diagnostics = diagnostics

    def spend(self, steps: int) -> None:
        self.fuel -= steps
        if self.fuel < self.next_look:
            self.look()

    def look(self) -> None:
        """Stop when fuel or time is used up; the clock is read only now and then."""
        if self.allowance is None:
            self.allowance = Allowance(MAX_SECONDS)
        clock = time.thread_time()
        if self.looked_at:
            self.allowance.seconds -= clock - self.looked_at
        self.looked_at = clock
        if self.fuel < 0:
            raise FeelError(self.position, "Uttrycket stoppades: det kräver för många beräkningssteg.")
        if self.allowance.seconds < 0:
            raise FeelError(self.position, "Uttrycket stoppades: det tog för lång tid.")
        self.next_look = self.fuel - _CLOCK_EVERY

    def settle(self) -> None:
        """Charge what was done since the last look; an evaluation that never came to one is free."""
        if self.looked_at and self.allowance is not None:
            clock = time.thread_time()
            self.allowance.seconds -= clock - self.looked_at
            self.looked_at = clock

    def compared(self, length: int) -> None:
        """Pay for comparing a long text; short ones are part of the step."""
        if length > COMPARED_PER_STEP:
            self.spend(length // COMPARED_PER_STEP)

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
