"""Reads every expression of a förlopp with what is known at its place, and tells what is asked in vain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from workflows import diagram, feel, measures
from workflows.dmn import Decision, Model
from workflows.feel import nodes
from workflows.findings import Finding
from workflows.forms.shapes import Field, Rule
from workflows.variables import answers, decisions, places, reading
from workflows.variables.course import Course, UsedForm
from workflows.variables.knowledge import Knowledge
from workflows.variables.places import CONDITION, PAYLOAD, Place
from workflows.variables.reading import Reader, Remark
from workflows.variables.shapes import ANY, TEXT, Shape, context

_SIGNED_IN = context({"hsa_id": TEXT}, origin="den som är inloggad")
Names = Mapping[str, Shape]
Later = Callable[[str], str]
Ask = Callable[[Names], Reader]


@dataclass(frozen=True)
class Asked:
    """One expression as it has been read; of a decision with all that stands in it, and then `text` is empty.

    `element` is whose it is, where what was read does not say its own.
    """

    file: str
    element: str
    where: str
    text: str
    reader: Reader


def findings(course: Course) -> list[Finding]:
    """Warnings about names, keys and values that cannot be, in all files of the förlopp. Each is told once."""
    return of_readings(readings(course, Knowledge(course)))


def of_readings(asked: Iterable[Asked]) -> list[Finding]:
    return list(dict.fromkeys(_finding(one, remark) for one in asked for remark in one.reader.remarks))


def readings(course: Course, known: Knowledge) -> Iterator[Asked]:
    """Every expression of the förlopp, read with what is known at its place."""
    yield from _diagrams(course, known)
    yield from _tables(course, known)
    yield from _forms(course, known)
    yield from _settings(course, known)


def _finding(asked: Asked, remark: Remark) -> Finding:
    message = f"I {asked.where}: {remark.message}" if asked.where else remark.message
    return Finding(asked.file, remark.element or asked.element, "warning", remark.code, message)


def _read(reader: Reader, text: str, *, is_condition: bool) -> Reader:
    tree = _tree(text)
    if tree is not None:
        if is_condition:
            reading.condition(reader, tree)
        else:
            reader.shape(tree)
    return reader


def _tree(text: str) -> nodes.Node | None:
    try:
        return feel.parse(text).root
    except feel.FeelError:
        return None


# -- diagrams ----------------------------------------------------------------------------------------------------------


def _diagrams(course: Course, known: Knowledge) -> Iterator[Asked]:
    for file, root in course.diagrams.items():
        for place in places.of_diagram(root):
            if places.is_time(place) or place.kind == PAYLOAD:
                continue
            reader = _read(_reader_at(place, known), place.text, is_condition=place.kind == CONDITION)
            yield Asked(file, place.element, place.what, place.text, reader)


def _reader_at(place: Place, known: Knowledge) -> Reader:
    around = known.local_names(place.node if place.element == place.node else known.scope_of(place.node))
    return _reader_for(known, partial(known.not_yet, place.node, done=place.done), around, {})


# -- tables ------------------------------------------------------------------------------------------------------------


def _tables(course: Course, known: Knowledge) -> Iterator[Asked]:
    for decision_id, users in _deciding(course).items():
        file, model = course.decisions[decision_id]
        ask = partial(_reader_for, known, _at_none(users, known.not_yet), known.in_all(users))
        yield from _decision(decision_id, file, model, ask)


def _decision(decision_id: str, file: str, model: Model, ask: Ask, depth: int = 0) -> Iterator[Asked]:
    decision = model.decisions.get(decision_id)
    if decision is None or depth > 20:
        for _, key in model.services[decision_id].outputs if decision_id in model.services else ():
            answering = model.elements.get(key)
            if isinstance(answering, Decision):
                yield from _decision(answering.id, file, model, ask, depth + 1)
        return
    reader = ask({})
    decisions.shape(decision, model, reader)
    yield Asked(file, "", "", "", reader)
    for needed in decision.requires:
        yield from _decision(needed, file, model, ask, depth + 1)


def _deciding(course: Course) -> dict[str, list[str]]:
    """Decision id -> the steps that ask for it."""
    found: dict[str, list[str]] = {}
    for root in course.diagrams.values():
        for node in root.iter(diagram.tag("businessRuleTask")):
            decision = diagram.extension_text(node, "calledDecisionId")
            if decision in course.decisions:
                found.setdefault(decision, []).append(node.get("id", ""))
    return found


def _reader_for(known: Knowledge, later: Later, around: Names, extra: Names) -> Reader:
    """`around` and `extra` are names that the place itself gives, so they have their value."""
    own = {**around, **extra}
    return Reader({**known.shapes, **own}, lambda name: "" if name in own else later(name), known.is_open)


def _at_none(steps: list[str], not_yet: Callable[[str, str], str]) -> Later:
    """Why a name has no value at any of several steps."""

    def later(name: str) -> str:
        reasons = [not_yet(step, name) for step in steps]
        return reasons[0] if all(reasons) else ""

    return later


# -- forms -------------------------------------------------------------------------------------------------------------


def _forms(course: Course, known: Knowledge) -> Iterator[Asked]:
    asking = _asking(course)
    for key, used in course.forms.items():
        if key in asking:
            later = _at_none(asking[key], partial(known.not_yet, own_scripts=False))
            ask = partial(_reader_for, known, later, known.in_all(asking[key]))
        else:  # shown by another förlopp, or a part of another form: all that is known is the form itself
            ask = partial(Reader, is_open=True)
        yield from _FormReading(used, ask).level(used.form.fields, used.form.rules, "", {})


def _asking(course: Course) -> dict[str, list[str]]:
    """Form key -> the user tasks and starts that show it."""
    found: dict[str, list[str]] = {}
    for root in course.diagrams.values():
        for element in diagram.elements(root).values():
            key = element.properties.get("formKey") or element.id
            if element.type in {"userTask", "manualTask", "startEvent"} and key in course.forms:
                found.setdefault(key, []).append(element.id)
    return found


class _FormReading:
    def __init__(self, used: UsedForm, ask: Ask) -> None:
        self.used = used
        self.ask = ask

    def level(self, fields: tuple[Field, ...], rules: tuple[Rule, ...], at: str, above: Names) -> Iterator[Asked]:
        keys = tuple(at.split(".")) if at else ()
        own = {field.key: answers.of_field(field, self.used.file, keys) for field in fields}
        names = {**above, **own}
        for field in fields:
            element = f"{at}.{field.key}" if at else field.key
            yield from self._field(field, element, names)
            if field.item:
                yield from self.level(field.item, field.rules, element, names)
        for rule in rules:
            yield from self._told(rule.check, rule.field or at or "rules", "”check”", names, is_condition=True)

    def _field(self, field: Field, element: str, names: Names) -> Iterator[Asked]:
        yield from self._told(field.show_if, element, "”show_if”", names, is_condition=True)
        for name in ("default", "computed", "min", "max"):
            text = getattr(field, name)
            if isinstance(text, str):
                yield from self._told(text, element, f"”{name}”", names)

    def _told(
        self, text: str, element: str, where: str, names: Names, *, is_condition: bool = False
    ) -> Iterator[Asked]:
        if not text:
            return
        reader = self.ask({"inloggad": _SIGNED_IN, **names})
        reader.own = frozenset(names)
        reader.form = context(names, at=answers.levels(self.used.file, element))
        reader.is_open = reader.is_open or not self.used.is_whole
        yield Asked(self.used.file, element, where, text, _read(reader, text, is_condition=is_condition))


# -- process.toml and utfall.toml --------------------------------------------------------------------------------------

SETTINGS = "process.toml"


def _settings(course: Course, known: Knowledge) -> Iterator[Asked]:
    if not course.is_whole:
        return
    for element, where, text in _texts(course.config):
        reader = _read(Reader(known.shapes, is_open=known.is_open), text, is_condition=False)
        yield Asked(SETTINGS, element, where, text, reader)
    given = {**known.shapes, **dict.fromkeys(measures.GIVEN, ANY)}
    for element, where, text in course.measured:
        reader = _read(Reader(given, is_open=known.is_open), text, is_condition=False)
        yield Asked(measures.FILE, element, where, text, reader)


def _texts(config: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    messages, facts = config.get("messages"), config.get("known")
    for name, rule in messages.items() if isinstance(messages, Mapping) else ():
        if isinstance(rule, Mapping) and isinstance(rule.get("value"), str):
            yield str(name), f"[messages.{name}] value", rule["value"]
    for fact in facts if isinstance(facts, list) else ():
        if isinstance(fact, Mapping) and isinstance(fact.get("value"), str):
            yield "known", f"”{fact.get('label', '')}”", fact["value"]
