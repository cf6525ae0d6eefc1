"""What django-allauth asks of us: which providers there are, who somebody is here, and what a log-in leads to."""

from __future__ import annotations

import logging
from typing import Any, NoReturn

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from django.contrib.auth import login
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from people import browser
from people.identities import configuration, mapping
from people.identities.shape import Provider
from people.models import Staff
from people.services import arrivals, attempts, devices
from people.signin import entering, factors
from people.signin.entering import Entrance
from people.signin.oidc import Misfit, OpenIdProvider, is_answer

log = logging.getLogger(__name__)
PASSWORD_ALONE = 1


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up; who comes in gets a session that says how."""

    error_messages = {**DefaultAccountAdapter.error_messages, "too_many_login_attempts": factors.LOCKED}

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def login(self, request: HttpRequest, user: Staff) -> None:
        entrance = getattr(request, "entrance", None) or Entrance(level=_level(request, user))
        kept = entering.kept(request, user)
        login(request, user, backend=entering.BACKEND)
        entering.enter(request, entrance, kept)
        devices.leave(public_id=browser.device_of(request), unless=user)
        if not entrance.provider:
            attempts.succeeded(username=user.username, address=browser.address(request))

    def logout(self, request: HttpRequest) -> None:
        """Before somebody comes in where somebody is."""
        entering.keep(request)
        super().logout(request)

    def post_login(self, request: HttpRequest, user: Staff, **said: Any) -> HttpResponse:
        wanted = entering.onward(request, said["redirect_url"] or request.POST.get("next", ""))
        if getattr(request, "enrolled", False):
            wanted = f"{reverse('people:codes')}?{urlencode({'next': wanted})}"
        return HttpResponseRedirect(wanted)

    def respond_user_inactive(self, request: HttpRequest, user: Staff) -> HttpResponse:
        return entering.refusal(request, arrivals.Closed(), 403)

    def get_login_stages(self) -> list[str]:
        return ["people.signin.factors.CodeStage", "people.signin.factors.EnrolStage"]

    def get_client_ip(self, request: HttpRequest) -> str:
        return browser.address(request)

    def add_message(self, *_said: Any, **_more: Any) -> None:
        """Our pages say what they have to say."""


class SocialAdapter(DefaultSocialAccountAdapter):
    """Providers are those of sign_in.toml, never rows of a table."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Any:
        told = configuration.provider(provider)
        if told is None:
            raise Http404
        return _kind(told)(request, app=_app(provider, told))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        key = sociallogin.account.provider
        told = configuration.provider(key)
        if told is None:
            raise Http404
        if not is_answer(sociallogin.told, sociallogin.state, now=timezone.now().timestamp()):
            _refuse(request, key, mapping.Refused(), 401)
        try:
            identity = mapping.identity(sociallogin.told, told)
            staff = _arrived(request, sociallogin, key, identity)
            offered = entering.offered(staff, key, identity)
        except mapping.Refused as refused:
            _refuse(request, key, refused, 403)
        request.entrance = Entrance(provider=key, level=identity.level, offered=offered)  # type: ignore[attr-defined]

    def on_authentication_error(self, request: HttpRequest, provider: Any, **told: Any) -> None:
        exception = told.get("exception")
        # Only our own words: what others say may hold anything.
        reason = str(exception) if isinstance(exception, Misfit) else type(exception).__name__
        log.warning("sign-in by %s failed: %s", provider.sub_id, reason)
        raise ImmediateHttpResponse(entering.refusal(request, mapping.Refused(), 401))

    def send_notification_mail(self, *_said: Any, **_more: Any) -> None:
        """Nobody is written to."""


def _arrived(request: HttpRequest, sociallogin: SocialLogin, key: str, identity: mapping.Identity) -> Staff:
    """Who it is here, with the account that leads to them. When the same person came in elsewhere in the same moment,
    the database lets one of the two through and the other looks again.
    """
    try:
        return _connected(request, sociallogin, key, identity)
    except IntegrityError:
        made = SocialAccount.objects.select_related("user").filter(provider=key, uid=sociallogin.account.uid).first()
        if made is not None:
            sociallogin.account, sociallogin.user = made, made.user
        return _connected(request, sociallogin, key, identity)


@transaction.atomic
def _connected(request: HttpRequest, sociallogin: SocialLogin, key: str, identity: mapping.Identity) -> Staff:
    known = sociallogin.user if sociallogin.account.pk else None
    staff = arrivals.arrive(source=key, known=known, identity=identity, now=timezone.now())
    if known is not None:
        sociallogin.user = staff
    else:
        sociallogin.connect(request, staff)
    return staff


def _level(request: HttpRequest, staff: Staff) -> int:
    """Of an account of our own: what IT holds a second step to be, else 1."""
    shown = {one.get("method") for one in get_authentication_records(request, staff)}
    return configuration.get().local.level if "mfa" in shown else PASSWORD_ALONE


def _refuse(request: HttpRequest, provider: str, refused: mapping.Refused, status: int) -> NoReturn:
    log.warning("sign-in by %s refused: %s", provider, refused.code)
    raise ImmediateHttpResponse(entering.refusal(request, refused, status)) from None


def _kind(told: Provider) -> Any:
    """SAML brings a library in C that nobody else needs."""
    if told.kind == "oidc":
        return OpenIdProvider
    from people.signin.saml import SamlProvider

    return SamlProvider


def _app(key: str, told: Provider) -> SocialApp:
    return SocialApp(
        provider="openid_connect" if told.kind == "oidc" else "saml",
        provider_id=key,
        name=told.title,
        client_id=told.client_id or key,
        secret=told.client_secret,
        settings={
            "server_url": told.issuer or "",
            "oauth_pkce_enabled": True,
            "scope": told.scope.split(),
            "told": told,
        },
    )
