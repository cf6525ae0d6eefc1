"""The SMS provider as integrations.toml describes it."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac

from integrations import configuration, http, values
from integrations.notis.dialects import DIALECTS, Provider
from workflows.connectors import PermanentError

REPORTER = "rapport"


def provider() -> Provider:
    """Raises PermanentError where no provider is connected."""
    told = configuration.of("notis")
    if not has_provider():
        raise PermanentError("ej_uppsatt", "Kommunen har inte kopplat in någon som skickar sms.")
    peer = http.peer("notis")
    if not told.text("url"):
        peer.base_url = f"{values.simulator_url('notis')}/{told.text('dialect')}"
    return DIALECTS[told.text("dialect")](peer, user=told.text("user"), password=told.text("token"))


def is_told() -> bool:
    """Whether the provider says by itself what became of a message."""
    return DIALECTS[configuration.of("notis").text("dialect")].tells


def has_provider() -> bool:
    """In the demo there is one: the simulator."""
    return bool(configuration.of("notis").text("url")) or settings.FORLOPP_DEMO


def report_url(key: UUID) -> str:
    """Where the provider tells what became of a message, with a password that holds for that message only."""
    base = configuration.of("notis").text("report_url") or settings.FORLOPP_ADDRESS
    scheme, _, rest = base.rstrip("/").partition("://")
    if not rest:
        return ""
    return f"{scheme}://{REPORTER}:{password(key)}@{rest}{reverse('integrations:notis_report', args=[key])}"


def reply_secrets() -> list[str]:
    """What answers are handed over with; in the demo one that nobody has told."""
    told = configuration.of("notis").words("reply_secrets")
    if told or not settings.FORLOPP_DEMO:
        return told
    return [salted_hmac("integrations.notis.reply", "demo", algorithm="sha256").hexdigest()[:40]]


def password(key: UUID) -> str:
    return salted_hmac("integrations.notis.report", str(key), algorithm="sha256").hexdigest()[:40]
