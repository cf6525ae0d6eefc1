"""Move ärenden to another version: choose, see what becomes what, try, run, and look at the result."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from people.models import Staff
from web import swedish
from workflows import engine, published, rights, selectors
from workflows.models import InstanceMove, InstanceState, Migration, MigrationState, MoveState, ProcessVersion, Trial
from workflows.models.definition import HEAVY
from workflows.services import migration, trials
from workflows.views.edge import StaffRequest, staff_page, uuid_of

PAGE = 100
SECONDS = "2"


@require_safe
@staff_page
def migrations(request: StaffRequest) -> HttpResponse:
    """Versions with ärenden that could be moved to a later one, and the moves there are."""
    rows = Migration.objects.select_related("from_version__definition", "to_version").order_by("-pk")[:50]
    context = {
        "choices": [
            {"version": old, "count": count, "targets": _later(old)}
            for old in _versions(request.user)
            if old.pk != old.definition.current_id and (count := migration.waiting(old).count())
        ],
        "moves": [row for row in rows if _may(request.user, row.from_version)],
    }
    if not context["choices"] and not context["moves"] and not _rules_any(request.user):
        raise Http404
    return render(request, "workflows/migrations.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def plan(request: StaffRequest, key: str, old: int, new: int) -> HttpResponse:
    """What becomes of what between two versions; let the workers try it on every ärende, then begin."""
    source, target = (_version(request.user, key, number) for number in (old, new))
    if source.pk == target.pk:
        raise Http404
    pairs = migration.propose(source, target)
    if request.method == "POST":
        return _plan_act(request, source, target, _mapping(request, pairs))
    trial = _trial(request, source, target)
    is_trying = trial is not None and trial.state == MigrationState.RUNNING
    context = {
        "title": source.definition.title,
        "source": source,
        "target": target,
        "rows": [{"pair": pair, "chosen": _chosen(pair, trial)} for pair in pairs],
        "count": migration.waiting(source).count(),
        "trial": trial,
        "reasons": trial.reasons if trial else [],
        "is_trying": is_trying,
        "tried": f"{swedish.number(trial.tried)} av {swedish.number(max(trial.total, trial.tried))}" if trial else "",
        "dropped": engine.DROPPED,
    }
    return _followed(render(request, "workflows/migration_plan.html", context), is_under_way=is_trying)


def _plan_act(
    request: StaffRequest, source: ProcessVersion, target: ProcessVersion, mapping: dict[str, str]
) -> HttpResponse:
    versions = {"from_version": source, "to_version": target}
    here = reverse("workflows:migration_plan", args=[source.definition.key, source.number, target.number])
    act = request.POST.get("gor", "")
    if act == "prova":
        trials.begin(mapping=mapping, by=request.user, now=timezone.now(), **versions)
    elif act == "stoppa" and (trial := _trial(request, source, target)) is not None:
        trials.stop(trial=trial, now=timezone.now())
    elif act == "starta":
        try:
            begun = migration.start(mapping=mapping, by=request.user, now=timezone.now(), **versions)
        except migration.AlreadyRunning:
            messages.warning(request, "En flytt från den versionen pågår redan eller är stoppad. Avsluta den först.")
            return HttpResponseRedirect(reverse("workflows:migrations"))
        return HttpResponseRedirect(reverse("workflows:migration", args=[begun.public_id]))
    return HttpResponseRedirect(here)


def _trial(request: StaffRequest, source: ProcessVersion, target: ProcessVersion) -> Trial | None:
    """The one that the reader began last."""
    rows = Trial.objects.filter(from_version=source, to_version=target, created_by=request.user)
    return rows.order_by("-pk").first()


def _chosen(pair: migration.Pair, trial: Trial | None) -> str:
    """As it is proposed, or as it was when it was tried."""
    if trial is None:
        return pair.target
    chosen: str = trial.mapping.get(pair.element.id, pair.element.id if pair.is_same else "")
    return chosen


def _followed(response: HttpResponse, *, is_under_way: bool) -> HttpResponse:
    """A page of something under way is read anew by itself, also without script."""
    if is_under_way:
        response["Refresh"] = SECONDS
    return response


def _mapping(request: StaffRequest, pairs: list[migration.Pair]) -> dict[str, str]:
    """What the form says; what it says nothing of is as proposed."""
    found = {pair.element.id: request.POST.get(f"till-{pair.element.id}", pair.target) for pair in pairs}
    return {
        pair.element.id: found[pair.element.id]
        for pair in pairs
        if found[pair.element.id] not in ("", pair.element.id) and _is_offered(pair, found[pair.element.id])
    }


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def one(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    """How far a move has come and what became of each ärende."""
    rows = Migration.objects.select_related("from_version__definition", "to_version", "created_by")
    found = rows.filter(public_id=public_id).first()
    if found is None or not _may(request.user, found.from_version):
        raise Http404
    here = reverse("workflows:migration", args=[public_id])
    if request.method == "POST":
        _act(request, found)
        return HttpResponseRedirect(here)
    counts = migration.counts(found)
    told = sum(counts[state] for state in MoveState.values)
    page = Paginator(_moves(found, request.GET.get("visa", "")), PAGE).get_page(request.GET.get("sida"))
    context = {
        "migration": found,
        "title": found.from_version.definition.title,
        "counts": counts,
        "done_of": f"{swedish.number(told)} av {swedish.number(told + counts['left'])}",
        "reasons": migration.reasons(found),
        "page": page,
        "rows": [_row(request.user, move) for move in page],
        "shown": request.GET.get("visa", ""),
    }
    is_first = not request.GET  # who reads further down is left in peace
    is_under_way = found.state == MigrationState.RUNNING and is_first
    return _followed(render(request, "workflows/migration.html", context), is_under_way=is_under_way)


def _act(request: StaffRequest, found: Migration) -> None:
    act = request.POST.get("gor", "")
    if act == "stoppa":
        migration.stop(migration=found)
        messages.success(request, "Flytten är stoppad. De som redan är flyttade ligger kvar i den nya versionen.")
    elif act == "fortsatt":
        migration.resume(migration=found)
    elif act == "avsluta":
        migration.abandon(migration=found, now=timezone.now())
    elif act == "angra":
        _undo(request, found)


def _undo(request: StaffRequest, found: Migration) -> None:
    wanted = uuid_of(request.POST.get("flytt"))
    move = found.moves.filter(public_id=wanted).first() if wanted else None
    if move is None:
        raise Http404
    try:
        migration.undo(move=move, by=request.user, now=timezone.now())
    except migration.CannotUndo:
        messages.warning(request, "Ärendet har gått vidare sedan flytten och kan inte flyttas tillbaka.")
    else:
        messages.success(request, f"Ärendet är tillbaka i version {found.from_version.number}.")


def _moves(found: Migration, shown: str) -> Any:
    rows = found.moves.select_related("instance").defer("earlier", "instance__engine_state").order_by("-state", "pk")
    return rows.filter(state=shown) if shown in MoveState.values else rows


def _row(staff: Staff, move: InstanceMove) -> dict[str, Any]:
    instance = move.instance
    can_undo = move.state == MoveState.MOVED and instance.state == InstanceState.ACTIVE
    seen = selectors.instance_for(staff, instance.public_id)
    return {
        "move": move,
        "started_at": instance.started_at,
        "url": reverse("workflows:instance", args=[instance.public_id]) if seen else "",
        "can_undo": can_undo and move.revision == instance.revision,
        "has_gone_on": can_undo and move.revision != instance.revision,
    }


def _is_offered(pair: migration.Pair, chosen: str) -> bool:
    if chosen == engine.DROPPED:
        return pair.can_be_dropped
    return any(choice.id == chosen for choice in pair.choices)


# -- who may -----------------------------------------------------------------------------------------------------------


def _may(staff: Staff, version: ProcessVersion) -> bool:
    return rights.may_manage(staff, published.of(version.public_id).config)


def _rules_any(staff: Staff) -> bool:
    return any(True for _ in _versions(staff))


def _versions(staff: Staff) -> list[ProcessVersion]:
    rows = ProcessVersion.objects.select_related("definition").defer(*HEAVY).order_by("definition__title", "-number")
    return [version for version in rows if _may(staff, version)]


def _later(old: ProcessVersion) -> list[ProcessVersion]:
    rows = ProcessVersion.objects.filter(definition=old.definition_id, number__gt=old.number)
    return list(rows.defer(*HEAVY).order_by("-number"))


def _version(staff: Staff, key: str, number: int) -> ProcessVersion:
    rows = ProcessVersion.objects.select_related("definition").defer(*HEAVY)
    found = rows.filter(definition__key=key, number=number).first()
    if found is None or not _may(staff, found):
        raise Http404
    return found
