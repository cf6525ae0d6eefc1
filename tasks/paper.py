"""A task and an ärende as paper: what is told to the reader on the page, in the order in which one reads a file."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from people import selectors as people
from people.models import Individual, Staff
from people.reading import Reading
from tasks import amendments, attempts, forms, selectors
from tasks.forms.shown import Shown, ShownSection
from web import swedish, words
from web.paper import Entry, Paper, Row, Section
from workflows import amended, outcomes, published, rights, sight
from workflows import selectors as workflows
from workflows.forms.shapes import Form
from workflows.models import Amendment, Attachment, ProcessInstance, Signature, TaskState, UserTask
from workflows.progress import Progress, Step
from workflows.selectors import NAMED
from workflows.views.instance import WORDS

# The answers that the reader may see: those of a restricted task as its page decides.
ANSWERED = Reading(
    UserTask,
    "task",
    ("name", "form_key", "answers", "ended_at", "created_at", "on_behalf_of", *workflows.READ_BY),
    completed_by=(*NAMED, "title"),
    extra={"is_amended": amended.IS_AMENDED},
)
SIGNATURES = Reading(Signature, "signature", by=NAMED, task=("instance_id",))
INVENTED = "Påhittad person"
CLOSED = "Det finns spärrade uppgifter från en annan enhet. De är inte med här."


def of_task(task: UserTask, viewer: Staff, *, now: datetime.datetime) -> Paper:
    """What was asked and answered, who signed by completing it, and which files are with it."""
    version = published.of(task.instance.version.public_id)
    names = people.profession_names()
    about = [
        Entry(label="Förlopp", value=version.title),
        Entry(label="Profession", value=names.get(task.group, task.group)),
        Entry(label="Därför finns uppgiften", value=task.why),
        Entry(label="Läge", value=_state(task)),
    ]
    form = version.form(task.form_key) if version.has_form(task.form_key) else None
    sections = [Section(heading="Om uppgiften", entries=_filled(about))]
    rows = amended.of_task(task) if vars(task)["is_amended"] else []
    if form is not None and (held := amended.answers(task, rows)):
        heading = " – ".join(filter(None, ("Svar", amended.note(task, rows).lower())))
        sections += _answers(forms.readonly(form, held), level=1, heading=heading)
    sections += _amended(task, rows, form, level=1)
    signed = _signatures(f"signature.task_id = {int(task.pk)}", names).get(task.pk, []) if task.to_sign else []
    if signed or task.state == TaskState.COMPLETED:
        lead = _signed(task, names) if task.state == TaskState.COMPLETED else "Underskrifter som gäller:"
        sections.append(Section(heading="Signering", lead=lead, lines=signed))
    if not_done := [_not_done(one) for one in reversed(attempts.of(task, viewer))]:
        sections.append(Section(heading="Försök och skäl", lines=not_done))
    sections += _files(workflows.attachments_seen(task, viewer) if task.attachment_count else [])
    return _paper(task.name, task.individual, viewer, sections, now=now)


def of_instance(
    instance: ProcessInstance, viewer: Staff, *, now: datetime.datetime, seen: sight.Sight | None = None
) -> Paper:
    """A summary, everything that has been answered in the order it was answered, the steps, and the files.

    `seen` is what is shown, when it is not what the viewer sees on the screen.
    """
    version = published.of(instance.version.public_id)
    outcome = outcomes.name(version, instance.outcome)
    seen = seen or sight.of(viewer, instance.individual)
    about = [
        Entry(label="Startade", value=_moment(instance.started_at)),
        Entry(label="Startades av", value=str(instance.started_by) if instance.started_by else ""),
        Entry(label="Läge", value=": ".join(filter(None, (str(instance.get_state_display()), outcome)))),
        Entry(label="Slutade", value=_moment(instance.ended_at) if instance.ended_at else ""),
        *_entries(selectors.told(instance, seen, now=now)),
        Entry(label="Spärr", value=CLOSED if seen.written else ""),
    ]
    sections = [Section(heading="Sammanfattning", entries=_filled(about))]
    names = people.profession_names()
    rest = f"""WHERE task.instance_id = %s AND task.state = 'completed' AND task.joint_of_id IS NULL
        AND {rights.unrestricted(viewer, "task")}
        ORDER BY task.ended_at, task.id"""
    signed = _signatures(f"task.instance_id = {int(instance.pk)}", names)
    answered = ANSWERED.rows(rest, [instance.pk])
    rows = amended.of_tasks(answered)
    for task in answered:
        if not seen.reads_task(task, version):
            continue  # told among the steps
        sections.append(Section(heading=task.name, lead=_signed(task, names), lines=signed.get(task.pk, [])))
        form = version.form(task.form_key) if version.has_form(task.form_key) else None
        mine = rows.get(task.pk, [])
        if form is not None and (held := amended.answers(task, mine)):
            sections += _answers(forms.readonly(form, held), level=2, heading=amended.note(task, mine))
        sections += _amended(task, mine, form, level=2)
    steps = [_step(step) for step in Progress(instance, seen).steps() if not step.is_machine and not step.is_scope]
    if steps:
        sections.append(Section(heading="Steg för steg", lines=steps))
    sections += _files(workflows.attachments_in(instance, seen), with_task=True)
    return _paper(version.title, instance.individual, viewer, sections, now=now)


def _paper(
    title: str, individual: Individual, viewer: Staff, sections: list[Section], *, now: datetime.datetime
) -> Paper:
    shown = people.presented(individual, viewer=viewer)
    person = [
        Entry(label="Namn", value=shown.name),
        Entry(label="Personnummer", value=shown.identity),
        Entry(label="Adress", value=shown.address),
    ]
    return Paper(
        title=title,
        mark=INVENTED if individual.is_invented else "",
        foot=f"Utskrivet {_moment(now)} av {viewer}. Innehåller personuppgifter.",
        at=now,
        sections=[Section(heading="Person", entries=_filled(person)), *sections],
    )


def _answers(shown: Sequence[ShownSection], *, level: int, heading: str) -> list[Section]:
    """Under the form's own headings; what stands before the first of them under `heading`, or directly."""
    return [
        Section(heading=section.heading or heading, level=level, entries=_entries(section.entries)) for section in shown
    ]


