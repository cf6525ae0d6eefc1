"""Whether the certificates that we show, and those that we believe, go on for a while."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from django.utils import timezone

from config.examined.finding import ERROR, OK, WARNING, Finding
from integrations import configuration, systems
from people.identities import configuration as signing

WHAT = "Certifikat"
SOON = timedelta(days=30)
IN_METADATA = re.compile(rb"X509Certificate>([^<]+)<")


def held() -> Iterator[Finding]:
    """Each by whose it is; nothing where there are none."""
    found = list(_files())
    for whose, content in found:
        try:
            ends = min(one.not_valid_after_utc for one in _read(content))
        except (ValueError, OSError):
            yield Finding(ERROR, WHAT, f"det för {whose} går inte att läsa", "rätta filen som inställningen pekar på")
            continue
        if (left := ends - timezone.now()) < SOON:
            is_over = left < timedelta(0)
            says = f"det för {whose} {'gick' if is_over else 'går'} ut {ends:%Y-%m-%d}"
            yield Finding(ERROR if is_over else WARNING, WHAT, says, "skaffa ett nytt, och byt filen")
        else:
            yield Finding(OK, WHAT, f"det för {whose} gäller till {ends:%Y-%m-%d}")


def _files() -> Iterator[tuple[str, str | Path]]:
    for system in systems.systems():
        told = configuration.of(system.key)
        if told.is_enabled and told.text("certificate"):
            yield system.title, Path(told.text("certificate"))
    for provider in signing.get().providers.values():
        if provider.metadata:
            yield f"inloggningstjänsten {provider.title}", Path(provider.metadata)
        if provider.certificate:
            yield f"våra frågor till {provider.title}", provider.certificate


def _read(content: str | Path) -> list[x509.Certificate]:
    """Of a file of certificates, maybe with a key, or of a SAML provider's metadata. Raises ValueError, OSError."""
    data = content.encode() if isinstance(content, str) else content.read_bytes()
    told = IN_METADATA.findall(data)
    if told:
        return [x509.load_der_x509_certificate(base64.b64decode(one)) for one in told]
    return x509.load_pem_x509_certificates(data)
