"""What came of ärenden: the measures of their versions, asked of what they know now. Nothing is written here.

It is the same whenever it is asked, until the ärende goes on or what is known in it is corrected.
"""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import fmean
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.db.models.fields.json import KeyTransform
from django.utils import timezone

from followup import tallying
from followup.tallying import Posts
from workflows import amended, feel, measures, published
from workflows.measures import ALL, BASED, GAS, RATIO, SHARE, SUM, Declared, Measure
from workflows.models import Amendment, HistoryKind, ProcessInstance, TaskKind, TaskState, UserTask

CHANGED = (HistoryKind.ENDED, HistoryKind.CORRECTED, HistoryKind.CHANGED)
GAS_CORRELATION = 0.3
"""How much a person's goals are thought to go together (Kiresuk and Sherman 1968)."""
MOST = 1e12
"""No measure of a person is larger; what is comes of a mistake."""
DIGITS = 6
NAMES = ("pk", "version_id", "version__public_id", "definition__current__public_id", "outcome", "ended_at", "known")


class Told(NamedTuple):
    """One effect, but for whose it is."""

    instance: int
    version: int
    measure: str
    part: str
    occasion: int
    day: datetime.date
    unit: str
    age: str
    value: float
    base: float
    is_first: bool


@dataclass(frozen=True)
class Known:
    """What is known of an ärende, and every task that has been done in it, in order."""

    instance: int
    version: int
    declared: Declared
    outcome: str
    ended_at: datetime.datetime | None
    variables: dict[str, Any]
    tasks: list[UserTask] = field(default_factory=list)

    @property
    def last(self) -> dict[str, UserTask]:
        """By element, the task as it was done last."""
        return {task.element_id: task for task in self.tasks}


def touched(rows: Iterable[tuple[int, str, str, str]]) -> set[int]:
    """The ärenden of these rows of history (ärende, kind, element and its type) whose effects may have changed."""
    changed, done = set(), defaultdict(set)
    for instance, kind, element, type_ in rows:
        if kind in CHANGED or (kind == HistoryKind.CANCELLED and not type_):
            changed.add(instance)
        elif kind == HistoryKind.COMPLETED and type_ == "userTask":
            done[instance].add(element)
    found = ProcessInstance.objects.filter(pk__in=done.keys() - changed)
    about = found.values_list("pk", "version__public_id", "definition__current__public_id")
    return changed | {pk for pk, own, current in about if not done[pk].isdisjoint(declared(own, current).steps)}


def effects(instances: Collection[int]) -> list[Told]:
    """All effects of these ärenden."""
    known = list(_known(instances))
    posts = tallying.posts(task.completed_by_id for one in known for task in one.tasks if task.completed_by_id)
    return [told for one in known for told in of_one(one, posts)]


def declared(version: UUID, current: UUID | None) -> Declared:
    """What a version measures. One that says nothing is measured as the förlopp is now."""
    own = measures.of(published.of(version).sources)
    return own if own.measures or current is None else measures.of(published.of(current).sources)


# -- what is known -----------------------------------------------------------------------------------------------------


def _known(instances: Collection[int]) -> Iterator[Known]:
    """Of those that anything is measured in."""
    rows = ProcessInstance.objects.filter(pk__in=instances).annotate(known=KeyTransform("variables", "engine_state"))
    found = {}
    for pk, version, public_id, current, outcome, ended_at, variables in rows.values_list(*NAMES):
        told = declared(public_id, current)
        if told.measures:
            found[pk] = Known(pk, version, told, outcome, ended_at, dict(variables or {}))
    for task in _tasks(found):
        found[task.instance_id].tasks.append(task)
    for one in found.values():
        _correct(one)
        yield one


def _tasks(instances: Collection[int]) -> list[UserTask]:
    """Those that were done, each with whether its answers have been corrected (`is_amended`)."""
    rows = UserTask.objects.filter(instance__in=instances, state=TaskState.COMPLETED)
    rows = rows.exclude(kind=TaskKind.SIGNATURE).order_by("ended_at", "pk")
    is_amended = Exists(Amendment.objects.filter(task=OuterRef("pk")))
    names = ("pk", "instance_id", "element_id", "group", "ended_at", "completed_by_id", "answers")
    return list(rows.annotate(is_amended=is_amended).only(*names))


def _correct(one: Known) -> None:
    """What holds of the answers takes the place of what the ärende still knows."""
    rows = amended.of_tasks(one.tasks)
    for task in one.tasks:
        task.answers = amended.answers(task, rows.get(task.pk, []))
    for element, task in one.last.items():
        if rows.get(task.pk) and isinstance(one.variables.get(element), dict | None):
            one.variables[element] = task.answers


# -- what came of it ---------------------------------------------------------------------------------------------------


