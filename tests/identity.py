"""A real OpenID provider in a process of its own, and what the tests of signing in share."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import requests
from django.test import Client

from people.models import Profession, Staff, Unit
from tests import machine

SITHS = "SE2321000000-1SSK"
REHAB = "SE2321000000-1REH"
NIGHT = "SE2321000000-1NAT"
LOA3 = "http://id.sambi.se/loa/loa3"
LOA2 = "http://id.sambi.se/loa/loa2"
RIGHTS = [
    {"when": {"commissionHsaId": SITHS}, "profession": "sjukskoterska", "unit": "hemsjukvard_norr"},
    {"when": {"commissionHsaId": REHAB}, "profession": "arbetsterapeut", "unit": "rehab"},
    {"when": {"groups": "samordnare"}, "profession": "samordnare", "unit": "vardsamordning"},
]
LEVELS = {"hsl": "loa3", "sol": "loa2"}


def told(issuer: str, **more: Any) -> dict[str, Any]:
    """The parts of sign_in.toml with one OpenID provider."""
    siths = {
        "kind": "oidc",
        "title": "SITHS",
        "issuer": issuer,
        "client_id": "forlopp",
        "client_secret": {"env": "FORLOPP_WEBHOOK_SECRETS"},
        "scope": "openid profile",
        "rights": RIGHTS,
    }
    return {"levels": LEVELS, "providers": {"siths": siths | more}}


def house() -> None:
    """The professions and units that the rights are about."""
    for key, name, sphere in (
        ("sjukskoterska", "Sjuksköterska", "hsl"),
        ("arbetsterapeut", "Arbetsterapeut", "hsl"),
        ("samordnare", "Samordnare", "sol"),
    ):
        Profession.objects.get_or_create(key=key, defaults={"name": name, "sphere": sphere})
    for key, name in (
        ("hemsjukvard_norr", "Hemsjukvården norr"),
        ("rehab", "Rehabenheten"),
        ("vardsamordning", "Vårdsamordningen"),
    ):
        Unit.objects.get_or_create(key=key, defaults={"name": name})


def commission(key: str, name: str) -> dict[str, str]:
    return {"commissionHsaId": key, "commissionName": name, "employeeHsaId": "SE2321000000-9001"}


def siri(*commissions: dict[str, str], **more: Any) -> dict[str, Any]:
    """What Inera's IdP says of somebody, in its names."""
    return {
        "given_name": "Siri",
        "family_name": "Strand (påhittad)",
        "employeeHsaId": "SE2321000000-9001",
        "acr": LOA3,
        "allCommissions": json.dumps(commissions),
        **more,
    }


class OpenId:
    """A running provider that knows whom we tell it of."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer

    def knows(self, sub: str, **claims: Any) -> None:
        requests.put(f"{self.issuer}/users/{sub}", json=claims, timeout=60).raise_for_status()

    def log_in(self, client: Client, sub: str, *, begin: str = "/logga-in/med/siths/") -> Any:
        """The whole way, as a browser goes it: to the provider, through its page, and back."""
        return client.get(self.answer(client.get(begin).headers["Location"], sub))

    def answer(self, asked: str, sub: str) -> str:
        """Where the provider sends the browser back to, without the host."""
        posted = requests.post(asked, data={"sub": sub}, allow_redirects=False, timeout=60)
        return posted.headers["Location"].partition("testserver")[2]


@contextlib.contextmanager
def openid() -> Iterator[OpenId]:
    port = machine.free_ports(1)
    issuer = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait(f"{issuer}/.well-known/openid-configuration", process)
        yield OpenId(issuer)
    finally:
        process.terminate()
        process.wait(10)


def wait(address: str, process: subprocess.Popen[bytes]) -> None:
    """Until it answers."""
    for _ in range(1200):
        if process.poll() is not None:
            raise RuntimeError("the identity provider did not start")
        with contextlib.suppress(requests.ConnectionError):
            requests.get(address, timeout=60).raise_for_status()
            return
        time.sleep(0.1)
    raise RuntimeError("the identity provider does not answer")


def who(client: Client) -> Staff | None:
    return Staff.objects.filter(pk=client.session.get("_auth_user_id", 0)).first()
