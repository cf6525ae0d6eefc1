"""Logging in and out, and the demo's way in without a password."""

import logging
from typing import Any

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from people import browser, selectors
from people.identities import configuration
from people.models import Staff
from people.services import attempts, devices
from people.signin import entering, leaving
from people.signin.entering import BACKEND, Entrance
from people.signin.factors import LOCKED

log = logging.getLogger(__name__)


class LogInForm(AuthenticationForm):
    """Django's, in plain Swedish."""

    error_messages = {
        "invalid_login": "Användarnamnet eller lösenordet stämmer inte. Skilj på stora och små bokstäver.",
        "inactive": "Kontot är stängt. Kontakta din chef.",
    }


class LogIn(LoginView):
    """With user name and password."""

    authentication_form = LogInForm
    template_name = "people/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        told = configuration.get()
        providers = {key: one.title for key, one in told.providers.items()}
        return super().get_context_data(
            **context, has_demo=settings.FORLOPP_DEMO, providers=providers, has_local=told.local.enabled
        )

    def post(self, request: HttpRequest, *words: Any, **named: Any) -> HttpResponse:
        if not configuration.get().local.enabled:
            raise Http404
        if attempts.is_locked(**self._who(), now=timezone.now()):
            form = LogInForm(request, data=None, initial={"username": self._who()["username"]})
            context = self.get_context_data(form=form, locked=LOCKED)
            return self.render_to_response(context, status=429)
        return super().post(request, *words, **named)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The second step follows, where there is one."""
        answer: HttpResponse = perform_login(
            self.request, form.get_user(), email_verification="none", redirect_url=self.get_success_url()
        )
        return answer

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        attempts.failed(**self._who(), now=timezone.now())
        return super().form_invalid(form)

    def _who(self) -> dict[str, str]:
        return {"username": self.request.POST.get("username", ""), "address": browser.address(self.request)}


class LogOut(LogoutView):
    """Of the session, and of the notices that came to this browser."""

    def post(self, request: HttpRequest, *words: Any, **named: Any) -> HttpResponse:
        log.info("signed out: staff %s", request.user.pk)
        devices.leave(public_id=browser.device_of(request))
        title, address = leaving.elsewhere(request)
        answer = super().post(request, *words, **named)
        if address:
            answer = render(request, "people/left.html", {"title": title, "address": address})
        browser.forget(answer)
        # Pages are not kept (no-store), and the cookie of the session is gone already.
        answer["Clear-Site-Data"] = '"storage"'
        return answer


@never_cache
@require_http_methods(["GET", "POST"])
def demo(request: HttpRequest) -> HttpResponse:
    """One button for each invented member of staff; does not exist outside the demo."""
    if not settings.FORLOPP_DEMO:
        raise Http404
    if request.method == "POST":
        # Looked up among the invented only: the demo must never open a real account.
        staff = get_object_or_404(Staff, username=request.POST.get("staff", ""), is_invented=True, is_active=True)
        login(request, staff, backend=BACKEND)
        entering.enter(request, Entrance(level=entering.HIGHEST), {})
        devices.leave(public_id=browser.device_of(request), unless=staff)
        return HttpResponseRedirect(_next_page(request))
    offered = selectors.demo_professions(on=timezone.localdate())
    context = {"offered": list(offered.items()), "next": request.GET.get("next", "")}
    return render(request, "people/demo.html", context)


def _next_page(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return settings.LOGIN_REDIRECT_URL
