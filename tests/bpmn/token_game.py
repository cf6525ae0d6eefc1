"""A small token game of its own: what BPMN says a block-structured process does, without the engine.

A process is a tree of blocks. Playing it is keeping the tree of what is left to do; no gateway, flow or join is
known here, so that nothing is shared with what it judges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, pairwise

from hypothesis import strategies as st


@dataclass(frozen=True)
class Block:
    """`kind` is task, seq, xor, and, or, loop, sub or multi."""

    kind: str
    parts: tuple[Block, ...] = ()
    take: tuple[bool, ...] = ()
    times: int = 1
    name: str = ""


@dataclass
class Left:
    """What is left of a block: the blocks that go on side by side, and what comes when they are all done."""

    open: list[Left] = field(default_factory=list)
    then: list[Block] = field(default_factory=list)
    task: str = ""

    def waiting(self) -> Iterator[str]:
        if self.task:
            yield self.task
        for part in self.open:
            yield from part.waiting()

    @property
    def is_done(self) -> bool:
        return not self.task and not self.open and not self.then

    def done(self, name: str) -> bool:
        """A person has done a task of this name. Whether one was there."""
        if self.task == name:
            self.task = ""
            return True
        for part in self.open:
            if part.done(name):
                self._settle()
                return True
        return False

    def _settle(self) -> None:
        self.open = [part for part in self.open if not part.is_done]
        while not self.open and self.then:
            self.open = [part for part in [begun(self.then.pop(0))] if not part.is_done]


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
    left._settle()
    return left


# -- random blocks -----------------------------------------------------------------------------------------------------


def named(block: Block, numbers: Iterator[int]) -> Block:
    parts = tuple(named(part, numbers) for part in block.parts)
    return Block(block.kind, parts, block.take, block.times, f"u{next(numbers)}" if block.kind == "task" else "")


def _taken(number: int) -> st.SearchStrategy[tuple[bool, ...]]:
    """Which flows hold; the last always does."""
    return st.tuples(*[st.booleans()] * (number - 1)).map(lambda found: (*found, True))


def _compound(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
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
    )


BLOCKS = st.recursive(st.just(Block("task")), _compound, max_leaves=10).map(lambda block: named(block, count(1)))


# -- drawn as BPMN -----------------------------------------------------------------------------------------------------


class Drawing:
    """A block as BPMN, with gateways that split and merge."""

    def __init__(self) -> None:
        self.numbers = count(1)

    def process(self, block: Block) -> str:
        return self._scope(block, "s", "end_a")

    def _scope(self, block: Block, start: str, end: str) -> str:
        xml, first, last = self.block(block)
        return f'<startEvent id="{start}"/>{xml}<endEvent id="{end}"/>{self.flow(start, first)}{self.flow(last, end)}'

    def new(self, letter: str) -> str:
        return f"{letter}{next(self.numbers)}"

    def flow(self, source: str, target: str, condition: str = "", flow_id: str = "") -> str:
        inner = f"<conditionExpression>{condition}</conditionExpression>" if condition else ""
        name = flow_id or self.new("f")
        return f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'

    def block(self, block: Block) -> tuple[str, str, str]:
        """The XML, and its first and last node."""
        if block.kind == "task":
            return f'<userTask id="{block.name}"/>', block.name, block.name
        if block.kind == "seq":
            return self._in_a_row(block)
        if block.kind in {"sub", "multi"}:
            return self._sub(block)
        return self._loop(block) if block.kind == "loop" else self._split(block)

    def _in_a_row(self, block: Block) -> tuple[str, str, str]:
        drawn = [self.block(part) for part in block.parts]
        flows = "".join(self.flow(before[2], after[1]) for before, after in pairwise(drawn))
        return "".join(item[0] for item in drawn) + flows, drawn[0][1], drawn[-1][2]

    def _sub(self, block: Block) -> tuple[str, str, str]:
        name = self.new("sp")
        several = f"<loopCardinality>{block.times}</loopCardinality>"
        order = "" if block.kind == "sub" or is_parallel(block) else ' isSequential="true"'
        loop = f"<multiInstanceLoopCharacteristics{order}>{several}</multiInstanceLoopCharacteristics>"
        inner = self._scope(block.parts[0], f"{name}_s", f"{name}_e")
        return f'<subProcess id="{name}">{loop if block.kind == "multi" else ""}{inner}</subProcess>', name, name

    def _split(self, block: Block) -> tuple[str, str, str]:
        tag = {"and": "parallelGateway", "xor": "exclusiveGateway", "or": "inclusiveGateway"}[block.kind]
        split, merge = self.new("g"), self.new("g")
        xml = f'<{tag} id="{split}"/><{tag} id="{merge}"/>'
        for number, part in enumerate(block.parts):
            drawn, first, last = self.block(part)
            condition = "" if block.kind == "and" else str(block.take[number]).lower()
            xml += drawn + self.flow(split, first, condition) + self.flow(last, merge)
        return xml, split, merge

    def _loop(self, block: Block) -> tuple[str, str, str]:
        """Back to the beginning until it has been done so many times, counted in a variable of its own."""
        drawn, first, last = self.block(block.parts[0])
        zero, into, count_up, out, back = (self.new(letter) for letter in ("t", "x", "t", "x", "f"))
        name = f"n_{zero}"
        xml = f'<scriptTask id="{zero}"><script>{{ {name}: 0 }}</script></scriptTask><exclusiveGateway id="{into}"/>'
        xml += f'<scriptTask id="{count_up}"><script>{{ {name}: {name} + 1 }}</script></scriptTask>'
        xml += f'<exclusiveGateway id="{out}" default="{back}"/><intermediateThrowEvent id="{out}_ut"/>'
        xml += self.flow(zero, into) + self.flow(into, first) + drawn + self.flow(last, count_up)
        xml += self.flow(count_up, out) + self.flow(out, into, "", back)
        return xml + self.flow(out, f"{out}_ut", f"{name} &gt;= {block.times}"), zero, f"{out}_ut"
