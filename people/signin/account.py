"""How one signs in: one's second steps, signing in again for what is sensitive, and signing out everywhere."""

from __future__ import annotations

import datetime
import json
from typing import Any

from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from people import browser
from people.identities import configuration
from people.models import Staff
from people.services import accounts, attempts, sessions
from people.sessions import BEGUN, SIGNED
from people.signin import entering, factors, fresh
from web import secrecy


@never_cache
@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What one has, and what one can add."""
    told = configuration.provider(entering.how(request)["provider"])
    mine = list(Authenticator.objects.filter(user_id=request.user.pk).order_by("created_at"))
    codes = next((one for one in mine if one.type == Authenticator.Type.RECOVERY_CODES), None)
    context = {
        "provider": told.title if told else "",
        "keys": [
            {"pk": one.pk, "name": one.wrap().name, "since": one.created_at, "used": one.last_used_at}
            for one in mine
            if one.type == Authenticator.Type.WEBAUTHN
        ],
        "app": next((one for one in mine if one.type == Authenticator.Type.TOTP), None),
        "codes_left": len(codes.wrap().get_unused_codes()) if codes else 0,
        "may_remove": not _must_keep(request, mine),
        "has_password": _mine(request).has_usable_password(),
        "sessions": _open(request),
    }
    return render(request, "people/account.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@fresh.sensitive("account", when=lambda _request: True)
def add(request: HttpRequest) -> HttpResponse:
    """An app or a passkey; the codes in reserve come with the first."""
    staff = _mine(request)
    form = factors.form_of(staff, request) if request.method == "POST" else None
    if form is None or not form.is_valid():
        return render(request, "people/enrol.html", factors.offered(staff, form) | {"is_inside": True})
    with transaction.atomic():
        factors.add(staff, form, request)
        accounts.tell(staff=staff, action="add-factor", now=timezone.now())
    return redirect("people:codes")


@login_required
@require_POST
@fresh.sensitive("account")
def remove(request: HttpRequest) -> HttpResponse:
    """Never the last, where one is required."""
    mine = list(Authenticator.objects.filter(user_id=request.user.pk))
    if not _must_keep(request, mine):
        with transaction.atomic():
            get_object_or_404(Authenticator, user_id=request.user.pk, pk=_whole(request.POST.get("steg"))).delete()
            delete_dangling_recovery_codes(request.user)
            accounts.tell(staff=_mine(request), action="remove-factor", now=timezone.now())
    return redirect("mfa_index")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@fresh.sensitive("account")
def codes(request: HttpRequest) -> HttpResponse:
    """Codes in reserve, shown once; a POST makes new ones and the old are worth nothing."""
    staff = _mine(request)
    held = Authenticator.objects.filter(user=staff, type=Authenticator.Type.RECOVERY_CODES)
    if request.method == "POST" and factors.has_factor(staff):
        with transaction.atomic():
            held.delete()
            RecoveryCodes.activate(staff)
            accounts.tell(staff=staff, action="new-codes", now=timezone.now())
    found = held.first()
    told = found.wrap() if found else None
    shown: list[str] = []
    if told is not None and not told.did_view:
        shown = told.get_unused_codes()
        told.mark_as_viewed()
    return render(request, "people/codes.html", {"codes": shown, "next": _next(request)})


@login_required
@require_POST
@fresh.sensitive("account")
def everywhere(request: HttpRequest) -> HttpResponse:
    """Every session of one's own ends, this one too."""
    accounts.tell(staff=_mine(request), action="end-sessions", now=timezone.now())
    sessions.end_all(staff=_mine(request))
    logout(request)
    return redirect("people:login")


@never_cache
@sensitive_post_parameters("password", "code", "credential")
@login_required
@require_http_methods(["GET", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """For what is sensitive: there where one signed in, or with what one has here."""
    wanted, act = _next(request), request.GET.get("for", "")
    key = entering.how(request)["provider"]
    context: dict[str, Any] = {"next": wanted, "act": fresh.ACTS.get(act, ""), "error": ""}
    if told := configuration.provider(key):
        context |= {"title": told.title, "address": f"{reverse('people:begin', args=[key])}?{_words(wanted)}"}
        return render(request, "people/again.html", context)
    staff = _mine(request)
    if request.method == "POST":
        context["error"] = _wrong(staff, request)
        if not context["error"]:
            request.session[SIGNED] = int(timezone.now().timestamp())
            request.session.cycle_key()
            return HttpResponseRedirect(wanted)
    context["has_factor"] = factors.has_factor(staff)
    if Authenticator.objects.filter(user=staff, type=Authenticator.Type.WEBAUTHN).exists():
        context["js_data"] = {"request_options": webauthn.begin_authentication(staff)}
    return render(request, "people/again.html", context, status=403 if context["error"] else 200)


@never_cache
@login_required
@require_safe
def go_on(request: HttpRequest) -> HttpResponse:
    """What was sent before one had to sign in again, to be sent now."""
    waiting = request.session.pop(entering.WAITING, None)
    if not waiting or not fresh.is_fresh(request):
        return redirect("/")
    typed = {"act": fresh.ACTS[waiting["act"]], "fields": json.loads(secrecy.unseal(waiting["fields"]))}
    return render(request, "people/go_on.html", waiting | typed)


def _wrong(staff: Staff, request: HttpRequest) -> str:
    """What was wrong with the proof; '' nothing."""
    who, now = {"username": staff.username, "address": browser.address(request)}, timezone.now()
    if attempts.is_locked(**who, now=now):
        return factors.LOCKED
    if not factors.has_factor(staff):
        is_right, says = staff.check_password(request.POST.get("password", "")), "Lösenordet stämmer inte."
    elif request.POST.get("credential"):
        is_right, says = AuthenticateWebAuthnForm(user=staff, data=request.POST).is_valid(), "Nyckeln godkändes inte."
    else:
        form = factors.CodeForm(user=staff, data=request.POST)
        is_right = form.is_valid()
        says = " ".join(form.errors.get("code", []))
    if is_right:
        attempts.succeeded(**who)
        return ""
    attempts.failed(**who, now=now)
    return says


def _must_keep(request: HttpRequest, mine: list[Authenticator]) -> bool:
    steps = [one for one in mine if one.type in factors.KINDS]
    return configuration.get().local.second_factor and not entering.how(request)["provider"] and len(steps) < 2


def _open(request: HttpRequest) -> list[dict[str, Any]]:
    """Where one is signed in: since when, with what, and by whom one was let in."""
    this, now = request.session.session_key or "", timezone.now()
    found = []
    for one in sessions.of(staff=_mine(request), this=this, now=now):
        told = configuration.provider(one.told.get(entering.HOW, {}).get("provider", ""))
        begun = datetime.datetime.fromtimestamp(one.told.get(BEGUN, 0), datetime.UTC)
        browser_told = one.told.get(entering.BROWSER, "") or "Webbläsare"
        found.append({"one": one, "browser": browser_told, "by": told.title if told else "", "begun": begun})
    return found


def _mine(request: HttpRequest) -> Staff:
    if not isinstance(request.user, Staff):
        raise Http404
    return request.user


def _next(request: HttpRequest) -> str:
    return entering.safe(request, request.POST.get("next") or request.GET.get("next", ""))


def _words(wanted: str) -> str:
    return urlencode({"igen": "1", "next": wanted})


def _whole(told: str | None) -> int:
    return int(told) if told and told.isdecimal() and len(told) < 19 else 0
