"""The inbox: the list, its live update and where one lands after a task."""

import datetime
import secrets
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from people.models import Staff
from people.services import access
from tasks import lists, together, wanted, worklist
from tasks.services import watching
from workflows import onward, rights
from workflows.views.edge import StaffRequest, staff_page, uuid_of

SEARCHES = "inbox_searches"
MOST_SEARCHES = 10
LONGEST_SEARCH = 80


@dataclass(frozen=True, kw_only=True)
class Done:
    """What the confirmation says after a completed task."""

    name: str
    process_title: str
    next: list[onward.Onward]


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The way in."""
    if isinstance(request.user, Staff):
        return HttpResponseRedirect(reverse("tasks:inbox"))
    return HttpResponseRedirect("/demo/" if settings.FORLOPP_DEMO else settings.LOGIN_URL)


@require_safe
@staff_page
def inbox(request: StaffRequest) -> HttpResponse:
    """The tasks of one view, narrowed and sorted as the address says."""
    now = timezone.now()
    asked, is_start = _opened(request)
    shown = _load(request, asked, now=now)
    record(request, "list", now=now)
    choices = {"profession": request.user.roles, **lists.choices(), **wanted.CHOICES}
    context = {
        "worklist": shown,
        "done": _done(request),
        "mentions": _mentions(request, shown),
        "chips": worklist.chips(asked, choices=choices),
        "choices": {name: tuple(options.items()) for name, options in choices.items()},
        "is_start": is_start,
        "several_url": asked.address("tasks:several") if _may_choose(request, asked) else "",
    }
    return render(request, "tasks/inbox.html", context)


@require_safe
@staff_page
def listing(request: StaffRequest) -> HttpResponse:
    """Only the list, for the open page that is told or asks now and then; 204 when it would look the same."""
    now = timezone.now()
    asked = wanted_by(request)
    if request.GET.get("stampel") == worklist.stamp(request.user, asked, now=now):
        return HttpResponse(status=204)
    shown = _load(request, asked, now=now)
    return render(request, "tasks/live.html", {"worklist": shown, "mentions": _mentions(request, shown)})


@require_POST
@staff_page
def search(request: StaffRequest) -> HttpResponse:
    """Whom one looks for is kept in the session: the address knows it by a key, so that no log and no history does."""
    asked = wanted_by(request)
    text = " ".join(request.POST.get("sok", "").split())[:LONGEST_SEARCH]
    if not text:
        return HttpResponseRedirect(asked.without("sok").address())
    key = secrets.token_hex(8)
    searches = request.session.get(SEARCHES, {}) | {key: text}
    request.session[SEARCHES] = dict(list(searches.items())[-MOST_SEARCHES:])
    record(request, "search", now=timezone.now())
    return HttpResponseRedirect(replace(asked, sok=key, antal=wanted.PAGE).address())


def _opened(request: StaffRequest) -> tuple[wanted.Wanted, bool]:
    """Who asks for nothing gets what they have said that the inbox opens with."""
    start = request.user.start_page if not request.GET.keys() - {"klar"} else ""
    if not start:
        return wanted_by(request), False
    return wanted.read(dict(parse_qsl(start)), professions=request.user.professions, searches={}), True


def _may_choose(request: StaffRequest, asked: wanted.Wanted) -> bool:
    return asked.visa in ("", "mina") and rights.may_give_out(request.user)


def _load(request: StaffRequest, asked: wanted.Wanted, *, now: datetime.datetime) -> worklist.Worklist:
    """What is followed and has ended is news until it has been shown. The menu need not count again."""
    shown = worklist.load(request.user, asked, now=now)
    request.counted = shown.glance.held[""], shown.glance.stops
    access.record_listed(staff=request.user, individual_ids=shown.persons, object_type="inbox", now=now)
    if any(one.is_news for one in shown.ended):
        watching.told(by=request.user, now=now)
    return shown


def _mentions(request: StaffRequest, shown: worklist.Worklist) -> list[together.Mention]:
    return together.mentions(request.user) if shown.glance.calls else []


def wanted_by(request: StaffRequest) -> wanted.Wanted:
    """What the address asks for."""
    asked = request.GET.dict()
    searches = request.session.get(SEARCHES, {}) if "sok" in asked else {}
    return wanted.read(asked, professions=request.user.professions, searches=searches)


def record(request: StaffRequest, action: str, *, now: datetime.datetime) -> None:
    access.record(staff=request.user, individual=None, action=action, object_type="inbox", object_id="", now=now)


def _done(request: StaffRequest) -> Done | None:
    """Told from the task itself, so that a reload or a repeated click reads the same."""
    public_id = uuid_of(request.GET.get("klar"))
    found = onward.just_done(request.user, public_id) if public_id else None
    if found is None:
        return None
    task, following = found
    return Done(name=task.name, process_title=task.process_title, next=following)
