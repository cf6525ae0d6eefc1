"""The pages of messages for IT: a day's, counted and listed without addresses; one of them, opened with a reason."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from integrations.models import Dispatch, DispatchState
from integrations.notis import templates
from integrations.pages.edge import StaffRequest, day_of, it_page, may_see
from people.plan import ContactKind
from people.services import access
from web.swedish import midnight
from workflows.models import OutboxMessage

PAGE = 50
REASONS = {
    "skyddad": "Skyddade personuppgifter",
    "avliden": "Personen har avlidit",
    "ej_medgett": "Har inte sagt ja till det",
    "saknar_adress": "Inget nummer eller ingen adress som går att använda",
    "avbojt": "Har svarat STOPP",
    "okant_nummer": "Numret finns inte",
    "okand_adress": "Adressen finns inte",
    "ej_levererat": "Leverantören kunde inte lämna det",
    "for_manga_till_en": "Taket för en mottagare är nått",
    "for_manga": "Dagens tak är nått",
    "for_lang": "Texten är för lång",
    "obehorig": "Inloggningen godkänns inte",
    "ej_uppsatt": "Ingen leverantör är inkopplad",
}
TROUBLE = (DispatchState.REFUSED, DispatchState.FAILED, DispatchState.UNKNOWN)


@require_safe
@it_page
def messages(request: StaffRequest) -> HttpResponse:
    """What was sent in a day."""
    today = timezone.localdate()
    day = min(day_of(request.GET.get("dag", "")) or today, today)
    rows = Dispatch.objects.filter(created_at__gte=midnight(day), created_at__lt=midnight(day + timedelta(days=1)))
    if not request.user.may_see_protected:
        rows = rows.filter(Q(individual=None) | Q(individual__protection="ingen"))
    counts = dict(rows.values_list("state").annotate(count=Count("pk")).order_by())
    page = Paginator(rows.order_by("-created_at", "-pk"), PAGE).get_page(request.GET.get("sida"))
    titles = templates.titles()
    context = {
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1) if day < today else None,
        "counts": [(state.label, counts.get(state.value, 0)) for state in DispatchState],
        "page": page,
        "rows": [_shown(row, titles) for row in page],
    }
    return render(request, "integrations/notis_messages.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@it_page
def message(request: StaffRequest, key: uuid.UUID) -> HttpResponse:
    """One message and what the provider has said of it; its number and text against a reason, which is logged."""
    row = Dispatch.objects.select_related("individual").filter(key=key).first()
    if row is None or not may_see(request.user, row.individual):
        raise Http404
    reason = request.POST.get("varfor", "").strip()
    if reason:
        access.record(
            staff=request.user,
            individual=row.individual,
            action="read-raw",
            object_type="dispatch",
            object_id=str(row.key),
            now=timezone.now(),
            reason=reason,
        )
    is_missing = request.method == "POST" and not reason
    context = _shown(row, templates.titles()) | {
        "reports": row.reports.order_by("received_at", "pk"),
        "is_open": bool(reason),
        "error": "Skriv varför du behöver se innehållet." if is_missing else "",
        "has_call": OutboxMessage.objects.filter(key=row.key).exists(),
    }
    return render(request, "integrations/notis_message.html", context, status=422 if is_missing else 200)


# -- inside ------------------------------------------------------------------------------------------------------------


def _shown(row: Dispatch, titles: Mapping[str, str]) -> dict[str, Any]:
    return {
        "row": row,
        "title": titles.get(row.template, row.template or "Okänd mall"),
        "to": _receiver(row.receiver),
        "state": DispatchState(row.state).label,
        "is_trouble": row.state in TROUBLE,
        "is_done": row.state == DispatchState.DELIVERED,
        "reason": REASONS.get(row.reason, f"Felkod {row.reason}" if row.reason else ""),
    }


def _receiver(told: str) -> str:
    """ "anhorig" is Anhörig, "brevlada:norr" is Brevlådan norr."""
    if told == "person":
        return ContactKind.SELF.label
    kind, _, name = told.partition(":")
    return f"Brevlådan {name}" if name else dict(ContactKind.choices).get(kind, "Okänd mottagare")