def _entries(shown: Iterable[Shown]) -> list[Entry]:
    return [
        Entry(
            label=one.label,
            value=one.value,
            rows=[Row(label=row.title, entries=_entries(row.entries)) for row in one.rows],
        )
        for one in shown
    ]


def _filled(entries: Iterable[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.value]


def _state(task: UserTask) -> str:
    if task.is_open:
        due = f", senast {_moment(task.due_at)}" if task.due_at else ""
        return f"{TaskState(task.state).label}{due}"
    return f"{TaskState(task.state).label} {_moment(task.ended_at)}" if task.ended_at else TaskState(task.state).label


def _signed(task: UserTask, names: dict[str, str]) -> str:
    at = _moment(task.ended_at or task.created_at)
    if task.completed_by is None:
        return f"Slutförd automatiskt {at}."
    title = f", {task.completed_by.title}" if task.completed_by.title else ""
    lent = f" som vikarie för {task.on_behalf_of}" if task.on_behalf_of else ""
    return f"Slutförd av {task.completed_by}{title}{lent}, för {names.get(task.group, task.group)}, {at}."


def _signatures(condition: str, names: dict[str, str]) -> dict[int, list[str]]:
    """The signatures that hold, by task; also how the person has agreed, where that was asked."""
    found: dict[int, list[str]] = {}
    for row in SIGNATURES.rows(f"WHERE {condition} AND signature.ended_at IS NULL ORDER BY signature.id"):
        who = f"{row.by}, {names.get(row.profession, row.profession)}"
        if row.agreement:
            who = f"Personen godkänner: {row.get_agreement_display()}, antecknat av {row.by}"
        reason = f" Skäl: {row.reason}" if row.reason else ""
        found.setdefault(row.task_id, []).append(f"{who}, {_moment(row.at)}.{reason}")
    return found


def _not_done(one: attempts.NotDone) -> str:
    what = "Kunde inte utföras" if one.is_attempt else "Ej aktuell"
    return ". ".join(filter(None, (f"{what}, {one.by_name}, {_moment(one.at)}", one.reason, one.text)))


def _step(step: Step) -> str:
    by = f" av {step.by_name}" if step.by_name else ""
    return f"{step.name}: {WORDS[step.status].lower()}{by}{f', {_moment(step.at)}' if step.at else ''}"


def _amended(task: UserTask, rows: Sequence[Amendment], form: Form | None, *, level: int) -> list[Section]:
    """Each with what stood before: paper hides nothing that the page shows."""
    sections = []
    for told in amendments.tell(task, rows, form or Form(title=task.name)):
        asked = ", på personens begäran" if told.is_asked else ""
        about = [
            Entry(label="Det gäller", value=told.about),
            Entry(label="Personens egen uppfattning", value=told.view),
            Entry(label="Text", value=told.text),
            Entry(label="Skäl", value=told.reason),
            Entry(label="Stod förut", value=told.before_text),
        ]
        lead = f"{told.by_name}, {_moment(told.at)}{asked}."
        sections.append(Section(heading=told.title, level=level, lead=lead, entries=_filled(about)))
        sections += _answers(told.before, level=level, heading="Det som stod förut")
    return sections


def _files(files: Sequence[Attachment], *, with_task: bool = False) -> list[Section]:
    lines = [
        f"{amended.file_name(file)} ({file.what.word}, {words.size(file.size)}), {file.by}, {_moment(file.at)}"
        f"{f', i {file.task.name}' if with_task and file.task else ''}"
        for file in files
        if file.name
    ]
    return [Section(heading="Filer", lead="Filerna finns i Förlopp.", lines=lines)] if lines else []


def _moment(at: datetime.datetime) -> str:
    """In full: paper is read another day."""
    return f"{swedish.day_of(at)} {swedish.clock(at)}"
