"""The rows of tasks that are offered to people: from the diagram's step, or in the place of a system."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from people.models import Staff
from web import swedish
from workflows import diagram, engine, feel, published, routes
from workflows.diagram import Element
from workflows.engine import clock
from workflows.models import HistoryKind, ProcessInstance, TaskKind, TaskState, UserTask
from workflows.services import restricted

FAR = datetime(9999, 1, 1, tzinfo=UTC)


def user_task(
    instance: ProcessInstance, execution: engine.Execution, waiting: engine.WaitingTask, *, now: datetime
) -> UserTask:
    element, settings = waiting.element, waiting.element.properties
    variables = execution.seen_by(waiting.id)
    due_at = _moment(settings.get("forfaller", ""), variables, element, now)
    late_group = settings.get("eskaleras_till", "")
    after = settings.get("eskalera_efter", "PT0S")
    signing = diagram.signing(settings)
    return UserTask(
        instance=instance,
        individual_id=instance.individual_id,
        engine_task_id=waiting.id,
        element_id=element.id,
        name=element.name or element.id,
        form_key=settings.get("formKey") or element.id,
        why=" ".join([_sentence(settings.get("varfor", ""), variables, now), *_caught_up(execution)]).strip()[:1000],
        group=element.lane,
        area=_area(instance),
        is_restricted=instance.individual.is_protected,
        escalated_to=_stand_in(instance, element.lane, now),
        priority=int(settings.get("prioritet", "2")),
        created_at=now,
        changed_at=now,
        due_at=due_at,
        due_sort=due_at or FAR,
        escalate_at=clock.due(after, due_at) if due_at and late_group else None,
        escalation_group=late_group,
        signers=" ".join(signing.professions) if signing else "",
        to_sign=signing.needed if signing else 0,
        asks_individual=bool(signing and signing.with_individual),
    )


def explain(
    tasks: Iterable[UserTask],
    execution: engine.Execution,
    version: published.Published,
    *,
    by: Staff | None,
    now: datetime,
) -> None:
    """What each came of, from what has just happened: said once, since a page should not look for it."""
    happened = [item.element.id for item in execution.happened]
    for task in tasks:
        calls = execution.calls_around(task.engine_task_id)
        cause = version.routes.cause(task.element_id, happened, calls)
        because = routes.because(cause, at=_at(now), by_name=str(by) if by else "")
        part = version.routes.part_of(cause, calls)
        began = _began(task.instance, version, calls[part:]) if part is not None else ""
        task.because = f"{because} {began}".strip()[:500]


def _began(instance: ProcessInstance, version: published.Published, calls: Sequence[str]) -> str:
    """What led to the part that the first of `calls` called: from what the history tells of when it began last."""
    starts = version.routes.starts_of(calls[0])
    rows = instance.history.filter(kind=HistoryKind.COMPLETED)
    first = rows.filter(element_id__in=starts).order_by("-id").first()
    if first is None:
        return ""
    same = list(rows.filter(at=first.at).select_related("by").order_by("id"))
    by_name = next((str(row.by) for row in same if row.by), "")
    cause = version.routes.cause(calls[0], [row.element_id for row in same], calls[1:])
    return routes.because(cause, at=_at(first.at), by_name=by_name, part=version.routes.elements[calls[0]])


def _at(moment: datetime) -> str:
    local = moment.astimezone(clock.ZONE)
    return f"{swedish.date(local.date())} {swedish.clock(local)}"


def invitations(task: UserTask) -> list[UserTask]:
    """A joint task as the other professions find it in their lists: to be signed.

    Only those who work with the person are asked, when they are enough; the others may sign all the same.
    """
    others = [group for group in task.signers.split() if group != task.group]
    known = _working_with(task.individual_id, others)
    is_own = task.group in task.signers.split()
    asked = known if len(known) + is_own >= task.to_sign else others
    return [
        UserTask(
            instance=task.instance,
            individual_id=task.individual_id,
            engine_task_id=uuid4(),
            joint_of=task,
            kind=TaskKind.SIGNATURE,
            element_id=task.element_id,
            name=f"Skriv under: {task.name}"[:300],
            form_key="",
            why=task.why,
            because=task.because,
            group=group,
            area=task.area,
            is_restricted=task.is_restricted,
            priority=task.priority,
            created_at=task.created_at,
            changed_at=task.created_at,
            due_at=task.due_at,
            due_sort=task.due_sort,
            to_sign=task.to_sign,
        )
        for group in asked
    ]


def _working_with(individual_id: int, professions: list[str]) -> list[str]:
    """Those of the professions that have done something for the person, or have something to do."""
    rows = UserTask.objects.filter(individual_id=individual_id, kind=TaskKind.USER, group__in=professions)
    found = set(rows.filter(state__in=(TaskState.OPEN, TaskState.COMPLETED)).values_list("group", flat=True).distinct())
    return [group for group in professions if group in found]


def fallback_task(
    instance: ProcessInstance, element: Element, engine_task_id: UUID, *, why: str, now: datetime
) -> UserTask:
    """The same step, for a person to do by hand since no system did it."""
    due_at = clock.due(element.properties.get("forfaller", "PT4H"), now)
    group = element.properties.get("reserv_roll") or element.lane or "samordnare"
    return UserTask(
        instance=instance,
        individual_id=instance.individual_id,
        engine_task_id=engine_task_id,
        element_id=element.id,
        kind=TaskKind.FALLBACK,
        name=by_hand(element),
        form_key="_shared/manuell_atgard",
        why=why[:1000],
        group=group,
        area=_area(instance),
        is_restricted=instance.individual.is_protected,
        escalated_to=_stand_in(instance, group, now),
        priority=1,
        created_at=now,
        changed_at=now,
        due_at=due_at,
        due_sort=due_at,
    )


def _area(instance: ProcessInstance) -> str:
    """Not of a protected person: where they live is nobody's to guess from a list."""
    return "" if instance.individual.is_protected else instance.individual.area


def by_hand(element: Element) -> str:
    return f"Gör för hand: {element.name or element.id}"


def _stand_in(instance: ProcessInstance, group: str, now: datetime) -> str:
    on, of = now.astimezone(clock.ZONE).date(), published.of(instance.version.public_id)
    return restricted.stand_in(group, individual=instance.individual, on=on, of=of)


def _moment(text: str, variables: dict[str, Any], element: Element, now: datetime) -> datetime | None:
    if not text:
        return None
    try:
        if not clock.is_literal(text):
            value = feel.to_plain(feel.evaluate(text, variables, now=now))
            return clock.due(value, now) if isinstance(value, str) else None
        return clock.due(text, now)
    except (clock.BadTimer, feel.FeelError) as error:
        raise engine.EngineError(element.id, "due", f"Förfallotiden gick inte att räkna ut: {error}") from None


def _caught_up(execution: engine.Execution) -> list[str]:
    """What comes once for all the times that the system stood still says so."""
    missed = sum(execution.missed().values())
    return [f"Den kommer en gång: {missed} till skulle ha kommit medan systemet stod still."] if missed else []


def _sentence(template: str, variables: dict[str, Any], now: datetime) -> str:
    """A sentence with FEEL in braces, e.g. "Hemgång {a1.beraknad_utskrivning}"."""
    parts = template.replace("}", "{").split("{")
    for index in range(1, len(parts), 2):
        try:
            value = feel.to_plain(feel.evaluate(parts[index], variables, now=now))
        except feel.FeelError:
            value = None
        parts[index] = "–" if value is None else str(value)
    return "".join(parts)
