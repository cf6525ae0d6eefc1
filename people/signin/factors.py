"""The second step of accounts of our own: a passkey, or a code from an app, and codes in reserve."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

from allauth.account.internal.decorators import login_stage_required
from allauth.account.stages import LoginStage
from allauth.core.internal.httpkit import headed_redirect_response
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal.auth import TOTP, clear_totp_secret
from allauth.mfa.webauthn.forms import SignupWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.views import LoginWebAuthnView
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.decorators import method_decorator
from django.views.generic import TemplateView

from people import browser
from people.identities import configuration
from people.models import Staff
from people.services import attempts
from web import secrecy

KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
LOCKED = "För många felaktiga försök. Vänta en kvart och försök igen, eller kontakta kommunens IT."


class FactorAdapter(DefaultMFAAdapter):
    """In Swedish, and with what is secret encrypted."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "Koden stämmer inte. Vänta på nästa kod i appen och försök igen.",
    }

    def get_totp_issuer(self) -> str:
        return "Förlopp"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Förlopp"}

    def generate_authenticator_name(self, user: Staff, type: str) -> str:  # noqa: A002  allauth's name
        return f"Nyckel {Authenticator.objects.filter(user=user, type=type).count() + 1}"

    def encrypt(self, text: str) -> str:
        return secrecy.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        if secrecy.parts(encrypted_text)[0]:
            return secrecy.unseal(encrypted_text)
        return _earlier().decrypt(encrypted_text.encode()).decode()


def _earlier() -> MultiFernet:
    """By FORLOPP_SECRET_KEY, before there were keys of data."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    made = [salted_hmac("people.factors", "", secret=key, algorithm="sha256").digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in made])


def has_factor(staff: Any) -> bool:
    return bool(Authenticator.objects.filter(user_id=staff.pk, type__in=KINDS).exists())


class CodeForm(AuthenticateForm):
    """A code lets in once, whichever of our processes is asked."""

    error_messages = {"required": "Skriv koden."}

    def clean_code(self) -> str:
        code: str = super().clean_code()
        until = timezone.now() + timedelta(minutes=2)
        if not attempts.spend(what=f"code:{self.user.pk}:{code.strip()}", until=until):
            raise ValidationError("Koden är redan använd. Vänta på nästa kod i appen.")
        return code


class CodeStage(AuthenticateStage):
    """Of accounts of our own; a provider has asked for its own."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return getattr(request, "entrance", None) is None and bool(super()._should_handle(request))


class EnrolStage(LoginStage):
    """Who has no second step, where one is required, adds one before they come in."""

    key = "enrol"
    urlname = "mfa_enrol"

    def handle(self) -> tuple[HttpResponse | None, bool]:
        came_by_provider = getattr(self.request, "entrance", None) is not None
        asked = configuration.get().local.second_factor and not came_by_provider
        if not asked or has_factor(self.login.user):
            return None, True
        return headed_redirect_response("mfa_enrol"), True


class Authenticate(AuthenticateView):
    """A code from the app or in reserve, or the passkey; wrong ones count as wrong passwords do."""

    template_name = "people/factor.html"

    def post(self, request: HttpRequest, *words: Any, **named: Any) -> HttpResponse:
        who = {"username": self.stage.login.user.username, "address": browser.address(request)}
        if attempts.is_locked(**who, now=timezone.now()):
            self.form.add_error(None, LOCKED)
            refused: HttpResponse = self.form_invalid(self.form)
            return refused
        answer: HttpResponse = super().post(request, *words, **named)
        if self.form.errors:
            attempts.failed(**who, now=timezone.now())
        return answer

    def get_form_class(self) -> type[CodeForm]:
        return CodeForm

    def get_context_data(self, **said: Any) -> dict[str, Any]:
        told: dict[str, Any] = super().get_context_data(**said)
        has_key = Authenticator.objects.filter(user=self.stage.login.user, type=Authenticator.Type.WEBAUTHN).exists()
        has_app = Authenticator.objects.filter(user=self.stage.login.user, type=Authenticator.Type.TOTP).exists()
        return told | {"has_key": has_key, "has_app": has_app}


class KeyLogin(LoginWebAuthnView):
    """With a passkey and nothing else: it has asked for a finger, a face or a number of its own."""

    def form_valid(self, form: Any) -> HttpResponse:
        staff = form.cleaned_data["credential"].user
        if not configuration.get().local.enabled or not staff.is_active:
            refused: HttpResponse = self.form_invalid(form)
            return refused
        answer: HttpResponse = super().form_valid(form)
        return answer


@method_decorator(login_stage_required(stage=EnrolStage.key, redirect_urlname="people:login"), name="dispatch")
class Enrol(TemplateView):
    """The app by its picture or its text, without scripts; or a passkey."""

    template_name = "people/enrol.html"

    def post(self, request: HttpRequest) -> HttpResponse:
        stage = _stage(request)
        form = form_of(stage.login.user, request)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        made = add(stage.login.user, form, request)
        post_authentication(request, made)
        request.enrolled = True  # type: ignore[attr-defined]
        answer: HttpResponse = stage.exit()
        return answer

    def get_context_data(self, **said: Any) -> dict[str, Any]:
        staff = _stage(self.request).login.user
        return super().get_context_data(**said) | offered(staff, said.get("form"))


def _stage(request: HttpRequest) -> Any:
    """Where in the log-in one is, as allauth's decorator left it."""
    return vars(request)["_login_stage"]


def form_of(staff: Staff, request: HttpRequest) -> Any:
    kind = SignupWebAuthnForm if request.POST.get("credential") else ActivateTOTPForm
    return kind(user=staff, data=request.POST)


def add(staff: Staff, form: Any, request: HttpRequest) -> Authenticator:
    """What was proved is theirs, with codes in reserve when they have none."""
    if isinstance(form, SignupWebAuthnForm):
        made = webauthn.WebAuthn.add(staff, form.cleaned_data["name"], form.cleaned_data["credential"]).instance
    else:
        made = TOTP.activate(staff, form.secret).instance
        clear_totp_secret(request)
    if not Authenticator.objects.filter(user=staff, type=Authenticator.Type.RECOVERY_CODES).exists():
        RecoveryCodes.activate(staff)
    return made


def offered(staff: Staff, form: Any = None) -> dict[str, Any]:
    """What a page needs to let one add an app or a passkey."""
    adapter = FactorAdapter()
    is_app = isinstance(form, ActivateTOTPForm)
    app = form if is_app else ActivateTOTPForm(user=staff)
    picture = adapter.build_totp_svg(adapter.build_totp_url(staff, app.secret))
    return {
        "form": form or app,
        "picture": "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode(),
        "secret": " ".join(app.secret[at : at + 4] for at in range(0, len(app.secret), 4)),
        "js_data": {"creation_options": webauthn.begin_registration(staff, passwordless=True)},
    }
