"""What a client is told of: where it goes, how it went, and sending it again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from api.models import Client, DeliveryState, Subscription
from api.pages import typed
from api.pages.clients import client_or_404
from api.pages.edge import record, shown_once
from api.pages.typed import Problem, Wrong
from api.services import subscriptions, telling
from people.signin.fresh import sensitive
from workflows.forms import moments
from workflows.forms.refused import AnswerError
from workflows.models import EventKind
from workflows.views.edge import StaffRequest, it_page

RECENT = 50


@require_http_methods(["GET", "HEAD", "POST"])
@it_page
@sensitive("clients")
def new(request: StaffRequest, key: str) -> HttpResponse:
    """Another place to tell, for a client that does not subscribe by itself; its secret is the answer."""
    client, problems = client_or_404(key, is_living=True), list[Problem]()
    if request.method == "POST":
        try:
            return _subscribe(request, client)
        except subscriptions.BadUrl as bad:
            problems = [Problem("adress", str(bad.__doc__))]
        except subscriptions.TooMany as many:
            problems = [Problem("", str(many.__doc__))]
        except Wrong as wrong:
            problems = wrong.problems
    context = {"client": client, "kinds": EventKind.choices, "typed": request.POST, "problems": problems}
    context["chosen"] = request.POST.getlist("slag")
    return render(request, "api/subscribe.html", context, status=422 if problems else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@it_page
@sensitive("clients")
def one(request: StaffRequest, public_id: UUID) -> HttpResponse:
    """How it goes, and what one can do about it."""
    rows = Subscription.objects.select_related("client__staff").filter(public_id=public_id)
    found, problems = rows.first(), list[Problem]()
    if found is None:
        raise Http404
    if request.method == "POST":
        act = ACTS.get(request.POST.get("gor", ""))
        if act is None or found.ended_at:
            raise Http404
        try:
            return act(request, found)
        except Wrong as wrong:
            problems = wrong.problems
    waits, refused = Q(state=DeliveryState.PENDING), Q(state=DeliveryState.REFUSED)
    context = {
        "found": found,
        "kinds": [EventKind(kind).label for kind in found.kinds],
        "counts": found.deliveries.aggregate(waiting=Count("pk", filter=waits), refused=Count("pk", filter=refused)),
        "deliveries": found.deliveries.select_related("event").order_by("-event_id")[:RECENT],
        "problems": problems,
        "typed": request.POST,
    }
    return render(request, "api/subscription.html", context, status=422 if problems else 200)


def _subscribe(request: StaffRequest, client: Client) -> HttpResponse:
    url, kinds = request.POST.get("adress", "").strip(), set(request.POST.getlist("slag")) & set(EventKind.values)
    if client.subscriptions.filter(url=url, ended_at=None).exists():
        raise Wrong(Problem("adress", "Klienten får redan händelser på den adressen."))
    with transaction.atomic():
        made = subscriptions.subscribe(client=client, url=url, kinds=sorted(kinds), definitions=[], now=timezone.now())
        record(request, client, "subscribe-api-client")
    return shown_once(request, client, subscriptions.secret(made, made.generation), what="hemlighet", told=made)


def _try_out(request: StaffRequest, found: Subscription) -> HttpResponse:
    with transaction.atomic():
        telling.try_out(subscription=found, now=timezone.now())
        record(request, found.client, "try-subscription")
    messages.success(request, "Provet skickas inom några sekunder. Ladda om sidan för att se hur det gick.")
    return _to(found)


def _replay(request: StaffRequest, found: Subscription) -> HttpResponse:
    now = timezone.now()
    since = _moment(request.POST.get("sedan", ""), now)
    if not now - timedelta(days=400) <= since <= now:
        raise Wrong(Problem("sedan", "Skriv en tidpunkt som har varit."))
    with transaction.atomic():
        again = subscriptions.replay(subscription=found, since=since, now=now)
        record(request, found.client, "replay-subscription")
    messages.success(request, f"{again} händelser skickas igen, i ordning och med samma id.")
    return _to(found)


def _renew(request: StaffRequest, found: Subscription) -> HttpResponse:
    if request.POST.get("nummer") != str(found.generation):
        messages.warning(
            request, "En kollega hann före, eller så skickades sidan två gånger: hemligheten är redan bytt."
        )
        return _to(found)
    with transaction.atomic():
        row = subscriptions.renew_secret(subscription=found, now=timezone.now())
        record(request, found.client, "renew-subscription-secret")
    secret = subscriptions.secret(row, row.generation)
    return shown_once(request, found.client, secret, what="hemlighet", told=found, former_until=row.both_until)


def _end(request: StaffRequest, found: Subscription) -> HttpResponse:
    why = typed.reason(request.POST, "skal-avsluta")
    with transaction.atomic():
        subscriptions.end(subscription=found, now=timezone.now())
        record(request, found.client, "end-subscription", why)
    messages.success(request, "Inget mer skickas dit. Det som väntade är borttaget.")
    return _to(found)


ACTS: dict[str, Callable[[StaffRequest, Subscription], HttpResponse]] = {
    "prova": _try_out,
    "spela": _replay,
    "hemlighet": _renew,
    "avsluta": _end,
}


def _moment(text: str, now: datetime) -> datetime:
    try:
        return moments.moment(text, today=timezone.localdate(now))
    except AnswerError as error:
        raise Wrong(Problem("sedan", f"Tidpunkten {error}")) from None


def _to(found: Subscription) -> HttpResponse:
    return HttpResponseRedirect(reverse("api:subscription", args=[found.public_id]))
