"""What one can do with a diagram told in words: each edit gives the file anew, with its picture, and touches no more.

An edit that cannot be made raises Impossible, in Swedish. What is wrong in the drawing is for the checks to tell.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.beginning import key_of
from workbench.diagram_work import Flow, Impossible, Work
from workflows import diagram

UP, DOWN = -1, 1
NEW_STEP, NEW_END = "nytt", "slut"
PERSON, SYSTEM, TIME, MESSAGE, TABLE, CHOICE = "uppgift", "system", "tid", "meddelande", "beslut", "val"
KINDS = {
    PERSON: "Uppgift för en person",
    CHOICE: "Val mellan två vägar",
    TABLE: "Beslut i en tabell",
    SYSTEM: "Steg i ett annat system",
    TIME: "Vänta en tid",
    MESSAGE: "Vänta på ett meddelande",
}
_TAGS = {
    PERSON: "userTask",
    CHOICE: "exclusiveGateway",
    TABLE: "businessRuleTask",
    SYSTEM: "serviceTask",
    TIME: "intermediateCatchEvent",
    MESSAGE: "intermediateCatchEvent",
}
_NAMES = {CHOICE: "Vilken väg?", TIME: "Vänta", MESSAGE: "Vänta på besked"}


@dataclass(frozen=True)
class Edited:
    """The file after the edit, and the step to show."""

    text: str
    element: str


# -- steps -------------------------------------------------------------------------------------------------------------


def add_after(text: str, element: str, kind: str, name: str) -> Edited:
    """A step between this one and what it leads to; a choice gets a second way, with a step of its own."""
    work = Work(text, element)
    if kind not in KINDS:
        raise Impossible("Välj vad som ska läggas till.")
    flow = _one_way_on(work, element)
    called = name or _NAMES.get(kind, "Nytt steg")
    stem = f"gw_{key_of(called)}" if kind == CHOICE else key_of(called)
    target = flow.target
    made = work.add(_TAGS[kind], stem, called, after=element, before=target, inner=_content(work, kind))
    work.point(flow, target=made)
    on = work.link(made, target, "Nej" if kind == CHOICE else "")
    if kind == CHOICE:
        work.new[made].attributes = f' default="{on.id}"'
        _second_way(work, made, "Ja", target)
    return Edited(work.finish(), made)


def add_way(text: str, element: str, name: str, to: str) -> Edited:
    """One more way from a gateway: to a new step that goes on as the others do, to an end, or to a step there is."""
    work = Work(text, element)
    if not work.step(element).name.endswith("Gateway"):
        raise Impossible("Bara ett val och det som görs samtidigt har flera vägar.")
    if to == NEW_STEP:
        ways = work.out_of(element)
        if not ways:
            raise Impossible("Välj vart den första vägen leder.")
        new = _second_way(work, element, name, ways[0].target)
        return Edited(work.finish(), new)
    if to == NEW_END:
        target = work.add("endEvent", "slut", "Slut", after=element, below=True)
    else:
        target = to
        if work.step(to).parent is not work.home.parent or work.kind(to) in {"startEvent", "boundaryEvent"}:
            raise Impossible("Vägen kan inte leda dit.")
    work.link(element, target, name)
    return Edited(work.finish(), element)


def remove(text: str, element: str) -> Edited:
    """The step away, and what led to it leads on to what came after."""
    work = Work(text, element)
    if work.kind(element) == "startEvent":
        raise Impossible("Starten behövs: utan den börjar inget ärende.")
    into = [flow for flow in work.into(element) if flow.source != element]
    out = [flow for flow in work.out_of(element) if flow.target != element]
    if len(out) > 1:
        raise Impossible("Ta bort vägarna först, så att bara en är kvar.")
    if not out and any(len(work.out_of(flow.source)) == 1 for flow in into):
        raise Impossible("Det som leder hit skulle inte leda någonstans. Lägg till ett annat slut först.")
    for flow in into:
        if out:
            work.point(flow, target=out[0].target)
        else:
            work.drop(flow)
    for flow in work.out_of(element):
        work.drop(flow)
    work.drop_step(element)
    return Edited(work.finish(), into[0].source if into else "")


def remove_way(text: str, element: str, flow_id: str) -> Edited:
    work = Work(text, element)
    ways = work.out_of(element)
    flow = next((one for one in ways if one.id == flow_id), None)
    if flow is None:
        raise Impossible("Vägen finns inte längre.")
    if len(ways) == 1:
        raise Impossible("Det är den enda vägen härifrån.")
    if len(work.into(flow.target)) == 1 and not any(True for _ in work.out_of(flow.target)):
        work.drop_step(flow.target)  # an end that nothing else leads to
    work.drop(flow)
    return Edited(work.finish(), element)


def move(text: str, element: str, way: int) -> Edited:
    """Past the step before or after, where both stand in a row."""
    work = Work(text, element)
    if way == DOWN:
        after = _only(work.out_of(element))
        if after is None:
            raise Impossible("Steget går inte att flytta nedåt: det som kommer efter är inte ett steg i rad.")
        work, first, second = Work(text, after.target), element, after.target
    else:
        before = _only(work.into(element))
        if before is None:
            raise Impossible("Steget går inte att flytta uppåt: det som är före är inte ett steg i rad.")
        first, second = before.source, element
    _swap(work, first, second)
    return Edited(work.finish(), element)


def _swap(work: Work, first: str, second: str) -> None:
    between, out = _only(work.out_of(first)), _only(work.out_of(second))
    into = work.into(first)
    if not {work.kind(first), work.kind(second)} <= diagram.TASKS | diagram.SCOPES | {
        "intermediateCatchEvent",
        "intermediateThrowEvent",
    }:
        raise Impossible("Ett val, en start och ett slut flyttas i diagrammet.")
    if between is None or out is None or not into or len(work.into(second)) != 1 or out.target == first:
        raise Impossible("Stegen står inte i rad, så de kan inte byta plats.")
    work.picture.swap(first, second)
    for flow in into:
        work.point(flow, target=second)
    work.point(between, source=second, target=first)
    work.point(out, source=first)


def _second_way(work: Work, gateway: str, name: str, target: str) -> str:
    new = work.add("userTask", "nytt_steg", "Nytt steg", after=gateway, before=target, below=True)
    work.link(gateway, new, name)
    work.link(new, target)
    return new


def _content(work: Work, kind: str) -> str:
    """What a new step of a kind begins with; the rest is chosen when it is there."""
    prefix = work.prefix
    if kind == TIME:
        inner = f"<{prefix}timeDuration>P1D</{prefix}timeDuration>"
        return f"<{prefix}timerEventDefinition>{inner}</{prefix}timerEventDefinition>"
    if kind == MESSAGE:
        return f"<{prefix}messageEventDefinition />"
    return ""


def _one_way_on(work: Work, element: str) -> Flow:
    ways = work.out_of(element)
    if len(ways) == 1:
        return ways[0]
    if not ways:
        raise Impossible("Efter det här steget kommer inget mer. Lägg till efter steget före i stället.")
    raise Impossible(
        "Härifrån går flera vägar. Lägg till efter det första steget på en av dem, eller lägg till en väg."
    )


def _only(flows: list[Flow]) -> Flow | None:
    return flows[0] if len(flows) == 1 else None
