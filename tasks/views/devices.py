"""Letting notices come to a browser, and no longer; and the script that shows them there."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from people import browser, useragents
from people.services import devices
from people.services.devices import Subscription
from tasks import webpush
from tasks.services import notifying
from workflows.views.edge import StaffRequest, staff_page

REFUSED = "Webbläsarens adress för notiser går inte att använda här. Notiserna är inte påslagna i den här webbläsaren."
LONGEST_BODY = 4000


@require_safe
@cache_control(no_cache=True)
def worker(_request: HttpRequest) -> HttpResponse:
    """The browser asks for it now and then, signed in or not; it holds nobody's data."""
    path = finders.find("web/push-worker.js")
    if not isinstance(path, str):
        raise Http404
    with open(path, "rb") as file:  # noqa: PTH123 - a name that Django found
        return HttpResponse(file.read(), content_type="text/javascript; charset=utf-8")


@require_POST
@staff_page
def add(request: StaffRequest) -> HttpResponse:
    found, now = _subscription(request.POST), timezone.now()
    if found is None:
        messages.error(request, REFUSED)
        return _back()
    name = useragents.name(request.headers.get("User-Agent", ""))
    earlier = browser.device_of(request)
    device = devices.add(by=request.user, subscription=found, name=name, now=now, instead_of=earlier)
    notifying.begin_in_devices(by=request.user, now=now)
    messages.success(request, f"Notiser kommer nu till den här webbläsaren ({name}). Välj nedan vad du vill få veta.")
    answer = _back()
    browser.remember(answer, device.public_id)
    return answer


@require_POST
@staff_page
def remove(request: StaffRequest, public_id: uuid.UUID) -> HttpResponse:
    if devices.remove(public_id=public_id, by=request.user):
        messages.success(request, "Den får inga notiser längre.")
    answer = _back()
    if browser.device_of(request) == public_id:
        browser.forget(answer)
    return answer


@csrf_exempt
@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """The browser has changed its subscription, maybe long after its session ended: its cookie says which device it is.

    Another site cannot ask for this: the cookie is SameSite=Strict, and JSON takes a leave that nobody gets.
    """
    public_id = browser.device_of(request)
    if public_id is None or request.content_type != "application/json" or len(request.body) > LONGEST_BODY:
        raise Http404
    try:
        told = json.loads(request.body)
        found = _subscription({"endpoint": told["endpoint"], **told["keys"]})
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Http404 from None
    if found is None or not devices.renew(public_id=public_id, subscription=found):
        raise Http404
    return HttpResponse(status=204)


def _subscription(told: Mapping[str, object]) -> Subscription | None:
    """What the browser says, if it is a push service that we may send to and keys that work."""
    endpoint, p256dh, auth = (str(told.get(name, "")) for name in ("endpoint", "p256dh", "auth"))
    if not webpush.public_key() or not webpush.may_send_to(endpoint) or not webpush.are_keys(p256dh, auth):
        return None
    return Subscription(endpoint=endpoint, p256dh=p256dh, auth=auth, made_with=webpush.public_key())


def _back() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("tasks:notices"))
