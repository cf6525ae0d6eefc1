"""An OpenID provider, or somebody in its place, that answers what it should not: nobody gets in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import responses
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.utils import timezone

from people.identities import configuration
from tests import identity, pages
from tests.identity import SITHS, commission, siri

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
ISSUER = "https://idp.example.se"
OURS = rsa.generate_private_key(65537, 2048)
THEIRS = rsa.generate_private_key(65537, 2048)


def jwk(key: rsa.RSAPrivateKey) -> dict[str, Any]:
    return {**jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "k1", "use": "sig"}


@dataclass
class Answer:
    """What the provider says; a test changes one thing of it."""

    claims: dict[str, Any] = field(default_factory=dict)
    key: Any = OURS
    algorithm: str = "RS256"
    userinfo: dict[str, Any] = field(default_factory=lambda: {"sub": "s1"})
    discovered: str = ISSUER
    without: str = ""
    nothing: bool = False

    def token(self, nonce: str) -> str:
        now = int(timezone.now().timestamp())
        claims = {"iss": ISSUER, "sub": "s1", "aud": "forlopp", "exp": now + 300, "iat": now, "nonce": nonce}
        claims |= siri(commission(SITHS, "Dag")) | self.claims
        claims.pop(self.without, None)
        return jwt.encode(claims, self.key, algorithm=self.algorithm, headers={"kid": "k1"})


def told(answer: Answer, client: Client) -> Any:
    """The whole way, with the provider's part as the test says."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as web:
        web.get(
            f"{ISSUER}/.well-known/openid-configuration",
            json={
                "issuer": answer.discovered,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/jwks",
                "userinfo_endpoint": f"{ISSUER}/userinfo",
            },
        )
        asked = parse_qs(urlsplit(client.get("/logga-in/med/siths/").headers.get("Location", "")).query)
        nonce, state = asked.get("nonce", [""])[0], asked.get("state", [""])[0]
        token = {"access_token": "a", "token_type": "Bearer"}
        web.post(f"{ISSUER}/token", json=token if answer.nothing else token | {"id_token": answer.token(nonce)})
        web.get(f"{ISSUER}/jwks", json={"keys": [jwk(OURS)]})
        web.get(f"{ISSUER}/userinfo", json=answer.userinfo)
        return client.get(f"/logga-in/med/siths/svar/?code=c&state={state}")


@pytest.fixture(autouse=True)
def _house() -> Iterator[None]:
    identity.house()
    with configuration.told(**identity.told(ISSUER)):
        yield


def test_one_that_answers_as_it_should_lets_in(client: Client) -> None:
    assert told(Answer(), client).status_code == 302
    assert identity.who(client) is not None


NOW = int(timezone.now().timestamp())
BAD = {
    "wrong nonce": Answer(claims={"nonce": "another"}),
    "no nonce": Answer(without="nonce"),
    "for another": Answer(claims={"aud": "journal"}),
    "for us and another, asked for by the other": Answer(claims={"aud": ["forlopp", "journal"], "azp": "journal"}),
    "another issuer": Answer(claims={"iss": "https://ond.example"}),
    "another issuer in its configuration": Answer(discovered="https://ond.example"),
    "expired": Answer(claims={"exp": NOW - 3600}),
    "no end": Answer(without="exp"),
    "of tomorrow": Answer(claims={"iat": NOW + 86_400, "nbf": NOW + 86_400}),
    "not signed": Answer(key=None, algorithm="none"),
    "signed by another": Answer(key=THEIRS),
    "signed with a secret that everybody knows": Answer(key="forlopp" * 8, algorithm="HS256"),
    "of nobody": Answer(without="sub"),
    "userinfo of somebody else": Answer(userinfo={"sub": "s2"}),
    "no token": Answer(nothing=True),
}


@pytest.mark.parametrize("answer", BAD.values(), ids=BAD.keys())
def test_an_answer_that_is_not_right_lets_nobody_in(
    answer: Answer, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    found = told(answer, client)
    assert found.status_code == 401
    assert "Inloggningen kunde inte godkännas" in pages.text(found)
    assert identity.who(client) is None
    for word in ("Siri", "Strand", "SE2321000000-9001", "s1"):
        assert word not in caplog.text


def test_an_answer_to_nothing_that_was_asked_lets_nobody_in(client: Client) -> None:
    assert client.get("/logga-in/med/siths/svar/?code=c&state=made-up").status_code == 401


def test_an_answer_twice_lets_in_once(client: Client) -> None:
    first = told(Answer(), client)
    assert first.status_code == 302
    again = Client()
    again.cookies = client.cookies
    assert again.get(first.wsgi_request.get_full_path()).status_code == 401


def test_a_provider_that_is_down_is_told_of(client: Client) -> None:
    with responses.RequestsMock() as web:
        web.get(f"{ISSUER}/.well-known/openid-configuration", status=502)
        answer = client.get("/logga-in/med/siths/")
    assert answer.status_code == 503
    assert "svarar inte just nu" in pages.text(answer)
