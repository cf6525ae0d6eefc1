"""Plays "given this message, when the nurse answers this, then …" on a förlopp, with a clock of its own.

A scenario is a TOML file that a process owner writes (bpmn/README.md tells how). One runner plays it in any World:
in memory, saved and loaded between all steps, or on a database through the same services as the product.
"""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

from workflows import connectors, feel
from workflows.diagram import COULD_NOT, EVERYONE, NOT_NEEDED, PERSON
from workflows.engine import Signalled, clock
from workflows.engine.clock import ZONE

TOLD = {"could_not": COULD_NOT, "not_needed": NOT_NEEDED}
ACTIONS = (
    *("send", "start", "complete", *TOLD, "service", "wait", "until"),
    *("signal", "signalled", "tasks", "check", "end"),
)
STAMPS = ("skickad_dt", "intraffad_dt")
IDS = ("meddelande_id", "handelse_id")
MAX_FIRINGS = 1000


class Failed(Exception):
    """A step did not turn out as the scenario says; the argument is Swedish."""


@dataclass(frozen=True)
class Incoming:
    """A message as it arrives, and the translated one."""

    message: connectors.IncomingMessage
    envelope: dict[str, Any] | None = None


@dataclass(frozen=True)
class Open:
    """An open task: `role` the profession, `is_by_hand` when a person stands in for a system."""

    id: Any
    element_id: str
    role: str
    is_by_hand: bool = False


class World(Protocol):
    """Where a scenario is played."""

    person_ref: str

    def send(self, incoming: Incoming, *, now: datetime) -> bool:
        """Deliver or start; whether anyone took it or it is kept for later."""

    def start(self, start_event: str, answers: dict[str, Any], *, now: datetime) -> None: ...

    def open_tasks(self) -> list[Open]: ...

    def complete(self, task: Open, answers: dict[str, Any], *, now: datetime) -> None: ...

    def tell(self, task: Open, code: str, answers: dict[str, Any], *, now: datetime) -> None:
        """A task could not be done, or is not needed."""

    def waiting_operations(self) -> list[str]: ...

    def answer(self, operation: str, result: dict[str, Any], *, now: datetime) -> None: ...

    def fail(self, operation: str, error: connectors.DeliveryError, *, now: datetime) -> None: ...

    def signal(self, name: str, payload: Any, *, for_all: bool, now: datetime) -> bool:
        """A signal comes from outside, about the person or, `for_all`, about nobody; whether anyone heard it."""

    def signalled(self) -> list[Signalled]:
        """What the ärende has sent to others so far."""

    def next_due(self) -> datetime | None: ...

    def fire(self, *, now: datetime) -> None: ...

    def variables(self) -> dict[str, Any]: ...

    def outcome(self) -> str | None:
        """None while it is going on."""

    def visited(self) -> set[str]: ...


@dataclass(frozen=True)
class Scenario:
    """One file. `sample` gives the text of one of the förlopp's samples by name, or raises OSError or KeyError."""

    file: str
    title: str
    now: datetime
    steps: list[dict[str, Any]]
    sample: Callable[[str], str]
    person: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    hold: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Result:
    """How it went. `step` is 1-based, `problem` Swedish and empty when all went well, `now` the clock at the end."""

    scenario: Scenario
    problem: str = ""
    step: int = 0
    visited: frozenset[str] = frozenset()
    now: datetime | None = None

    @property
    def is_passed(self) -> bool:
        return not self.problem


def read(path: Path) -> Scenario:
    """Raises Failed when the file cannot be understood."""
    samples = path.parent.parent / "samples"
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"Scenariot {path.name} går inte att läsa: {error}") from None
    return parse(path.name, text, lambda name: (samples / name).read_text(encoding="utf-8"))


