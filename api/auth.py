"""Who calls and with what right, asked before anything else is."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from api import problems
from api.caller import Caller
from api.models import SCOPES
from api.services import clients
from workflows.services import refusals


class ApiRequest(HttpRequest):
    """A request from a known client."""

    auth: Caller


class Needs(HttpBearer):
    """A token with one right. Without the right the answer is as for what does not exist."""

    def __init__(self, scope: str = "") -> None:
        if scope and scope not in SCOPES:
            raise ValueError(scope)
        super().__init__()
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Any:
        kind, _, text = request.headers.get("Authorization", "").partition(" ")
        now = timezone.now()
        caller = clients.known(text.strip(), now=now) if kind.lower() == "bearer" else None
        if caller is None:
            raise problems.unknown_caller()
        try:
            clients.pace(caller.client, now=now)
        except clients.TooFast as fast:
            raise problems.too_fast(fast.seconds) from None
        if self.scope and not caller.may(self.scope):
            problem = problems.missing()
            note_refusal(request, caller, problem)
            raise problem
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        raise NotImplementedError


def note_refusal(request: HttpRequest, caller: object, problem: problems.Problem) -> None:
    """In the access log, where what was asked for is there and is about a person."""
    if problem.status != problems.missing().status or not isinstance(caller, Caller) or not request.resolver_match:
        return
    asked = request.resolver_match.kwargs.values()
    refusals.record(staff=caller.staff, asked=asked, is_change=request.method != "GET", now=timezone.now())
