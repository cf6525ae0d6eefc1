"""What is so sensitive that one signs in again for it, when it was a while ago; here they all are."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from people.identities import configuration
from people.sessions import SIGNED
from people.signin.entering import WAITING
from web import secrecy

ACTS = {
    "publish": "publicera ett förlopp",
    "dismiss": "avskriva ett meddelande",
    "bulk": "ändra flera ärenden på en gång",
    "export": "hämta ut uppgifter om människor",
    "account": "ändra hur du loggar in",
    "accounts": "ändra någons konto",
    "clients": "ändra vilka system som får anropa",
}
View = Callable[..., HttpResponseBase]


def sensitive(act: str, *, when: Callable[[HttpRequest], bool] | None = None) -> Callable[[View], View]:
    """For a view: a POST asks for a fresh log-in, or what `when` says does. Nothing that was typed is lost."""
    if act not in ACTS:
        raise KeyError(act)

    def guarded(view: View) -> View:
        @wraps(view)
        def guard(request: HttpRequest, *words: Any, **named: Any) -> HttpResponseBase:
            asks = when(request) if when else request.method == "POST"
            if not asks or is_fresh(request):
                return view(request, *words, **named)
            return _sign_in_again(request, act)

        guard.sensitive = act  # type: ignore[attr-defined]
        return guard

    return guarded


def is_fresh(request: HttpRequest) -> bool:
    """The demo has no log-in to make again."""
    if settings.FORLOPP_DEMO or not request.user.is_authenticated:
        return True
    signed = request.session.get(SIGNED, 0)
    return bool(timezone.now().timestamp() - signed < configuration.get().session.fresh_minutes * 60)


def _sign_in_again(request: HttpRequest, act: str) -> HttpResponseRedirect:
    wanted = request.get_full_path()
    if request.method == "POST":
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
        fields = [one for one in fields if one[0] != "csrfmiddlewaretoken"]
        # What was typed may be about somebody, and lies in the database until one has signed in again.
        request.session[WAITING] = {"path": wanted, "fields": secrecy.seal(json.dumps(fields)), "act": act}
        wanted = reverse("people:go_on")
    return HttpResponseRedirect(f"{reverse('people:again')}?{urlencode({'next': wanted, 'for': act})}")
