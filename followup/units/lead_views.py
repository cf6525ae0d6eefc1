"""What the chef of a unit needs in one look: how much there is to do, what is late or stands still, how it goes."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from followup import asked, choice, drawn
from followup.figures import FEW
from followup.units import balance, mine
from followup.units.going import Going
from web.addresses import url
from workflows import rights
from workflows.views.edge import StaffRequest, staff_page


@require_safe
@staff_page
def home(request: StaffRequest) -> HttpResponse:
    """To the first, by name, of the units that one leads or follows."""
    led = mine.all_followed(request.user, now=timezone.now())
    if not led:
        raise Http404
    return HttpResponseRedirect(url("followup:unit", led[0].key))


@require_safe
@staff_page
def show(request: StaffRequest, key: str) -> HttpResponse:
    now = timezone.now()
    unit = mine.followed(request.user, key, now=now)
    today = timezone.localdate(now)
    period = choice.read({}, today=today)
    months = asked.read({"enhet": unit.key}, today=today)
    going = Going(unit, now, lambda config: rights.is_shown(request.user, config))
    found = balance.load(unit, now=now)
    done = going.done(period)
    context = {
        "unit": unit,
        "leads": rights.may_lead(request.user),
        "places": mine.all_followed(request.user, now=now),
        "balance": found,
        "going": going,
        "done": done,
        "effects": going.effects(months),
        "period": period,
        "months": months,
        "of_unit": urlencode({"enhet": unit.key}),
        "few": FEW,
        "chart_days": drawn.counts("Klara per dag", [(drawn.day(one.day), one.done) for one in found.days]),
        "chart_piles": drawn.counts("Att göra per profession", [(pile.profession, pile.open) for pile in found.busy]),
        "chart_done": drawn.waits_of("Per förlopp", [one.group for one in done]),
    }
    return render(request, "followup/unit.html", context)