def of_one(one: Known, posts: Posts) -> Iterator[Told]:
    """All effects of one ärende."""
    names = _names(one)
    age, seen = one.declared.age_band(_inside(one.variables, "person", "alder")), set()
    for measure in one.declared.measures.values():
        for occasion, (task, at) in enumerate(_known_by(measure, one)):
            day, unit = timezone.localdate(at), _unit(task, posts)
            known = names | {measure.after: task.answers} if measure.each and task else names
            for part, value, base in _values(measure, known, now=at):
                once = (measure.key, part, unit, day.replace(day=1))
                about = (one.instance, one.version, measure.key, part, occasion, day, unit, age)
                yield Told(*about, value, base, once not in seen)
                seen.add(once)


def _known_by(measure: Measure, one: Known) -> Iterator[tuple[UserTask | None, datetime.datetime]]:
    """Each task that made it known, and when; of what is known at the end the last task there was."""
    done = [task for task in one.tasks if task.element_id == measure.after]
    if measure.after:
        yield from ((task, task.ended_at) for task in (done if measure.each else done[-1:]) if task.ended_at)
    elif one.ended_at is not None:
        yield one.tasks[-1] if one.tasks else None, one.ended_at


def _names(one: Known) -> dict[str, Any]:
    """What FEEL may ask for: the variables, and what is told of the whole."""
    answers = defaultdict(list)
    for task in one.tasks:
        if task.answers is not None:
            answers[task.element_id].append(task.answers)
    done = {key: task.ended_at.isoformat() for key, task in one.last.items() if task.ended_at}
    return one.variables | {"svar": dict(answers), "klart": done, "slut": one.outcome}


def _values(
    measure: Measure, names: Mapping[str, Any], *, now: datetime.datetime
) -> Iterator[tuple[str, float, float]]:
    """Part, value and base; nothing where an answer is missing or makes no number."""
    if measure.when and _asked(measure.when, names, now) is not True:
        return
    if measure.rows:
        yield from _parts(measure, _asked(measure.rows, names, now))
        return
    value = _number(measure, _asked(measure.value, names, now))
    base = _plain(_asked(measure.base, names, now)) if measure.kind in BASED else 0.0
    if value is not None and base is not None and not (measure.kind == RATIO and base <= 0):
        yield ALL, value, base


def _parts(measure: Measure, found: object) -> Iterator[tuple[str, float, float]]:
    """Those of each part together, and all of them: one ärende weighs as much, however many goals there are."""
    told: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in found if isinstance(found, list) else ():
        if isinstance(row, dict) and row.get("part") in measure.parts:
            value = _number(measure, row.get("value"))
            base = _plain(row.get("base")) if measure.kind in BASED else 0.0
            if value is not None and base is not None:
                told[str(row["part"])].append((value, base))
    together = math.fsum if measure.kind in (RATIO, SUM) else fmean
    if told:
        told[ALL] = [pair for pairs in told.values() for pair in pairs]
    for part, pairs in told.items():
        value, base = (round(together(numbers), DIGITS) for numbers in zip(*pairs, strict=True))
        if not (measure.kind == RATIO and base <= 0):
            yield part, value, base


def _asked(text: str, names: Mapping[str, Any], now: datetime.datetime) -> object:
    try:
        return feel.evaluate(text, names, now=now)
    except feel.FeelError:  # it takes too long over just these answers: nothing is known of this one
        return None


def _number(measure: Measure, value: object) -> float | None:
    """Of a share only yes and no are an answer: a whole and nothing."""
    if measure.kind == GAS:
        return _gas(value)
    if measure.kind == SHARE:
        return float(value) if isinstance(value, bool) else None
    return _plain(value)


def _plain(value: object) -> float | None:
    if isinstance(value, datetime.timedelta):
        value = value.total_seconds() / 86_400
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    number = float(value)
    return round(number, DIGITS) if math.isfinite(number) and abs(number) <= MOST else None


def _gas(steps: object) -> float | None:
    """The T score of a person's goals, of those that were set on the scale."""
    told = [number for step in (steps if isinstance(steps, list) else []) if (number := _plain(step)) is not None]
    if not told or any(abs(step) > 2 for step in told):
        return None
    spread = (1 - GAS_CORRELATION) * len(told) + GAS_CORRELATION * len(told) ** 2
    return round(50 + 10 * math.fsum(told) / math.sqrt(spread), DIGITS)


def _inside(told: Mapping[str, Any], name: str, key: str) -> object:
    found = told.get(name)
    return found.get(key) if isinstance(found, Mapping) else None


def _unit(task: UserTask | None, posts: Posts) -> str:
    if task is None or task.ended_at is None:
        return ""
    return tallying.worked_at(posts, task.completed_by_id, task.group, task.ended_at)
