"""OpenID Connect: django-allauth carries the conversation, and here each answer is judged that it takes on trust.

It neither sends a nonce nor looks at the signature of what comes over TLS; a municipality's proxy may be in between.
"""

from __future__ import annotations

from typing import Any

import jwt
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import get_random_string

from people.identities.shape import Provider

SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that nobody but the provider can make: neither none nor a secret that we too have."""
LEEWAY_SECONDS = 60
FRESH_SECONDS = 5 * 60
"""How long ago a log-in may be that was asked to be made anew."""


class Misfit(OAuth2Error):
    """What the provider says is not what it should be; in our own words, with nothing of what it said."""


class Adapter(OpenIDConnectOAuth2Adapter):
    """Whose answer is judged: issuer, audience, time and signature."""

    @property
    def openid_config(self) -> dict[str, Any]:
        found: dict[str, Any] = super().openid_config
        if found.get("issuer") != self.get_provider().app.settings["server_url"]:
            raise Misfit("the issuer is another than the one in sign_in.toml")
        return found

    def complete_login(self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any) -> SocialLogin:
        claims, told = self.said(kwargs["response"], audience=app.client_id)
        login: SocialLogin = self.get_provider().sociallogin_from_response(request, {"id_token": claims})
        login.told = {**told, **claims}
        return login

    def said(self, response: dict[str, Any], *, audience: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the tokens say, judged, and what is told beside that. Raises Misfit, RequestException."""
        id_token = response.get("id_token")
        if not id_token:
            raise Misfit("no id_token")
        with self._session() as session:
            keys = session.get(self.openid_config["jwks_uri"])
            keys.raise_for_status()
        claims = judged(id_token, keys.json(), issuer=self.openid_config["issuer"], audience=audience)
        asks = self.openid_config.get("userinfo_endpoint")
        told = self._fetch_user_info(response["access_token"]) if asks else {}
        if told and told.get("sub") != claims["sub"]:
            raise Misfit("userinfo is of somebody else")
        return claims, told

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return str(build_absolute_uri(request, reverse("people:answer", args=[self.provider_id])))

    def _session(self) -> Any:
        from allauth.socialaccount.adapter import get_adapter

        return get_adapter().get_requests_session()


class OpenIdProvider(OpenIDConnectProvider):
    """One of sign_in.toml."""

    oauth2_adapter_class = Adapter

    def begin(self, request: HttpRequest, told: Provider, *, next_url: str, anew: bool) -> Any:
        """Send the browser there; `anew`: whatever session it has there."""
        nonce = get_random_string(32)
        params = {"nonce": nonce, "ui_locales": "sv"}
        params |= {"acr_values": told.acr_values} if told.acr_values else {}
        params |= {"prompt": "login", "max_age": "0"} if anew else {}
        return self.redirect(request, "login", next_url, nonce=nonce, anew=anew, auth_params=params)

    def get_default_scope(self) -> list[str]:
        return ["openid"]

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        """Nothing about anyone is kept but who it is."""
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        return []


def judged(id_token: str, keys: dict[str, Any], *, issuer: str, audience: str) -> dict[str, Any]:
    """What a token says, when it is the issuer's, for us, of now and signed. Raises Misfit, with no word of it."""
    try:
        kid = jwt.get_unverified_header(id_token).get("kid")
        known = jwt.PyJWKSet.from_dict(keys).keys
        key = next((one for one in known if one.key_id == kid or len(known) == 1), None)
        if key is None:
            raise Misfit("signed with a key that is not the provider's")
        claims: dict[str, Any] = jwt.decode(
            id_token,
            key,
            algorithms=SIGNED_BY,
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY_SECONDS,
            options={"require": ["iss", "sub", "aud", "exp", "iat"]},
        )
    except jwt.PyJWTError as error:
        raise Misfit(type(error).__name__) from None
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != audience:
        raise Misfit("for others too, and not asked for by us")
    return claims


def is_answer(told: dict[str, Any], state: dict[str, Any], *, now: float) -> bool:
    """Whether it answers what this browser asked, and was made anew when that was asked."""
    if told.get("nonce") != state.get("nonce"):
        return False
    made = told.get("auth_time")
    return not state.get("anew") or (isinstance(made, int | float) and now - made < FRESH_SECONDS)
