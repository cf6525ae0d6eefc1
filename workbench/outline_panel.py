"""What the panel of one step asks: only what such a step can say, with what it says now or what somebody has typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from workbench import outline_events, outline_repeats, outline_times
from workbench.outline_conditions import Ready, ready
from workbench.outline_edits import NEW_END, NEW_STEP
from workbench.outline_times import UNITS, Time
from workflows import diagram
from workflows.diagram import COULD_NOT, NAMESPACES, NOT_NEEDED, Element
from workflows.outline import Step, Turn

PERSONS = frozenset({"userTask", "manualTask"})
NAME, TEXT, WHO, FORM = "e-namn", "e-text", "e-vem", "e-formular"
DUE, TIMER, LATE = "e-klart", "e-tid", "e-eskalera"
HELPER, INTERRUPTS, CODE = "e-eskaleras", "e-avbryter", "e-kod"
REPEAT, OVER, ROW = "e-upprepas", "e-lista", "e-rad"
MESSAGE, TABLE, OPERATION, PARAM = "e-meddelande", "e-tabell", "e-koppling", "p-"
OPERATION_WAS = "e-koppling-var"
WAY_NAME, WAY_IF, WAY_READY, DEFAULT = "-namn", "-villkor", "-valt", "v-standard"
CHOOSES = frozenset({"exclusiveGateway", "inclusiveGateway"})


@dataclass(frozen=True, kw_only=True)
class Timed:
    """A time as controls: their common name, the label, and what stands in them."""

    name: str
    label: str
    time: Time
    units: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Way:
    flow: str
    name: str
    condition: str
    is_default: bool
    leads_to: str


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """A choice of one: the control, its label, what can be chosen by key, and what is."""

    name: str
    label: str
    value: str
    options: Mapping[str, str]
    help: str = ""
    is_free: bool = False


@dataclass(frozen=True, kw_only=True)
class Panel:
    id: str
    name: str
    text: str
    choices: tuple[Chosen, ...] = ()
    times: tuple[Timed, ...] = ()
    params: tuple[tuple[str, str, str], ...] = ()
    ways: tuple[Way, ...] = ()
    has_default: bool = False
    can_add: bool = True
    can_split: bool = False
    can_move: bool = False
    can_remove: bool = True
    targets: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=lambda: outline_events.ADDED)
    new: Mapping[str, str] = field(default_factory=dict)
    form_file: str = ""
    ready: tuple[Ready, ...] = ()
    edges: Mapping[str, str] = field(default_factory=dict)
    repeats: tuple[Chosen, ...] = ()


@dataclass(frozen=True)
class Asked:
    """What a panel is made of: the step and its node, every step, what can be chosen, and what tables answer."""

    step: Step
    node: etree._Element
    others: Sequence[Step]
    offered: Mapping[str, Any]
    answers: Mapping[str, Sequence[str]]
    typed: Mapping[str, str]


def panel(asked: Asked) -> Panel:
    step, typed = asked.step, asked.typed
    one = step.element
    flows = [turn for turn in step.ways if turn.flow]
    is_gate = one.type.endswith("Gateway")
    return Panel(
        id=one.id,
        name=typed.get(NAME, one.name),
        text=typed.get(TEXT, one.documentation),
        choices=tuple(_choices(asked)),
        times=tuple(_times(asked)),
        params=tuple(_params(asked)),
        ways=tuple(_way(turn, asked) for turn in flows) if is_gate and len(flows) > 1 else (),
        has_default=one.type in CHOOSES,
        can_add=len(flows) == 1,
        can_split=is_gate,
        can_move=not is_gate and one.type not in {"startEvent", "endEvent", "boundaryEvent"},
        can_remove=one.type != "startEvent",
        targets=_targets(asked),
        new=typed,
        form_file=_form_file(asked),
        edges=outline_events.offered(one.type),
        repeats=_repeats(asked),
        ready=ready(asked.others, step, asked.answers) if one.type in CHOOSES else (),
    )


def _repeats(asked: Asked) -> tuple[Chosen, ...]:
    """How many times, for steps that can be done several."""
    one = asked.step.element
    if not outline_repeats.may(one.type) or one.is_event_subprocess:
        return ()
    stands = outline_repeats.read(asked.node)
    over = "Ett uttryck: en lista som ”planering.insatser”, eller det som ska stämma."
    row = "Så heter en av dem i steget, till exempel ”insats”. Bara när det görs för var och en."
    return (
        _chosen(asked, REPEAT, "Hur många gånger görs det?", stands.kind, outline_repeats.KINDS),
        _chosen(asked, OVER, "För vilka, eller så länge vad?", stands.over, {}, help=over, is_free=True),
        _chosen(asked, ROW, "Vad heter en av dem?", stands.row, {}, help=row, is_free=True),
    )


def _edge(asked: Asked) -> list[Chosen]:
    """What an event on an edge says beside what it waits for."""
    one, found = asked.step.element, []
    if one.type == "boundaryEvent":
        told = {"ja": "Det avbryts", "nej": "Det fortsätter, och det här görs bredvid"}
        stands = "ja" if one.is_interrupting else "nej"
        if one.event != "error":
            found.append(_chosen(asked, INTERRUPTS, "Vad händer med steget?", stands, told))
        if one.event in ("error", "escalation"):
            codes = {COULD_NOT: "", NOT_NEEDED: ""} if one.event == "escalation" else _refusals(asked)
            found.append(_chosen(asked, CODE, "Kod", outline_events.code_of(asked.node), codes, is_free=True))
    return found


def _refusals(asked: Asked) -> dict[str, str]:
    """The ways in which systems may say no."""
    return {code: told for each in asked.offered["operations"] for code, told in each["errors"].items()}


def _choices(asked: Asked) -> list[Chosen]:
    one, offered = asked.step.element, asked.offered
    found = _edge(asked)
    if one.type in PERSONS:
        professions = {each["key"]: each["title"] for each in offered["professions"]}
        found.append(_chosen(asked, WHO, "Vem gör det?", one.lane, {"": "Ingen vald", **professions}))
        helper = one.properties.get("eskaleras_till", "")
        found.append(
            _chosen(asked, HELPER, "Vem får hjälpa till om det blir sent?", helper, {"": "Ingen", **professions})
        )
    if one.type == "userTask":
        forms = {each["key"]: each["title"] for each in offered["forms"]}
        own = {"": "Stegets eget formulär"} if one.id not in forms else {}
        value = one.properties.get("formKey") or (one.id if one.id in forms else "")
        found.append(_chosen(asked, FORM, "Formulär", value, {**own, **forms}))
    if one.event == "message" or one.type in {"receiveTask", "sendTask"}:
        names = {each["name"]: each["name"] for each in offered["messages"]}
        told = "Namnet som meddelandet har i förloppets inställningar."
        found.append(_chosen(asked, MESSAGE, "Meddelande", one.message, names, help=told, is_free=True))
    if one.type == "businessRuleTask":
        tables = {each["id"]: each["title"] for each in offered["decisions"]}
        stands = diagram.extension_text(asked.node, "calledDecisionId")
        found.append(_chosen(asked, TABLE, "Beslutstabell", stands, {"": "Välj tabell", **tables}))
    if one.type == "serviceTask":
        titles = {each["key"]: f"{each['title']} ({each['system']})" for each in offered["operations"]}
        found.append(_chosen(asked, OPERATION, "Vad ska systemet göra?", _operation(asked), {"": "Välj", **titles}))
    return found


def _chosen(asked: Asked, name: str, label: str, value: str, options: Mapping[str, str], **more: Any) -> Chosen:
    """With what stands there now, also when it is not among what is offered."""
    now = asked.typed.get(name, value)
    known = options if now in options or more.get("is_free") else {now: now, **options}
    return Chosen(name=name, label=label, value=now, options=known, **more)


def _times(asked: Asked) -> list[Timed]:
    one = asked.step.element
    if one.type in PERSONS:
        late = {key: title for key, title in UNITS.items() if key not in ("A", "F")}
        return [
            _timed(asked, DUE, "Ska vara klart inom", one.properties.get("forfaller", ""), UNITS),
            _timed(
                asked, LATE, "Hjälp kallas in så lång tid efter det", one.properties.get("eskalera_efter", ""), late
            ),
        ]
    if one.event == "timer":
        units = {key: title for key, title in UNITS.items() if key}
        return [_timed(asked, TIMER, "Hur länge?", _timer(asked.node), units)]
    return []


def _timed(asked: Asked, name: str, label: str, text: str, units: Mapping[str, str]) -> Timed:
    is_typed = f"{name}-enhet" in asked.typed
    time = typed_time(asked.typed, name) if is_typed else outline_times.read(text)
    return Timed(name=name, label=label, time=time, units=units)


def typed_time(typed: Mapping[str, str], name: str) -> Time:
    return Time(typed.get(f"{name}-antal", ""), typed.get(f"{name}-enhet", ""), typed.get(f"{name}-uttryck", ""))


def _timer(node: etree._Element) -> str:
    found = node.find("./bpmn:timerEventDefinition", NAMESPACES)
    return next(
        ((part.text or "").strip() for part in (found if found is not None else ()) if (part.text or "").strip()), ""
    )


def _operation(asked: Asked) -> str:
    found = asked.node.find("./bpmn:extensionElements/spiff:serviceTaskOperator", NAMESPACES)
    return found.get("id", "") if found is not None else ""


def _params(asked: Asked) -> list[tuple[str, str, str]]:
    """What the operation wants to know: name, kind and the FEEL that gives it."""
    key = _operation(asked)
    known = next((each for each in asked.offered["operations"] if each["key"] == key), None)
    stands = {each.get("id", ""): each.get("value", "") for each in asked.node.iter(f"{{{diagram.SPIFF}}}parameter")}
    told = {each["name"]: each["type"] for each in known["params"]} if known is not None else {}
    names = {**dict.fromkeys(stands, ""), **told}
    return [(name, kind, asked.typed.get(f"{PARAM}{name}", stands.get(name, ""))) for name, kind in names.items()]


def _way(turn: Turn, asked: Asked) -> Way:
    typed, default = asked.typed, asked.typed.get(DEFAULT)
    where = f"steg {turn.to.number} {turn.to.title}".strip() if turn.to is not None else ""
    if turn.steps:
        where = f"steg {turn.steps[0].number} {turn.steps[0].title}".strip()
    return Way(
        flow=turn.flow,
        name=typed.get(f"v-{turn.flow}{WAY_NAME}", turn.name),
        condition=typed.get(f"v-{turn.flow}{WAY_IF}", turn.condition),
        is_default=turn.is_default if default is None else default == turn.flow,
        leads_to=where or "nästa steg",
    )


def _targets(asked: Asked) -> dict[str, str]:
    """Where a new way may lead."""
    one = asked.step.element
    found = {NEW_STEP: "Ett nytt steg", NEW_END: "Ett nytt slut"}
    for step in asked.others:
        if _is_target(step.element, one):
            found[step.id] = f"{step.number} {step.title or step.kind}".strip()
    return found


def _is_target(other: Element, one: Element) -> bool:
    is_same = other.scope == one.scope and other.process == one.process and other.id != one.id
    return is_same and other.type not in {"startEvent", "boundaryEvent"} and not other.is_event_subprocess


def _form_file(asked: Asked) -> str:
    key = asked.step.form_key
    return next((each["file"] for each in asked.offered["forms"] if each["key"] == key), "")
