"""One's password and one's sessions: choosing the first by a code, changing it; ending one of those open."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from people import browser
from people.identities import configuration
from people.models import Staff
from people.passwords import LONGEST
from people.services import accounts, attempts, sessions
from people.services.codes import WrongCode
from people.signin import fresh
from people.signin.factors import LOCKED

WRONG_CODE = "Användarnamnet eller koden stämmer inte, eller så är koden använd eller äldre än ett dygn."


class Choosing(forms.Form):
    """A password twice, and what proves that one may choose it: the one before, or a code."""

    username = forms.CharField(max_length=150, required=False)
    proof = forms.CharField(strip=False, max_length=4096, error_messages={"required": "Fyll i det här fältet."})
    new = forms.CharField(strip=False, max_length=LONGEST, error_messages={
        "required": "Skriv ett nytt lösenord.", "max_length": f"Lösenordet får ha högst {LONGEST} tecken."
    })  # fmt: skip
    again = forms.CharField(strip=False, error_messages={"required": "Skriv det nya lösenordet en gång till."})

    def clean(self) -> dict[str, Any]:
        told = self.cleaned_data
        if "new" in told and "again" in told and told["new"] != told["again"]:
            self.add_error("again", "Lösenorden är inte lika. Skriv samma i båda fälten.")
        return told

    def is_good_for(self, staff: Staff) -> bool:
        """Whether the password stands what is asked of it; what is wrong is told at its field."""
        try:
            validate_password(self.cleaned_data["new"], staff)
        except ValidationError as problem:
            self.add_error("new", problem)
        return not self.errors


@never_cache
@sensitive_post_parameters("proof", "new", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """For who has got a code from IT."""
    if not configuration.get().local.enabled:
        raise Http404
    form = Choosing(request.POST) if request.method == "POST" else Choosing()
    if form.is_bound and form.is_valid() and _chosen(request, form):
        messages.success(request, "Ditt lösenord är valt. Logga in med det.")
        return redirect("people:login")
    return _asked(request, form, is_first=True)


def _chosen(request: HttpRequest, form: Choosing) -> bool:
    """Wrong codes are counted as wrong passwords are."""
    told, now = form.cleaned_data, timezone.now()
    who = {"username": told["username"], "address": browser.address(request)}
    if attempts.is_locked(**who, now=now):
        form.add_error(None, LOCKED)
        return False
    try:
        staff = accounts.whose(username=told["username"], code=told["proof"], now=now)
        if not form.is_good_for(staff):
            return False
        accounts.choose_password(staff=staff, code=told["proof"], password=told["new"], now=now)
    except WrongCode:
        attempts.failed(**who, now=now)
        form.add_error("proof", WRONG_CODE)
        return False
    attempts.succeeded(**who)
    return True


@never_cache
@sensitive_post_parameters("proof", "new", "again")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@fresh.sensitive("account", when=lambda _request: True)
def change(request: HttpRequest) -> HttpResponse:
    """One's own, where one has one."""
    staff = request.user
    if not isinstance(staff, Staff) or not staff.has_usable_password():
        raise Http404
    form = Choosing(request.POST) if request.method == "POST" else Choosing()
    if form.is_bound and form.is_valid() and _changed(request, form, staff, timezone.now()):
        messages.success(request, "Ditt lösenord är bytt. Alla dina andra inloggningar är avslutade.")
        return redirect("mfa_index")
    return _asked(request, form, is_first=False)


def _changed(request: HttpRequest, form: Choosing, staff: Staff, now: datetime.datetime) -> bool:
    who = {"username": staff.username, "address": browser.address(request)}
    if attempts.is_locked(**who, now=now):
        form.add_error(None, LOCKED)
    elif not staff.check_password(form.cleaned_data["proof"]):
        attempts.failed(**who, now=now)
        form.add_error("proof", "Lösenordet stämmer inte.")
    elif form.is_good_for(staff):
        accounts.change_password(
            staff=staff, password=form.cleaned_data["new"], session_key=request.session.session_key or "", now=now
        )
        update_session_auth_hash(request, staff)
        attempts.succeeded(**who)
    return not form.errors


@login_required
@require_POST
@fresh.sensitive("account")
def end(request: HttpRequest) -> HttpResponse:
    """One of one's sessions."""
    if not isinstance(request.user, Staff):
        raise Http404
    if sessions.end(staff=request.user, ref=request.POST.get("inloggning", ""), now=timezone.now()):
        accounts.tell(staff=request.user, action="end-session", now=timezone.now())
        messages.success(request, "Inloggningen är avslutad.")
    return redirect("mfa_index")


def _asked(request: HttpRequest, form: Choosing, *, is_first: bool) -> HttpResponse:
    problems = [(name if name != "__all__" else "", text) for name, told in form.errors.items() for text in told]
    context = {"typed": form["username"].value() or "", "problems": problems, "is_first": is_first}
    return render(request, "people/password.html", context, status=422 if problems else 200)
