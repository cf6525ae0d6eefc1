"""Finished ärenden played on a draft: how many went another way, where the ways part, and which one may look at."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from people.models import Staff
from workbench import drafting
from workbench.models import Draft, Replay, Strayed
from workbench.services import replays
from workbench.views.edge import draft_page
from workflows import minimap, published
from workflows import sight as sights
from workflows.definitions import main_file
from workflows.forms import moments
from workflows.forms.refused import AnswerError
from workflows.models import ProcessInstance
from workflows.models.definition import HEAVY
from workflows.views.edge import StaffRequest

AMOUNTS = {50: "de senaste 50", 200: "de senaste 200", 1000: "de senaste 1 000"}
MOST_LINKS = 20
SECONDS = "2"
NEAR = 320.0
WORDS = {"changed": ("≠", "här skiljs vägarna"), "stuck": ("!", "här gick det inte att spela upp")}


@dataclass(frozen=True, kw_only=True)
class Group:
    """Those that parted in the same way; `mine` are those of them that the reader may look at."""

    place: str
    name: str
    went: str
    would: str
    reason: str
    count: int
    mine: list[ProcessInstance]


@require_http_methods(["GET", "HEAD", "POST"])
@draft_page
def history(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    """The latest replay of the draft, and another."""
    if request.method == "POST":
        return _act(request, draft)
    found = draft.replays.select_related("created_by").first()
    folder = drafting.folder(draft)
    file = main_file(folder.config, folder.sources)
    names = {
        element: name.strip("”") for (where, element), name in drafting.checked(draft).names.items() if where == file
    }
    context: dict[str, Any] = {
        "draft": draft,
        "replay": found,
        "is_old": found is not None and found.digest != drafting.digest(draft),
        "amounts": AMOUNTS,
        "names": names,
        "words": WORDS,
        "other": [],
        "impossible": [],
    }
    if found is not None:
        strayed = list(_strayed(found))
        context |= {key: _groups(strayed, key, names, request.user) for key in ("other", "impossible")}
        stuck = {row.place: "stuck" for row in strayed if row.outcome == "impossible" and row.place}
        context["marks"] = stuck | {row.place: "changed" for row in strayed if row.outcome == "other" and row.place}
        context["pictures"] = _pictures(
            folder.sources.get(file, ""), str(folder.config.get("process", "")), context["marks"]
        )
    response = render(request, "workbench/history.html", context)
    if found is not None and found.is_running:
        response["Refresh"] = SECONDS
    return response


def _act(request: StaffRequest, draft: Draft) -> HttpResponseBase:
    now = timezone.now()
    running = draft.replays.filter(state=Replay.State.RUNNING).first()
    if request.POST.get("gor") == "stoppa":
        if running is not None:
            replays.stop(replay=running, now=now)
        return redirect("workbench:history", draft.ref)
    amount = request.POST.get("antal", "")
    most = int(amount) if amount.isdecimal() and int(amount[:6]) in AMOUNTS else 200
    try:
        since = moments.typed(request.POST, "sedan", today=timezone.localdate(now))
        replays.begin(draft=draft, most=most, since=since, by=request.user, now=now)
    except AnswerError as error:
        messages.error(request, str(error))
    except (replays.HasErrors, replays.NothingToPlay) as problem:
        messages.error(request, type(problem).__doc__ or "")
    return redirect("workbench:history", draft.ref)


def _strayed(replay: Replay) -> Any:
    rows = replay.strayed.select_related("instance__individual", "instance__version", "instance__definition")
    return rows.defer("instance__engine_state", *(f"instance__version__{name}" for name in HEAVY))


def _groups(strayed: list[Strayed], outcome: str, names: dict[str, str], staff: Staff) -> list[Group]:
    """The largest first; so many are looked through for those that the reader may see, and no more."""
    found: dict[tuple[str, ...], list[Strayed]] = defaultdict(list)
    for row in strayed:
        if row.outcome == outcome:
            found[row.place, row.went, row.would, row.reason].append(row)
    made = [
        Group(
            place=place,
            name=names.get(place) or _name(rows[0], place),
            went=went,
            would=would,
            reason=reason,
            count=len(rows),
            mine=[row.instance for row in rows[:MOST_LINKS] if _may_see(staff, row)],
        )
        for (place, went, would, reason), rows in found.items()
    ]
    return sorted(made, key=lambda group: (-group.count, group.name))


def _name(row: Strayed, place: str) -> str:
    """Of a step that the draft has no more."""
    element = published.of(row.instance.version.public_id).definition.elements.get(place)
    return element.name if element is not None and element.name else place


def _may_see(staff: Staff, row: Strayed) -> bool:
    """Whether the ärende is the reader's to follow, and the step where it parted theirs to know of."""
    sight = sights.of(staff, row.instance.individual)
    if sight.written:
        return False
    whole = published.of(row.instance.version.public_id)
    element = whole.definition.elements.get(row.place)
    return sight.may_follow(row.instance) and sight.reads_step(whole, element.lane if element is not None else "")


def _pictures(text: str, process: str, marks: dict[str, str]) -> list[minimap.Picture]:
    """Of the main diagram and its parts what is around the marks, in each where something is marked."""
    made = (minimap.picture(text, process, part) for part in ("", *minimap.parts(text)))
    return [
        one.around(marks.keys(), margin=NEAR) for one in made if one and any(shape.id in marks for shape in one.shapes)
    ]
