"""Signing in by somebody who knows who one is, and choosing the uppdrag in which one acts."""

from __future__ import annotations

import logging
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from requests import RequestException

from people.identities import configuration
from people.identities.mapping import Refused
from people.identities.shape import Provider
from people.sessions import COMMISSION
from people.signin import entering
from people.signin.oidc import Adapter

log = logging.getLogger(__name__)


class NoAnswer(Refused):
    """Inloggningstjänsten svarar inte just nu. Försök igen om en stund, och ring kommunens IT om det inte hjälper."""

    code = "no_answer"


class NotOffered(Refused):
    """Det uppdraget är inte ditt i dag. Välj ett av dem som visas, eller logga in på nytt."""

    code = "not_offered"


@never_cache
@require_safe
def begin(request: HttpRequest, provider: str) -> HttpResponse:
    """Leads to the provider. A link and not a form: our pages may send forms nowhere but to ourselves."""
    told = configuration.provider(provider)
    if told is None:
        raise Http404
    wanted = entering.safe(request, request.GET.get("next", ""))
    found = get_adapter(request).get_provider(request, provider)
    try:
        answer: HttpResponse = found.begin(request, told, next_url=wanted, anew="igen" in request.GET)
    except (RequestException, OAuth2Error):
        return entering.refusal(request, NoAnswer(), 503)
    return answer


@never_cache
@require_safe
def answer(request: HttpRequest, provider: str) -> HttpResponse:
    """Where the provider sends the browser back."""
    told = configuration.provider(provider)
    if told is None or told.kind != "oidc":
        raise Http404
    try:
        found: HttpResponse = OAuth2CallbackView.adapter_view(Adapter(request, provider))(request)
    except RequestException:
        return entering.refusal(request, NoAnswer(), 503)
    return found


@csrf_exempt  # another site posts it; what is in it is signed, and judged where our own session is seen
@require_POST
def posted(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """Where a SAML provider lets the browser post its answer."""
    _saml(organization_slug)
    from allauth.socialaccount.providers.saml.views import ACSView

    found: HttpResponse = ACSView.as_view()(request, organization_slug=organization_slug)
    return found


@never_cache
@require_safe
def finish(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """What was posted, with the session of the browser."""
    told = _saml(organization_slug)
    from people.signin import saml

    provider = get_adapter(request).get_provider(request, organization_slug)
    try:
        return saml.finish(request, organization_slug, told, provider)
    except Refused as refused:
        log.warning("sign-in by %s refused: %s", organization_slug, refused.code)
        return entering.refusal(request, refused, 403)
    except (saml.Misfit, PermissionDenied) as problem:
        reason = str(problem) or "not what this browser asked for"
        log.warning("sign-in by %s failed: %s", organization_slug, reason)
        return entering.refusal(request, Refused(), 401)


@never_cache
@require_safe
def about_us(request: HttpRequest, organization_slug: str) -> HttpResponse:
    """What a SAML provider must know of us."""
    told = _saml(organization_slug)
    from people.signin import saml

    return HttpResponse(saml.metadata(request, organization_slug, told), content_type="application/samlmetadata+xml")


def _saml(key: str) -> Provider:
    told = configuration.provider(key)
    if told is None or told.kind != "saml":
        raise Http404
    return told


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def commission(request: HttpRequest) -> HttpResponse:
    """One button for each uppdrag; what one may see follows from the choice."""
    offered: list[Any] = entering.how(request)["offered"]
    if request.method == "POST":
        if not entering.choose(request, request.POST.get("uppdrag", "")):
            return entering.refusal(request, NotOffered(), 403)
        return HttpResponseRedirect(entering.safe(request, request.POST.get("next", "")))
    context = {
        "offered": offered,
        "chosen": request.session.get(COMMISSION, ""),
        "next": entering.safe(request, request.GET.get("next", "")),
    }
    return render(request, "people/commission.html", context)
