"""A person signs in to what is theirs: the conversation that staff's sign-in has, judged alike, and nothing else of it.

No account, no link, no session: what comes out is what the broker said, and what goes in is kept by the browser alone.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.utils import build_absolute_uri
from django.core import signing
from django.http import HttpRequest
from django.utils.crypto import get_random_string
from requests import RequestException

from people.identities.shape import Broker
from people.signin.oidc import Adapter, Misfit, OpenIdProvider

LONGEST_SECONDS = 10 * 60
"""So long somebody may take to show who they are."""
SALT = "people.signin.persons"


class Failed(Exception):
    """It is not known who it is. The text is ours, with nothing of what was said."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a broker was asked, by which its answer is known; for the browser that asked to keep, signed."""

    broker: str
    state: str
    nonce: str
    verifier: str

    def kept(self) -> str:
        return signing.dumps(asdict(self), salt=SALT)


class _Adapter(Adapter):
    """Of a broker, whom the providers of staff do not know; `back` is where it sends the browser."""

    def __init__(self, request: HttpRequest, key: str, told: Broker, back: str) -> None:
        super().__init__(request, key)
        self.app, self.back = _app(key, told), back

    def get_provider(self) -> Any:
        return OpenIdProvider(self.request, app=self.app)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return str(build_absolute_uri(request, self.back))


def begin(request: HttpRequest, key: str, told: Broker, *, back: str) -> tuple[str, Asked]:
    """The address that leads to the broker, and what was asked. Raises Failed."""
    proof = generate_code_challenge()
    asked = Asked(
        broker=key, state=get_random_string(32), nonce=get_random_string(32), verifier=proof.pop("code_verifier")
    )
    params = {"nonce": asked.nonce, "prompt": "login", "ui_locales": "sv", **proof}
    params |= {"acr_values": told.acr_values} if told.acr_values else {}
    adapter = _Adapter(request, key, told, back)
    try:
        client = adapter.get_client(request, adapter.app)
        client.state = asked.state
        return client.get_redirect_url(adapter.authorize_url, told.scope.split(), params), asked
    except (RequestException, OAuth2Error, KeyError, ValueError) as error:
        raise Failed(_reason(error)) from None


def answered(request: HttpRequest, key: str, told: Broker, *, back: str, kept: str) -> dict[str, Any]:
    """What the broker says of who it is: an answer to what this browser asked, and of now. Raises Failed."""
    asked = _asked(kept)
    if asked is None or asked.broker != key or request.GET.get("state") != asked.state:
        raise Failed("not what this browser asked for")
    if "error" in request.GET or not request.GET.get("code"):
        raise Failed("broken off")
    adapter = _Adapter(request, key, told, back)
    try:
        client = adapter.get_client(request, adapter.app)
        response = client.get_access_token(request.GET["code"], pkce_code_verifier=asked.verifier)
        claims, more = adapter.said(response, audience=told.client_id)
    except (RequestException, OAuth2Error, KeyError, ValueError) as error:
        raise Failed(_reason(error)) from None
    if claims.get("nonce") != asked.nonce:
        raise Failed("not what this browser asked for")
    return {**more, **claims}


def _asked(kept: str) -> Asked | None:
    try:
        return Asked(**signing.loads(kept, salt=SALT, max_age=LONGEST_SECONDS))
    except (signing.BadSignature, TypeError):
        return None


def _reason(error: Exception) -> str:
    """Only our own words: what others say may hold anything."""
    return str(error) if isinstance(error, Misfit) else type(error).__name__


def _app(key: str, told: Broker) -> SocialApp:
    return SocialApp(
        provider="openid_connect",
        provider_id=key,
        name=told.title,
        client_id=told.client_id,
        secret=told.client_secret,
        settings={"server_url": told.issuer, "oauth_pkce_enabled": True, "scope": told.scope.split()},
    )
