"""What a log-in leads to: a session that says how it was made, and the uppdrag in which one acts."""

from __future__ import annotations

import logging
from dataclasses import asdict, dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from people import useragents
from people.identities import configuration
from people.identities.mapping import Identity, Refused, TooWeak
from people.models import Assignment, Staff
from people.sessions import BEGUN, COMMISSION, LEVEL, SIGNED

log = logging.getLogger(__name__)

BACKEND = "people.backends.StaffBackend"
HOW = "sign_in"
"""In the session: the provider, and the uppdrag that it offers."""
WAITING = "waiting"
"""In the session: what was sent, to be sent once more when one has signed in again."""
HIGHEST = 4
BROWSER = "browser"
"""In the session: with what it was, as one's list of sessions says."""
UNCHOSEN = "?"
"""Instead of an uppdrag, until one is chosen: nothing is held in it."""
Offer = dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Entrance:
    """How somebody came in; `provider` '' is an account of our own."""

    provider: str = ""
    level: int = 0
    offered: list[Offer] = field(default_factory=list)


def offered(staff: Staff, source: str, identity: Identity) -> list[Offer]:
    """The uppdrag that the log-in is sure enough for. Raises TooWeak when it is for none."""
    held: dict[str, list[Assignment]] = {}
    for one in Assignment.objects.filter(staff=staff, source=source, valid_to=None).select_related(
        "profession", "unit"
    ):
        held.setdefault(one.commission, []).append(one)
    sure = [
        told
        for told in (one.offered() for one in identity.commissions)
        if any(configuration.enough(one.profession.sphere, identity.level) for one in held.get(told["key"], ()))
    ]
    if not sure:
        raise TooWeak
    for told in sure:
        told["unit"] = held[told["key"]][0].unit.name
        told["name"] = told["name"] or told["unit"]
        told["roles"] = ", ".join(dict.fromkeys(one.profession.name for one in held[told["key"]]))
    return sure


def keep(request: HttpRequest) -> None:
    """What goes along to the session of a new log-in, when it is the same person's."""
    if request.user.is_authenticated:
        request.kept = request.user.pk, _kept(request)  # type: ignore[attr-defined]


def _kept(request: HttpRequest) -> dict[str, Any]:
    return {"chosen": request.session.get(COMMISSION, ""), "waiting": request.session.get(WAITING)}


def kept(request: HttpRequest, staff: Staff) -> dict[str, Any]:
    whose, what = getattr(request, "kept", (None, {}))
    return what if whose == staff.pk else {}


def enter(request: HttpRequest, entrance: Entrance, kept: dict[str, Any]) -> None:
    """Write down how it was; the only uppdrag is chosen at once, and so is that which one acted in."""
    request.session[HOW] = asdict(entrance)
    request.session[BEGUN] = request.session[SIGNED] = int(timezone.now().timestamp())
    if kept.get("waiting"):
        request.session[WAITING] = kept["waiting"]
    request.session[LEVEL] = entrance.level
    request.session[BROWSER] = useragents.name(request.headers.get("User-Agent", ""))
    log.info("signed in: staff %s by %s, level %s", request.user.pk, entrance.provider or "lokal", entrance.level)
    keys = [one["key"] for one in entrance.offered]
    if len(keys) == 1:
        request.session[COMMISSION] = keys[0]
    elif keys:
        request.session[COMMISSION] = kept["chosen"] if kept.get("chosen") in keys else UNCHOSEN


def choose(request: HttpRequest, key: str) -> bool:
    """Act in one of the uppdrag that were offered; under a new key, as at a log-in. False when it was not."""
    if key not in [one["key"] for one in how(request)["offered"]]:
        return False
    request.session[COMMISSION] = key
    request.session.cycle_key()
    return True


def how(request: HttpRequest) -> dict[str, Any]:
    """How one came in."""
    return {**asdict(Entrance()), **request.session.get(HOW, {})}


def onward(request: HttpRequest, wanted: str) -> str:
    """Where a log-in leads: to the choice of an uppdrag, when there is one."""
    wanted = safe(request, wanted)
    if request.session.get(COMMISSION) == UNCHOSEN:
        return f"{reverse('people:commission')}?{urlencode({'next': wanted})}"
    return wanted


def safe(request: HttpRequest, wanted: str) -> str:
    """An address of our own, else the first page."""
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return "/"


def refusal(request: HttpRequest, refused: Refused, status: int) -> HttpResponse:
    """A page that says what to do; nothing of who tried."""
    return render(request, "people/refused.html", {"says": str(refused)}, status=status)
