"""A real SAML identity provider in a process of its own, and the way a browser goes to it and back."""

from __future__ import annotations

import base64
import contextlib
import datetime
import html
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from django.test import Client

from tests import identity, machine

BEGIN, POSTED, METADATA = "/logga-in/med/kort/", "/logga-in/saml/kort/svar/", "/logga-in/saml/kort/metadata/"
HSA_ID = "http://sambi.se/attributes/1/employeeHsaId"
GIVEN, FAMILY = "http://sambi.se/attributes/1/givenName", "http://sambi.se/attributes/1/surname"
COMMISSION = "http://sambi.se/attributes/1/commissionHsaId"
CLAIMS = {"hsa_id": HSA_ID, "given_name": GIVEN, "family_name": FAMILY, "commission": COMMISSION}
IS_HERE = bool(shutil.which("xmlsec1")) or "xmlsec1" in machine.required()
MISSING = None if IS_HERE else "the program xmlsec1 is not on this machine"


def told(metadata: Path, **more: Any) -> dict[str, Any]:
    """The parts of sign_in.toml with one SAML provider."""
    right = {"when": {COMMISSION: identity.SITHS}, "profession": "sjukskoterska", "unit": "hemsjukvard_norr"}
    kort = {"kind": "saml", "title": "Tjänstekort", "metadata": str(metadata), "claims": CLAIMS, "rights": [right]}
    return {"levels": identity.LEVELS, "providers": {"kort": kort | more}}


def siri(**more: Any) -> dict[str, Any]:
    attributes = {
        HSA_ID: ["SE2321000000-9001"],
        GIVEN: ["Siri"],
        FAMILY: ["Strand (påhittad)"],
        COMMISSION: [identity.SITHS],
    }
    return {"attributes": attributes | more, "acr": identity.LOA3, "name_id": "siri-at-the-provider"}


class Saml:
    """A running provider that knows whom we tell it of."""

    def __init__(self, site: str, folder: Path) -> None:
        self.site, self.folder = site, folder
        self.metadata = folder / "idp.xml"

    def knows(self, user: str, told: dict[str, Any]) -> None:
        requests.put(f"{self.site}/users/{user}", json=told, timeout=60).raise_for_status()

    def meets(self, client: Client) -> None:
        """The provider gets to know us, as its people would register us."""
        (self.folder / "sp.xml").write_bytes(client.get(METADATA).content)

    def answer(self, client: Client, user: str, *, begin: str = BEGIN) -> dict[str, str]:
        """What the provider lets the browser post to us."""
        asked = client.get(begin).headers["Location"]
        page = requests.get(asked, timeout=10).text
        return fields(requests.post(f"{self.site}/sso", data={**fields(page), "user": user}, timeout=20).text)

    def log_in(self, client: Client, user: str) -> Any:
        return post(client, self.answer(client, user))


def fields(page: str) -> dict[str, str]:
    return {name: html.unescape(one) for name, one in re.findall(r'name="(\w+)" value="([^"]*)"', page)}


def post(client: Client, answer: dict[str, str]) -> Any:
    """From the provider's page, and on to ours that sees the session."""
    posted = client.post(POSTED, answer)
    return client.get(posted.headers["Location"]) if posted.status_code == 302 else posted


def changed(answer: dict[str, str], change: Any) -> dict[str, str]:
    """The same answer after somebody has been at its XML."""
    xml = change(base64.b64decode(answer["SAMLResponse"]).decode())
    return {**answer, "SAMLResponse": base64.b64encode(xml.encode()).decode()}


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Saml]:
    pair(folder)
    port = machine.free_ports(1)
    command = [sys.executable, "-W", "ignore", "-m", "tests.fakes.saml_idp", str(port), str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        found = Saml(f"http://127.0.0.1:{port}", folder)
        identity.wait(f"{found.site}/metadata", process)
        found.metadata.write_bytes(requests.get(f"{found.site}/metadata", timeout=10).content)
        yield found
    finally:
        process.terminate()
        process.wait(10)


def pair(folder: Path) -> tuple[str, str]:
    """A key and a certificate, as files and as text."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "idp.test")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = _lasting(name, key, now).sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(secret)
    (folder / "cert.pem").write_bytes(certificate)
    return secret.decode(), certificate.decode()


def _lasting(name: x509.Name, key: rsa.RSAPrivateKey, now: datetime.datetime) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
    return made.not_valid_after(now + datetime.timedelta(days=30))
