"""IT's pages of accounts: who has one, making one, a code for a password, what is held, closing and opening."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from people import selectors
from people.identities import configuration
from people.models import Assignment, DirectoryEntry, Profession, Staff, StaffKind, Unit
from people.services import accounts
from people.signin import fresh
from web.views import IT

MOST = 100
View = Callable[..., HttpResponseBase]
Problem = tuple[str, str]


class Wrong(Exception):
    """What was typed cannot be taken: the control and a sentence for each."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(len(problems))
        self.problems = list(problems)


def for_it(view: View) -> View:
    """To others the page is not there."""

    @never_cache
    @login_required
    @wraps(view)
    def wrapped(request: HttpRequest, *words: Any, **named: Any) -> HttpResponseBase:
        if not isinstance(request.user, Staff) or IT not in request.user.roles:
            raise Http404
        return view(request, *words, **named)

    return wrapped


@for_it
@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Accounts of our own; a POST looks among all, also those that the directory or a provider tells of."""
    sought = request.POST.get("sok", "").strip()[:100]
    found = _all()
    for word in sought.split():
        found = found.filter(selectors.named_like(word, "first_name", "last_name", "username"))
    if not sought:
        found = found.filter(Q(has_code=True) | Q(is_told_of=False) | ~Q(password__startswith=UNUSABLE_PASSWORD_PREFIX))
    rows = list(found.order_by("-is_active", "last_name", "first_name", "pk")[: MOST + 1])
    context = {"accounts": rows[:MOST], "are_more": len(rows) > MOST, "most": MOST, "sought": sought}
    return render(request, "people/accounts.html", context)


@for_it
@require_http_methods(["GET", "HEAD", "POST"])
@fresh.sensitive("accounts")
def new(request: HttpRequest) -> HttpResponse:
    """The answer is the code, which no other page can show."""
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            return _added(request)
        except Wrong as wrong:
            problems = wrong.problems
    context = {"problems": problems, "typed": request.POST, **_choices()}
    return render(request, "people/account_new.html", context, status=422 if problems else 200)


@for_it
@require_http_methods(["GET", "HEAD", "POST"])
@fresh.sensitive("accounts")
def one(request: HttpRequest, public_id: str) -> HttpResponse:
    """What there is to know of it, and what IT may do with it."""
    staff = get_object_or_404(_all(), public_id=public_id)
    problems: list[Problem] = []
    if request.method == "POST":
        act = ACTS.get(request.POST.get("gor", ""))
        if act is None:
            raise Http404
        try:
            return act(request, staff)
        except Wrong as wrong:
            problems = wrong.problems
        except accounts.OneOwn as own:
            problems = [("", str(own.__doc__))]
    today = timezone.localdate()
    steps = list(Authenticator.objects.filter(user=staff).values_list("type", flat=True))
    held = Assignment.objects.current(today).filter(staff=staff).select_related("profession", "unit")
    ours = set(accounts.ours(staff, today).values_list("pk", flat=True))
    context = {
        "account": staff,
        "problems": problems,
        "typed": request.POST,
        "has_password": staff.has_usable_password(),
        "code": getattr(staff, "password_code", None),
        "keys": steps.count(Authenticator.Type.WEBAUTHN),
        "has_app": Authenticator.Type.TOTP in steps,
        "told_by": _told_by(staff),
        "held": [(one, one.pk in ours) for one in held],
        "is_own": staff.pk == request.user.pk,
        **_choices(),
    }
    return render(request, "people/account_of.html", context, status=422 if problems else 200)


def _all() -> QuerySet[Staff]:
    told = Exists(DirectoryEntry.objects.filter(staff=OuterRef("pk"), removed_at=None))
    linked = Exists(SocialAccount.objects.filter(user=OuterRef("pk")))
    people = Staff.objects.filter(kind=StaffKind.PERSON).select_related("password_code")
    return people.annotate(is_told_of=told | linked, has_code=Q(password_code__until__gt=timezone.now()))


def _told_by(staff: Staff) -> list[str]:
    """Who else says that they are here, in words."""
    providers = SocialAccount.objects.filter(user=staff).values_list("provider", flat=True)
    found = [told.title for key in providers if (told := configuration.provider(key))]
    is_in = DirectoryEntry.objects.filter(staff=staff, removed_at=None).exists()
    return [*found, *(["kommunens katalog"] if is_in else [])]


def _choices() -> dict[str, Any]:
    return {
        "professions": list(Profession.objects.values_list("key", "name")),
        "units": list(Unit.objects.values_list("key", "name")),
    }


def _added(request: HttpRequest) -> HttpResponse:
    typed = {name: " ".join(request.POST.get(name, "").split()) for name in LONGEST}
    problems = [(name, NEEDED[name]) for name in NEEDED if not typed[name]]
    problems += [(name, f"Högst {most} tecken.") for name, most in LONGEST.items() if len(typed[name]) > most]
    if typed["anvandarnamn"] and not USERNAME.fullmatch(typed["anvandarnamn"]):
        problems.append(("anvandarnamn", "Använd bokstäver, siffror och @ . + - _, utan mellanrum."))
    if problems:
        raise Wrong(*problems)
    by, now = _by(request), timezone.now()
    names = {"given_name": typed["fornamn"], "family_name": typed["efternamn"], "title": typed["titel"]}
    held = request.POST.get("profession", ""), request.POST.get("enhet", "")
    try:
        with transaction.atomic():
            staff = accounts.add(username=typed["anvandarnamn"], **names, by=by, now=now)
            if any(held):
                accounts.give(staff=staff, profession=held[0], unit=held[1], by=by, now=now)
            code = accounts.give_code(staff=staff, by=by, now=now)
    except accounts.Taken as taken:
        raise Wrong(("anvandarnamn", str(taken.__doc__))) from None
    except accounts.NotHere:
        raise Wrong(("profession", NOT_HERE)) from None
    return _shown(request, staff, code)


def _code(request: HttpRequest, staff: Staff) -> HttpResponse:
    if not staff.is_active:
        raise Wrong(("", "Kontot är stängt. Öppna det först."))
    forgets = request.POST.get("glom") == "ja"
    return _shown(
        request, staff, accounts.give_code(staff=staff, by=_by(request), now=timezone.now(), forgets_steps=forgets)
    )


def _close(request: HttpRequest, staff: Staff) -> HttpResponse:
    accounts.close(staff=staff, why=_why(request), by=_by(request), now=timezone.now())
    messages.success(request, "Kontot är stängt, och alla dess inloggningar är avslutade.")
    return _to(staff)


def _reopen(request: HttpRequest, staff: Staff) -> HttpResponse:
    accounts.reopen(staff=staff, why=_why(request), by=_by(request), now=timezone.now())
    messages.success(request, "Kontot är öppet igen.")
    return _to(staff)


def _give(request: HttpRequest, staff: Staff) -> HttpResponse:
    told = request.POST.get("profession", ""), request.POST.get("enhet", "")
    try:
        accounts.give(staff=staff, profession=told[0], unit=told[1], by=_by(request), now=timezone.now())
    except accounts.NotHere:
        raise Wrong(("profession", NOT_HERE)) from None
    messages.success(request, "Uppdraget gäller från och med i dag.")
    return _to(staff)


def _take(request: HttpRequest, staff: Staff) -> HttpResponse:
    told = request.POST.get("uppdrag", "")
    key = int(told) if told.isdecimal() and len(told) < 19 else 0
    if accounts.take(staff=staff, key=key, by=_by(request), now=timezone.now()):
        messages.success(request, "Uppdraget är borttaget.")
    return _to(staff)


def _protected(request: HttpRequest, staff: Staff) -> HttpResponse:
    may = not staff.may_see_protected
    accounts.see_protected(staff=staff, may=may, why=_why(request), by=_by(request), now=timezone.now())
    messages.success(request, "Rätten är ändrad.")
    return _to(staff)


def _shown(request: HttpRequest, staff: Staff, code: str) -> HttpResponse:
    until = timezone.now() + accounts.CODE_LASTS
    return render(request, "people/account_code.html", {"account": staff, "code": code, "until": until})


def _why(request: HttpRequest) -> str:
    told = " ".join(request.POST.get("skal", "").split())
    if not told:
        raise Wrong((f"skal-{request.POST['gor']}", "Skriv varför."))
    return told[:500]


def _by(request: HttpRequest) -> Staff:
    if not isinstance(request.user, Staff):
        raise Http404
    return request.user


def _to(staff: Staff) -> HttpResponse:
    return redirect("people:account", staff.public_id)


USERNAME = re.compile(r"[\w.@+-]+")
NOT_HERE = "Välj både en profession och en enhet."
NEEDED = {
    "anvandarnamn": "Skriv ett användarnamn.",
    "fornamn": "Skriv förnamnet.",
    "efternamn": "Skriv efternamnet.",
}
LONGEST = {"anvandarnamn": 150, "fornamn": 150, "efternamn": 150, "titel": 120}
ACTS: dict[str, Callable[[HttpRequest, Staff], HttpResponse]] = {
    "kod": _code,
    "stang": _close,
    "oppna": _reopen,
    "ge": _give,
    "ta": _take,
    "skyddade": _protected,
}
