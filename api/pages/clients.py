"""The systems that may call: all of them, one of them, letting one in, another token, and taking it away."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Max, Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from api.models import EVERY, SCOPES, Client
from api.pages import typed
from api.pages.edge import record, shown_once
from api.pages.typed import Problem, Wrong
from api.services import clients
from people.models import Unit
from people.signin.fresh import sensitive
from workflows.models import ProcessDefinition
from workflows.views.edge import StaffRequest, it_page

SOON = timedelta(days=30)


@require_safe
@it_page
def index(request: StaffRequest) -> HttpResponse:
    """Who may call, and when they last did."""
    now = timezone.now()
    living = Q(subscriptions__ended_at=None, subscriptions__isnull=False)
    rows = Client.objects.select_related("staff").annotate(
        used_at=Max("tokens__used_at"),
        expires_at=Max("tokens__expires_at"),
        told=Count("subscriptions", filter=living, distinct=True),
        silent=Count("subscriptions", filter=living & Q(subscriptions__failures__gt=0), distinct=True),
    )
    found = [(client, verdict(client, client.expires_at, now=now)) for client in rows.order_by("revoked_at", "key")]
    return render(request, "api/clients.html", {"clients": found})


@require_http_methods(["GET", "HEAD", "POST"])
@it_page
@sensitive("clients")
def new(request: StaffRequest) -> HttpResponse:
    """Let a system in; its first token is the answer."""
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            return _add(request)
        except Wrong as wrong:
            problems = wrong.problems
    start = {"takt": "600", "stot": "60", "dagar": "365"}
    return _form(request, problems, start, client=None)


@require_http_methods(["GET", "HEAD", "POST"])
@it_page
@sensitive("clients")
def change(request: StaffRequest, key: str) -> HttpResponse:
    """Other rights, another reach or pace."""
    client, problems = client_or_404(key, is_living=True), list[Problem]()
    if request.method == "POST":
        try:
            with transaction.atomic():
                clients.change(client=client, wanted=typed.wanted(request.POST, client))
                record(request, client, "change-api-client")
        except Wrong as wrong:
            problems = wrong.problems
        except clients.CannotAdd as problem:
            problems = [Problem("", str(problem))]
        else:
            messages.success(request, "Ändringen gäller från och med nästa anrop.")
            return _to(client)
    start = {"takt": str(client.per_minute), "stot": str(client.burst), "avsandare": client.source}
    return _form(request, problems, start, client=client)


@require_http_methods(["GET", "HEAD", "POST"])
@it_page
@sensitive("clients")
def one(request: StaffRequest, key: str) -> HttpResponse:
    """A client: what it may, its tokens, and what it is told of."""
    client, problems, now = client_or_404(key), list[Problem](), timezone.now()
    if request.method == "POST":
        acts = {"byt": _rotate, "aterkalla": _revoke}
        act = acts.get(request.POST.get("gor", ""))
        if act is None or client.revoked_at:
            raise Http404
        try:
            return act(request, client)
        except Wrong as wrong:
            problems = wrong.problems
    tokens = list(client.tokens.order_by("-pk")[:10])
    context = {
        "client": client,
        "verdict": verdict(client, max((token.expires_at for token in tokens), default=None), now=now),
        "tokens": [(token, token.expires_at > now) for token in tokens],
        "latest": tokens[0].pk if tokens else 0,
        "scopes": [(scope, SCOPES.get(scope, "")) for scope in client.scopes],
        "definitions": _names(ProcessDefinition.objects.values_list("key", "title"), client.definitions),
        "units": _names(Unit.objects.values_list("key", "name"), client.units),
        "subscriptions": client.subscriptions.order_by("ended_at", "pk")[:50],
        "problems": problems,
        "typed": request.POST,
    }
    return render(request, "api/client.html", context, status=422 if problems else 200)


def verdict(client: Client, expires_at: datetime | None, *, now: datetime) -> tuple[str, str]:
    """Whether it gets in: the look of a tag, and a word."""
    if client.revoked_at:
        return "", "Återkallad"
    if expires_at is None or expires_at <= now:
        return "late", "Inget giltigt token"
    if expires_at - now < SOON:
        return "today", "Token går snart ut"
    return "done", "Släpps in"


def client_or_404(key: str, *, is_living: bool = False) -> Client:
    found = Client.objects.select_related("staff").filter(key=key).first()
    if found is None or (is_living and found.revoked_at):
        raise Http404
    return found


def _form(request: StaffRequest, problems: list[Problem], start: dict[str, str], client: Client | None) -> HttpResponse:
    is_sent = request.method == "POST"
    chosen = {
        "ratt": request.POST.getlist("ratt") if is_sent else client.scopes if client else [],
        "forlopp": request.POST.getlist("forlopp") if is_sent else client.definitions if client else [],
        "enheter": request.POST.getlist("enheter") if is_sent else client.units if client else [],
    }
    context = {
        "client": client,
        "typed": request.POST if is_sent else start,
        "chosen": chosen,
        "problems": problems,
        **typed.choices(),
    }
    return render(request, "api/client_form.html", context, status=422 if problems else 200)


def _add(request: StaffRequest) -> HttpResponse:
    wanted, now = typed.wanted(request.POST), timezone.now()
    try:
        with transaction.atomic():
            expires_at = now + typed.days(request.POST, "dagar")
            client, token = clients.add(wanted=wanted, expires_at=expires_at, now=now)
            record(request, client, "add-api-client")
    except clients.CannotAdd as problem:
        raise Wrong(Problem("nyckel", str(problem))) from None
    return shown_once(request, client, token, what="token", until=expires_at)


def _rotate(request: StaffRequest, client: Client) -> HttpResponse:
    now, latest = timezone.now(), request.POST.get("sista", "")
    overlap, expires_at = typed.days(request.POST, "overlapp"), now + typed.days(request.POST, "dagar")
    try:
        with transaction.atomic():
            known = int(latest) if latest.isdecimal() and len(latest) < 19 else 0
            token = clients.rotate(client=client, expires_at=expires_at, overlap=overlap, latest=known, now=now)
            record(request, client, "rotate-api-client")
    except clients.Superseded as late:
        messages.warning(request, str(late.__doc__))
        return _to(client)
    return shown_once(request, client, token, what="token", until=expires_at, former_until=now + overlap)


def _revoke(request: StaffRequest, client: Client) -> HttpResponse:
    why = typed.reason(request.POST, "skal-aterkalla")
    with transaction.atomic():
        clients.revoke(client=client, now=timezone.now())
        record(request, client, "revoke-api-client", why)
    messages.success(request, f"{client.staff} släpps inte in längre. Det som klienten har gjort står kvar.")
    return _to(client)


def _names(rows: Any, keys: list[str]) -> list[str]:
    """What they are called; [] is every one."""
    return [] if EVERY in keys else [title for key, title in rows if key in keys]


def _to(client: Client) -> HttpResponse:
    return HttpResponseRedirect(reverse("api:client", args=[client.key]))
