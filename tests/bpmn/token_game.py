"""A small token game of its own: what BPMN says a block-structured process does, without the engine.

A process is a tree of blocks. Playing it is keeping the tree of what is left to do; no gateway, flow or join is
known here, so that nothing is shared with what it judges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from hypothesis import strategies as st


@dataclass(frozen=True)
class Block:
    """`kind` is task, seq, xor, and, or, loop, sub, multi; or

    alarm: the first part, then the second and beside it the third, which something thrown begins;
    stop: the first part and beside it the second, and when the first is done the second stops and the third begins;
    undo: the part, and then all that was done in it is undone, the latest first;
    tx: the first part, a transaction; when `take` says so it is cancelled: undone, and then the second part.
    """

    kind: str
    parts: tuple[Block, ...] = ()
    take: tuple[bool, ...] = ()
    times: int = 1
    name: str = ""
    style: int = 0


@dataclass
class Left:
    """What is left of a block: the blocks that go on side by side, and what comes when they are all done.

    When `stops` is done the others are stopped. What is done is remembered in `undo`, to be undone before `last`.
    """

    open: list[Left] = field(default_factory=list)
    then: list[Block] = field(default_factory=list)
    task: str = ""
    stops: Left | None = None
    undo: list[str] | None = None
    last: list[Block] = field(default_factory=list)

    def waiting(self) -> Iterator[str]:
        if self.task:
            yield self.task
        for part in self.open:
            yield from part.waiting()

    @property
    def is_done(self) -> bool:
        return not self.task and not self.open and not self.then and self.undo is None

    def done(self, name: str) -> bool:
        """A person has done a task of this name. Whether one was there."""
        if self.task == name:
            self.task = ""
            return True
        for part in self.open:
            if part.done(name):
                if self.undo is not None:
                    self.undo.append(name)
                self._settle()
                return True
        return False

    def _settle(self) -> None:
        if self.stops is not None and self.stops.is_done:
            self.open, self.stops = [], None
        self.open = [part for part in self.open if not part.is_done]
        while not self.open and (self.then or self.undo is not None):
            if self.then:
                self.open = [part for part in [begun(self.then.pop(0))] if not part.is_done]
            elif self.undo is not None:
                self.then = [Block("task", name=undoing(name)) for name in reversed(self.undo)] + self.last
                self.undo = None


def undoing(name: str) -> str:
    """The task that undoes a task."""
    return f"a{name}"


def is_parallel(block: Block) -> bool:
    """Multi-instance goes side by side where all instances look the same, so that it does not matter which is done."""
    return block.parts[0].kind == "task"


def begun(block: Block) -> Left:
    """A block when it has just been reached."""
    left = Left()
    if block.kind == "task":
        left.task = block.name
    elif block.kind in {"seq", "sub"}:
        left.then = list(block.parts)
    elif block.kind == "and":
        left.open = [begun(part) for part in block.parts]
    elif block.kind == "multi" and is_parallel(block):
        left.open = [begun(block.parts[0]) for _ in range(block.times)]
    elif block.kind == "or":
        left.open = [begun(part) for part, taken in zip(block.parts, block.take, strict=True) if taken]
    elif block.kind == "xor":
        left.then = [next(part for part, taken in zip(block.parts, block.take, strict=True) if taken)]
    elif block.kind in {"loop", "multi"}:
        left.then = list(block.parts) * block.times
    else:
        _begin_event(left, block)
    left._settle()
    return left


def _begin_event(left: Left, block: Block) -> None:
    """Of the blocks in which something is thrown."""
    first, *rest = block.parts
    if block.kind == "alarm":
        left.then = [first, Block("and", tuple(rest))]
    elif block.kind == "stop":
        left.open = [begun(first), begun(rest[0])]
        left.stops, left.then = left.open[0], rest[1:]
    elif block.kind == "undo" or block.take[0]:
        left.then, left.undo, left.last = [first], [], rest
    else:
        left.then = [first]


# -- random blocks -----------------------------------------------------------------------------------------------------


def named(block: Block, numbers: Iterator[int]) -> Block:
    parts = tuple(named(part, numbers) for part in block.parts)
    return replace(block, parts=parts, name=f"u{next(numbers)}" if block.kind == "task" else "")


def _taken(number: int) -> st.SearchStrategy[tuple[bool, ...]]:
    """Which flows hold; the last always does."""
    return st.tuples(*[st.booleans()] * (number - 1)).map(lambda found: (*found, True))


def _plain(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    """What can be undone: tasks in one scope."""
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(parts.map(lambda found: Block("seq", found)), parts.map(lambda found: Block("and", found)))


PLAIN = st.recursive(st.just(Block("task")), _plain, max_leaves=4)


def _compound(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    three = st.tuples(inner, inner, inner)
    styles = st.integers(0, 3)
    parts = st.lists(inner, min_size=2, max_size=3).map(tuple)
    one = inner.map(lambda part: (part,))
    chosen = parts.flatmap(lambda found: st.tuples(st.just(found), _taken(len(found))))
    return st.one_of(
        parts.map(lambda found: Block("seq", found)),
        parts.map(lambda found: Block("and", found)),
        chosen.map(lambda pair: Block("xor", *pair)),
        chosen.map(lambda pair: Block("or", *pair)),
        one.map(lambda found: Block("sub", found)),
        st.builds(lambda found, times: Block("loop", found, (), times), one, st.integers(1, 3)),
        st.builds(lambda found, times: Block("multi", found, (), times), one, st.integers(0, 3)),
        st.builds(lambda found, style: Block("alarm", found, style=style), three, styles),
        st.builds(lambda found, style: Block("stop", found, style=style), three, styles),
        st.builds(lambda found, style: Block("undo", (found,), style=style), PLAIN, styles),
        st.builds(lambda *found, take: Block("tx", found, (take,)), PLAIN, inner, take=st.booleans()),
    )


BLOCKS = st.recursive(st.just(Block("task")), _compound, max_leaves=10).map(lambda block: named(block, count(1)))
