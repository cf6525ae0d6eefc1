"""Draws small diagrams from one line of text per path, and plays them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape

from tests.unit.engine_bpmn import NOW, Run

KINDS = {
    "s": "startEvent",
    "e": "endEvent",
    "u": "userTask",
    "t": "task",
    "x": "exclusiveGateway",
    "p": "parallelGateway",
    "o": "inclusiveGateway",
    "g": "eventBasedGateway",
}


def draw(*paths: str, extra: str = "") -> str:
    """Paths like "s > u1 > x1 > [u1.n = 1] u2 > end_a" and "x1 > [-] u3" (the default) as BPMN.

    The first letter of an id tells what it is, unless `extra` has an element with that id.
    """
    flows: list[str] = []
    defaults: dict[str, str] = {}
    nodes: dict[str, None] = {}
    for path in paths:
        source = ""
        for number, part in enumerate(re.split(r" > (?![^\[]*\])", path)):
            condition, name = re.fullmatch(r"(?:\[(.*)\] )?(\S+)", part.strip(), re.DOTALL).groups()  # type: ignore[union-attr]
            nodes[name] = None
            if number:
                flow_id = f"f{len(flows)}_{source}_{name}"
                if condition == "-":
                    defaults[source] = flow_id
                text = escape(condition or "")
                inner = f"<conditionExpression>{text}</conditionExpression>" if text not in ("", "-") else ""
                flows.append(
                    f'<sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{name}">{inner}</sequenceFlow>'
                )
            source = name
    drawn = set(re.findall(r'<\w+ id="([^"]+)"', extra))
    elements = "".join(_node(name, defaults.get(name, "")) for name in nodes if name not in drawn)
    for name, default in defaults.items():
        extra = extra.replace(f' id="{name}"', f' id="{name}" default="{default}"')
    return elements + extra + "".join(flows)


def _node(name: str, default: str) -> str:
    attributes = f' default="{default}"' if default else ""
    return f'<{KINDS[name[0]]} id="{name}"{attributes}/>'


def event(kind: str, node_id: str, definition: str, **attributes: str) -> str:
    """An event: `definition` is "message info", "timer P3D", "condition x", "signal sig", "error nej" …"""
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<{kind} id="{node_id}"{more}>{defined(definition)}</{kind}>'


def defined(text: str) -> str:
    """One or several ("message info | timer P1D") event definitions."""
    return "".join(_defined(part) for part in text.split(" | ") if part)


def _defined(text: str) -> str:
    kind, _, value = text.partition(" ")
    refs = {"message": "m_", "signal": "", "error": "", "escalation": ""}
    if kind == "timer":
        tag = {"R": "timeCycle", "P": "timeDuration"}.get(value[0], "timeDate")
        return f"<timerEventDefinition><{tag}>{value}</{tag}></timerEventDefinition>"
    if kind == "condition":
        return f"<conditionalEventDefinition><condition>{escape(value)}</condition></conditionalEventDefinition>"
    if kind == "link":
        return f'<linkEventDefinition name="{value}"/>'
    if kind == "compensate":
        activity = f' activityRef="{value}"' if value else ""
        return f"<compensateEventDefinition{activity}/>"
    ref = f' {kind}Ref="{refs[kind]}{value}"' if kind in refs and value else ""
    return f"<{kind}EventDefinition{ref}/>"


def boundary(node_id: str, host: str, definition: str, *, quiet: bool = False) -> str:
    cancel = {"cancelActivity": "false"} if quiet else {}
    return event("boundaryEvent", node_id, definition, attachedToRef=host, **cancel)


def sub(node_id: str, *paths: str, extra: str = "", tag: str = "subProcess", attributes: str = "") -> str:
    return f'<{tag} id="{node_id}"{attributes}>{draw(*paths, extra=extra)}</{tag}>'


def handler(node_id: str, definition: str, *paths: str, quiet: bool = False, extra: str = "") -> str:
    """An event sub-process; its start event is `<id>_s`."""
    interrupting = {"isInterrupting": "false"} if quiet else {}
    start = event("startEvent", f"{node_id}_s", definition, **interrupting)
    return sub(node_id, *paths, extra=start + extra, attributes=' triggeredByEvent="true"')


def script(node_id: str, text: str) -> str:
    return f'<scriptTask id="{node_id}"><script>{escape(text)}</script></scriptTask>'


def several(inner: str, *, sequential: bool = False) -> str:
    attribute = ' isSequential="true"' if sequential else ""
    return f"<multiInstanceLoopCharacteristics{attribute}>{inner}</multiInstanceLoopCharacteristics>"


def each(collection: str, item: str = "rad", until: str = "", *, sequential: bool = False, more: str = "") -> str:
    """A multi-instance over a collection."""
    condition = f"<completionCondition>{escape(until)}</completionCondition>" if until else ""
    return several(
        f'<loopDataInputRef>{collection}</loopDataInputRef><inputDataItem id="{item}"/>{more}{condition}',
        sequential=sequential,
    )


def task(node_id: str, inner: str = "", kind: str = "userTask", **attributes: str) -> str:
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<{kind} id="{node_id}"{more}>{inner}</{kind}>'


@dataclass(frozen=True)
class Case:
    """A diagram and its trace: lines of "step -> what is waited for then".

    Steps: "" the start, "u1 {"n": 1}" a person answers, "!info {…}" a message, "~sig {…}" a signal from another ärende,
    "?ring {…}" a system answers, "?ring no CODE" a system refuses, "+3" three days pass. Waited for: user tasks by id,
    "!message", "@timer", "?service task"; ".outcome" when it is over. `variables` at the end. `start` chooses one of
    several start events.
    """

    title: str
    body: str
    trace: str
    variables: dict[str, Any] = field(default_factory=dict)
    done: str = ""
    start: str = ""


def always_yes(_decision: str, _variables: Mapping[str, Any], _now: datetime) -> Any:
    """Every decision of the corpus."""
    return {"svar": "ja"}


class Player:
    """Plays a case, either stored and loaded between all steps or kept in memory."""

    def __init__(self, case: Case, *, stores: bool) -> None:
        self.case = case
        self.run = Run(case.body, start=case.start, stores=stores, decide=always_yes)
        self.moment: datetime = NOW

    def play(self) -> list[str]:
        """What is waited for after each line of the trace."""
        found = []
        for step, _ in lines(self.case.trace):
            self.step(step)
            found.append(self.waiting())
        return found

    def step(self, text: str) -> None:
        if not text:
            return
        if text.startswith("+"):
            self.moment += timedelta(days=float(text[1:]))
            self.run.at(self.moment)
            return
        name, _, rest = text.lstrip("!?~").partition(" ")
        if text.startswith("?") and rest.startswith("no "):
            assert self.run.refuse(name, rest.removeprefix("no "))
            return
        more = json.loads(rest) if rest else {}
        acts: dict[str, Callable[..., None]] = {"!": self.run.deliver, "~": self.run.hear, "?": self.run.answer}
        act: Callable[..., None] = acts.get(text[0]) or self.run.complete
        act(name, **more)

    def waiting(self) -> str:
        if self.run.outcome is not None:
            return "." + self.run.outcome
        waiting = self.run.execution.waiting()
        found = [item.element.id for item in waiting.user_tasks]
        found += [f"!{item.name}" for item in waiting.messages]
        found += [f"@{item.element_id}" for item in waiting.timers]
        found += [f"?{item.element.id}" for item in waiting.service_tasks]
        return " ".join(sorted(found))


def lines(trace: str) -> list[tuple[str, str]]:
    """The steps of a trace, each with what is waited for after it, in order."""
    split = [line.partition("->") for line in trace.strip().splitlines()]
    return [(step.strip(), " ".join(sorted(waited.split()))) for step, _, waited in split]
