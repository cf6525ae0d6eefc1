"""Signing out there too: where the provider lets one leave its own session (OpenID Connect RP-Initiated Logout)."""

from __future__ import annotations

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from requests import RequestException

from people.identities import configuration
from people.signin import entering
from people.signin.oidc import Adapter


def elsewhere(request: HttpRequest) -> tuple[str, str]:
    """The title of the provider that one came in by and the address to leave it; '' when there is none.

    Told without the token of the log-in, which would put a name in an address: the provider may ask one to confirm.
    """
    key = entering.how(request)["provider"]
    told = configuration.provider(key) if key else None
    if told is None or told.kind != "oidc":
        return "", ""
    try:
        address = Adapter(request, key).openid_config.get("end_session_endpoint", "")
    except (RequestException, OAuth2Error):
        return "", ""
    back = request.build_absolute_uri(reverse("people:login"))
    asked = urlencode({"client_id": told.client_id, "post_logout_redirect_uri": back})
    return told.title, f"{address}{'&' if '?' in address else '?'}{asked}" if address else ""