def parse(file: str, text: str, sample: Callable[[str], str]) -> Scenario:
    """The same of a text. Raises Failed."""
    try:
        data = tomllib.loads(text)
        return Scenario(
            file=file,
            title=data["title"],
            now=moment(data["now"]),
            steps=list(data["step"]),
            sample=sample,
            person=data.get("person", {}),
            parameters=data.get("parameters", {}),
            hold=frozenset(data.get("hold", ())),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise Failed(f"Scenariot {file} går inte att läsa: {error}") from None


def files(folder: Path) -> list[Path]:
    """The scenarios of a förlopp folder."""
    return sorted(folder.glob("scenarios/*.toml"))


def play(scenario: Scenario, world: World, *, after: Callable[[], None] = lambda: None) -> Result:
    """Play all steps; the first that fails ends it. `after` is called when a step is taken."""
    run = _Run(scenario, world)
    for number, step in enumerate(scenario.steps, start=1):
        try:
            run.step(step)
            after()
        except Failed as error:
            return Result(scenario, str(error), number, frozenset(world.visited()), run.now)
    return Result(scenario, visited=frozenset(world.visited()), now=run.now)


class _Run:
    def __init__(self, scenario: Scenario, world: World) -> None:
        self.scenario = scenario
        self.world = world
        self.now = scenario.now
        self.told = 0  # of the signals that it has sent

    def step(self, step: Mapping[str, Any]) -> None:
        action = next((name for name in ACTIONS if name in step), None)
        if action is None:
            raise Failed(f"Steget har ingen åtgärd ({', '.join(ACTIONS)}).")
        do: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "send": self._send,
            "start": self._start,
            "complete": self._complete,
            "could_not": self._tell,
            "not_needed": self._tell,
            "service": self._service,
            "wait": self._wait,
            "until": self._wait,
            "signal": self._signal,
            "signalled": self._signalled,
            "tasks": self._tasks,
            "check": self._check,
            "end": self._end,
        }
        do[action](step)

    def _send(self, step: Mapping[str, Any]) -> None:
        incoming = self._incoming(step)
        taken = self.world.send(incoming, now=self.now)
        if taken and step.get("lost"):
            raise Failed(f"Meddelandet {step['send']} togs emot, men scenariot säger att ingen ska göra det.")
        if not taken and not step.get("lost"):
            raise Failed(f"Ingen väntade på meddelandet {step['send']}.")
        self._answer_systems()

    def _start(self, step: Mapping[str, Any]) -> None:
        self.world.start(step["start"], dict(step.get("answers", {})), now=self.now)
        self._answer_systems()

    def _complete(self, step: Mapping[str, Any]) -> None:
        self.world.complete(self._meant(step["complete"]), dict(step.get("answers", {})), now=self.now)
        self._answer_systems()

    def _tell(self, step: Mapping[str, Any]) -> None:
        action = next(name for name in TOLD if name in step)
        task = self._meant(step[action])
        self.world.tell(task, TOLD[action], dict(step.get("answers", {})), now=self.now)
        self._answer_systems()

    def _meant(self, name: object) -> Open:
        wanted = str(name).rpartition(":")[2]
        task = next((task for task in self.world.open_tasks() if task.element_id == wanted), None)
        if task is None:
            raise Failed(f"Uppgiften {wanted} är inte öppen. Öppna: {self._open_names()}.")
        return task

    def _service(self, step: Mapping[str, Any]) -> None:
        operation = step["service"]
        if operation not in self.world.waiting_operations():
            raise Failed(
                f"Inget steg väntar på {operation}. Väntar: {', '.join(self.world.waiting_operations()) or 'inget'}."
            )
        error = step.get("error")
        if error is None:
            self.world.answer(operation, dict(step.get("result", {})), now=self.now)
        elif str(error).startswith("business:"):
            code = str(error).partition(":")[2]
            self.world.fail(operation, connectors.BusinessError(code, "Systemet sade nej."), now=self.now)
        else:
            self.world.fail(operation, connectors.PermanentError("down", "Systemet svarar inte."), now=self.now)
        self._answer_systems()

    def _wait(self, step: Mapping[str, Any]) -> None:
        try:
            goal = clock.parse_duration(step["wait"]).after(self.now) if "wait" in step else moment(step["until"])
        except ValueError as error:
            raise Failed(str(error)) from None
        for _ in range(MAX_FIRINGS):
            due = self.world.next_due()
            if due is None or due > goal:
                break
            self.now = max(self.now, due)
            self.world.fire(now=self.now)
            self._answer_systems()
        else:
            raise Failed("Bevakningarna tar aldrig slut.")
        self.now = goal

    def _signal(self, step: Mapping[str, Any]) -> None:
        name, reach, payload = step["signal"], step.get("galler", PERSON), step.get("payload")
        if reach not in (PERSON, EVERYONE):
            raise Failed(f"Signalen {name} gäller {PERSON} eller {EVERYONE}, inte {reach}.")
        if reach == EVERYONE and payload is not None:
            raise Failed(f"Signalen {name} gäller alla och kan därför inte bära något innehåll.")
        heard = self.world.signal(name, payload, for_all=reach == EVERYONE, now=self.now)
        if heard and step.get("lost"):
            raise Failed(f"Signalen {name} hördes, men scenariot säger att ingen ska höra den.")
        if not heard and not step.get("lost"):
            raise Failed(f"Ingen hörde signalen {name}.")
        self._answer_systems()

    def _signalled(self, step: Mapping[str, Any]) -> None:
        sent = self.world.signalled()
        new, self.told = sent[self.told :], len(sent)
        wanted = sorted(map(str, step["signalled"]))
        with_reach = any(":" in name for name in wanted)
        found = sorted(f"{EVERYONE if one.for_all else PERSON}:{one.name}" for one in new)
        found = found if with_reach else sorted(one.name for one in new)
        if wanted != found:
            told = f"men ska vara {', '.join(wanted) or 'inga'}"
            raise Failed(f"Signalerna som har sänts sedan sist är {', '.join(found) or 'inga'}, {told}.")

    def _tasks(self, step: Mapping[str, Any]) -> None:
        wanted, open_now = sorted(map(str, step["tasks"])), self.world.open_tasks()
        with_role = any(":" in name for name in wanted)
        found = sorted(f"{task.role}:{task.element_id}" if with_role else task.element_id for task in open_now)
        if wanted != found:
            raise Failed(
                f"Öppna uppgifter är {', '.join(found) or 'inga'}, men ska vara {', '.join(wanted) or 'inga'}."
            )

    def _check(self, step: Mapping[str, Any]) -> None:
        try:
            value = feel.evaluate(step["check"], self.world.variables(), now=self.now)
        except feel.FeelError as error:
            raise Failed(f"Kontrollen går inte att läsa: {error}") from None
        if value is not True:
            raise Failed(f"Kontrollen stämmer inte ({feel.to_plain(value)}): {step['check']}")

    def _end(self, step: Mapping[str, Any]) -> None:
        wanted = step["end"] if isinstance(step["end"], list) else [step["end"]]
        outcome = self.world.outcome()
        if outcome is None:
            raise Failed(f"Ärendet pågår ännu. Öppna uppgifter: {self._open_names()}.")
        if outcome not in wanted:
            raise Failed(f"Ärendet slutade med {outcome}, men ska sluta med {' eller '.join(wanted)}.")

    def _open_names(self) -> str:
        return ", ".join(f"{task.role}:{task.element_id}" for task in self.world.open_tasks()) or "inga"

    def _answer_systems(self) -> None:
        """Systems answer at once with a plausible answer, unless the scenario holds them or says what they answer."""
        scripted = {step["service"] for step in self.scenario.steps if "service" in step}
        for _ in range(MAX_FIRINGS):
            waiting = [name for name in self.world.waiting_operations() if name not in scripted | self.scenario.hold]
            if not waiting:
                return
            known = connectors.operations().get(waiting[0])
            if known is None:
                raise Failed(f"Kopplingen {waiting[0]} finns inte.")
            self.world.answer(waiting[0], copy.deepcopy(dict(known.example)), now=self.now)

    # -- messages ----------------------------------------------------------------------------------------------------

    def _incoming(self, step: Mapping[str, Any]) -> Incoming:
        name = step["send"]
        if "sample" not in step:
            return Incoming(arriving(step, self.world.person_ref, now=self.now))
        envelope = self._envelope(step)
        message = self._translated(name, envelope)
        return Incoming(message, envelope)

    def _envelope(self, step: Mapping[str, Any]) -> dict[str, Any]:
        try:
            envelope: dict[str, Any] = json.loads(self.scenario.sample(step["sample"]))
        except (OSError, KeyError, ValueError):
            raise Failed(f"Exempelmeddelandet {step['sample']} saknas eller går inte att läsa.") from None
        for key in STAMPS:
            if key in envelope:
                envelope[key] = self.now.astimezone(ZONE).isoformat()
        for key in IDS:
            if key in envelope:
                envelope[key] = str(uuid4())
        for dotted, value in step.get("with", {}).items():
            _set(envelope, dotted.split("."), value)
        return envelope

    def _translated(self, name: str, envelope: dict[str, Any]) -> connectors.IncomingMessage:
        reasons = []
        for source, translate in connectors.translators().items():
            try:
                message = translate(copy.deepcopy(envelope), now=self.now)
            except connectors.Unreadable as error:
                reasons.append(f"{source}: {error.message}")
                continue
            if message.name == name:
                return message
        raise Failed(f"Inget system känner igen exemplet som {name}. {' '.join(reasons)}")


def arriving(step: Mapping[str, Any], person_ref: str, *, now: datetime) -> connectors.IncomingMessage:
    """What a step sends that says its content itself, with what every message has."""
    payload = {"person_ref": person_ref, **step.get("payload", {})}
    for key in STAMPS:
        payload.setdefault(key, now.astimezone(ZONE).isoformat())
    for key in IDS:
        payload.setdefault(key, str(uuid4()))
    keys = {**{key: value for key, value in payload.items() if isinstance(value, str)}, **step.get("keys", {})}
    return connectors.IncomingMessage(name=step["send"], keys=keys, payload=payload, sent_at=now)


def moment(value: Any) -> datetime:
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def _set(target: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        target = target.setdefault(part, {})
    if isinstance(value, datetime):
        value = value.isoformat()
    target[path[-1]] = value
