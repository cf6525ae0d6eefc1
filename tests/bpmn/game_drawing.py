"""Draws the blocks of the token game as BPMN."""

from __future__ import annotations

from itertools import count, pairwise

from tests.bpmn.drawing import boundary, event
from tests.bpmn.token_game import Block, is_parallel, undoing


class Drawing:
    """A block as BPMN, with gateways that split and merge."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.can_undo = False

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
            return self._task(block.name), block.name, block.name
        if block.kind == "seq":
            return self._in_a_row(block)
        if block.kind in {"sub", "multi"}:
            return self._sub(block)
        found = {"loop": self._loop, "alarm": self._event, "stop": self._event, "undo": self._undo, "tx": self._tx}
        return found.get(block.kind, self._split)(block)

    def _task(self, name: str) -> str:
        if not self.can_undo:
            return f'<userTask id="{name}"/>'
        undo = undoing(name)
        line = f'<association id="{undo}_linje" sourceRef="{undo}_kant" targetRef="{undo}"/>'
        handler = f'<userTask id="{undo}" isForCompensation="true"/>'
        return f'<userTask id="{name}"/>' + boundary(f"{undo}_kant", name, "compensate") + handler + line

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

    def _event(self, block: Block) -> tuple[str, str, str]:
        """A sub-process in which something is thrown: taken at its edge, or inside by an event sub-process."""
        name, is_alarm = self.new("sp"), block.kind == "alarm"
        definition = "error err" if block.style > 1 and not is_alarm else "escalation esc"
        inner = self._alarm(block, name) if is_alarm else self._stop(block, name, definition)
        handler, first, last = self.block(block.parts[2])
        if block.style % 2:
            start = event("startEvent", f"{name}_h", definition, isInterrupting=str(not is_alarm).lower())
            flows = self.flow(f"{name}_h", first) + self.flow(last, f"{name}_he")
            handler = f'<subProcess id="{name}_esp" triggeredByEvent="true">{start}{handler}{flows}'
            return (
                f'<subProcess id="{name}">{inner}{handler}<endEvent id="{name}_he"/></subProcess></subProcess>',
                name,
                name,
            )
        edge = boundary(f"{name}_b", name, definition, quiet=is_alarm)
        merge, tag = self.new("g"), "inclusiveGateway" if is_alarm else "exclusiveGateway"
        flows = self.flow(name, merge) + self.flow(f"{name}_b", first) + self.flow(last, merge)
        return f'<subProcess id="{name}">{inner}</subProcess>{edge}{handler}<{tag} id="{merge}"/>{flows}', name, merge

    def _alarm(self, block: Block, name: str) -> str:
        (before, first, last), (after, then, end) = self.block(block.parts[0]), self.block(block.parts[1])
        thrown = event("intermediateThrowEvent", f"{name}_k", "escalation esc")
        flows = self.flow(f"{name}_s", first) + self.flow(last, f"{name}_k") + self.flow(f"{name}_k", then)
        ends = f'<startEvent id="{name}_s"/><endEvent id="{name}_e"/>'
        return ends + before + thrown + after + flows + self.flow(end, f"{name}_e")

    def _stop(self, block: Block, name: str, definition: str) -> str:
        (stops, first, last), (beside, other, end) = self.block(block.parts[0]), self.block(block.parts[1])
        fork = f'<startEvent id="{name}_s"/><parallelGateway id="{name}_p"/><endEvent id="{name}_e"/>'
        flows = self.flow(f"{name}_s", f"{name}_p") + self.flow(f"{name}_p", first) + self.flow(f"{name}_p", other)
        flows += self.flow(last, f"{name}_k") + self.flow(end, f"{name}_e")
        return fork + stops + beside + event("endEvent", f"{name}_k", definition) + flows

    def _undoable(self, block: Block) -> tuple[str, str, str]:
        self.can_undo = True
        drawn = self.block(block)
        self.can_undo = False
        return drawn

    def _undo(self, block: Block) -> tuple[str, str, str]:
        """A sub-process that undoes what was done in it before it ends, or as it ends."""
        name, (xml, first, last) = self.new("sp"), self._undoable(block.parts[0])
        at_end = block.style % 2
        thrown = event("endEvent" if at_end else "intermediateThrowEvent", f"{name}_k", "compensate")
        end = "" if at_end else f'<endEvent id="{name}_e"/>{self.flow(f"{name}_k", f"{name}_e")}'
        flows = self.flow(f"{name}_s", first) + self.flow(last, f"{name}_k")
        return f'<subProcess id="{name}"><startEvent id="{name}_s"/>{xml}{thrown}{end}{flows}</subProcess>', name, name

    def _tx(self, block: Block) -> tuple[str, str, str]:
        name, (xml, first, last) = self.new("sp"), self._undoable(block.parts[0])
        end = event("endEvent", f"{name}_e", "cancel" if block.take[0] else "")
        inner = f'<startEvent id="{name}_s"/>{xml}{end}{self.flow(f"{name}_s", first)}{self.flow(last, f"{name}_e")}'
        handler, begin, done = self.block(block.parts[1])
        merge, edge = self.new("g"), boundary(f"{name}_b", name, "cancel")
        flows = self.flow(name, merge) + self.flow(f"{name}_b", begin) + self.flow(done, merge)
        xml = f'<transaction id="{name}">{inner}</transaction>{edge}{handler}<exclusiveGateway id="{merge}"/>{flows}'
        return xml, name, merge
