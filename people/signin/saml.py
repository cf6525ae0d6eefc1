"""SAML 2.0: python3-saml judges what an identity provider answers, django-allauth remembers what was asked."""

from __future__ import annotations

import binascii
import datetime
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from allauth.core.internal import httpkit
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.saml.provider import SAMLProvider
from allauth.socialaccount.sessions import LoginSession
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from lxml import etree
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants
from onelogin.saml2.errors import OneLogin_Saml2_Error
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.settings import OneLogin_Saml2_Settings

from people.identities.mapping import Nameless
from people.identities.shape import Provider
from people.services import attempts

POSTED = "saml_acs_session", "saml-acs-session"
"""Where what was posted from another site waits, until a page of our own may see the browser's session."""
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
INSTANT = "{urn:oasis:names:tc:SAML:2.0:assertion}AuthnStatement"
KEPT = datetime.timedelta(hours=24)
"""Longer than any assertion holds."""


class Misfit(Exception):
    """What the provider says is not what it should be; in our own words, with nothing of what it said."""


class SamlProvider(SAMLProvider):
    """One of sign_in.toml."""

    def begin(self, request: HttpRequest, told: Provider, *, next_url: str, anew: bool) -> HttpResponse:
        """Send the browser there; `anew`: whatever session it has there."""
        auth = _auth(request, self.app.provider_id, told)
        address = auth.login(return_to="", force_authn=anew)
        self.stash_redirect_state(request, "login", next_url, None, state_id=auth.get_last_request_id(), anew=anew)
        return HttpResponseRedirect(address)

    def extract_uid(self, data: OneLogin_Saml2_Auth) -> str:
        """The HSA-id, else a name of theirs that lasts. Raises Nameless."""
        told: Provider = self.app.settings["told"]
        found = data.get_attributes().get(told.claims.hsa_id) or [""]
        lasting = "" if data.get_nameid_format() == TRANSIENT else data.get_nameid()
        uid = str(found[0] or lasting or "")
        if not uid:
            raise Nameless
        return uid

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        """Nothing about anyone is kept but who it is."""
        return {}

    def extract_common_fields(self, data: Any) -> dict[str, Any]:
        return {}


def finish(request: HttpRequest, key: str, told: Provider, provider: SamlProvider) -> HttpResponse:
    """What was posted, judged; once, and only where it was asked for. Raises Misfit, PermissionDenied, Nameless."""
    waiting = LoginSession(request, *POSTED)
    posted = waiting.store.get("request")
    waiting.delete()
    if not posted:
        raise Misfit("nothing was posted")
    auth = _auth(request, key, told, httpkit.deserialize_request(posted, HttpRequest()).POST.dict())
    _judge(auth)
    login: SocialLogin = provider.sociallogin_from_response(request, auth)
    login.state = provider.unstash_redirect_state(request, auth.get_last_response_in_response_to() or "")
    if not attempts.spend(what=f"saml:{key}:{auth.get_last_assertion_id()}", until=timezone.now() + KEPT):
        raise Misfit("the assertion has been used")
    login.told = {**auth.get_attributes(), told.claims.level: (auth.get_last_authn_contexts() or [""])[0]}
    login.told["auth_time"] = _made_at(auth)
    answer: HttpResponse = complete_social_login(request, login)
    return answer


def metadata(request: HttpRequest, key: str, told: Provider) -> bytes:
    """What the provider must know of us."""
    found: Any = OneLogin_Saml2_Settings(_config(request, key, told), sp_validation_only=True).get_sp_metadata()
    return found if isinstance(found, bytes) else str(found).encode()


def _judge(auth: OneLogin_Saml2_Auth) -> None:
    try:
        auth.process_response()
    except (OneLogin_Saml2_Error, binascii.Error, etree.LxmlError, ValueError) as error:
        raise Misfit(type(error).__name__) from None
    if auth.get_errors() or not auth.is_authenticated():
        raise Misfit(" ".join(auth.get_errors()) or "not authenticated")


def _made_at(auth: OneLogin_Saml2_Auth) -> float:
    """When one signed in there, by the only assertion of the answer, which is signed."""
    root = etree.fromstring(auth.get_last_response_xml(), etree.XMLParser(resolve_entities=False, no_network=True))
    found = next(root.iter(INSTANT), None)
    try:
        return datetime.datetime.fromisoformat(found.get("AuthnInstant", "")).timestamp() if found is not None else 0
    except ValueError:
        return 0


def _auth(
    request: HttpRequest, key: str, told: Provider, posted: Mapping[str, str] | None = None
) -> OneLogin_Saml2_Auth:
    """As if what was posted had been posted here, with the session of the browser."""
    where = {
        "https": "on" if request.is_secure() else "off",
        "http_host": request.get_host(),
        "script_name": reverse("saml_acs", args=[key]),
        "get_data": {},
        "post_data": posted or {},
    }
    return OneLogin_Saml2_Auth(where, _config(request, key, told))


def _config(request: HttpRequest, key: str, told: Provider) -> dict[str, Any]:
    """Of python3-saml: strict, and with the assertion itself signed, whatever else is."""
    signs = bool(told.private_key)
    return {
        "strict": True,
        "idp": _idp(told.metadata, Path(told.metadata).stat().st_mtime),
        "sp": _ours(request, key, told),
        "security": {
            "authnRequestsSigned": signs,
            "signMetadata": signs,
            "wantAssertionsSigned": True,
            "rejectDeprecatedAlgorithm": True,
            "wantNameId": False,
            "wantAttributeStatement": False,
            "allowRepeatAttributeName": True,
            "requestedAuthnContext": told.acr_values.split() or False,
            "failOnAuthnContextMismatch": False,
            "allowSingleLabelDomains": True,
        },
    }


def _ours(request: HttpRequest, key: str, told: Provider) -> dict[str, Any]:
    """Where we are; no single logout, which SAML does by a name in an address."""
    answer, about = (request.build_absolute_uri(reverse(name, args=[key])) for name in ("saml_acs", "saml_metadata"))
    keys = {"x509cert": told.certificate, "privateKey": told.private_key} if told.private_key else {}
    return {
        "entityId": told.entity_id or about,
        "assertionConsumerService": {"url": answer, "binding": OneLogin_Saml2_Constants.BINDING_HTTP_POST},
        "NameIDFormat": OneLogin_Saml2_Constants.NAMEID_UNSPECIFIED,
        **keys,
    }


@lru_cache(maxsize=16)
def _idp(path: str, _changed: float) -> dict[str, Any]:
    """What its metadata says, read again when the file is another."""
    found: dict[str, Any] = OneLogin_Saml2_IdPMetadataParser.parse(Path(path).read_bytes())["idp"]
    return found
