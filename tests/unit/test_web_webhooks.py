"""A signature is believed only when secret, body, id and clock all agree."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from integrations.medicingivare import simulator
from web import webhooks

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SECRET, BODY = "hemlig", b'{"a":1}'


def headers(
    changes: dict[str, str] | None = None, *, secret: str = SECRET, shift: int = 0, body: bytes = BODY
) -> dict[str, str]:
    timestamp = int(NOW.timestamp()) + shift
    return {
        "webhook-id": "msg-1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": webhooks.sign(secret, "msg-1", timestamp, body),
        **(changes or {}),
    }


def test_the_published_example_of_standard_webhooks_verifies() -> None:
    signature = webhooks.sign(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )

    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_vendors_own_signing_agrees_with_ours() -> None:
    for secret in ("hemlig", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"):
        assert webhooks.sign(secret, "id", 1, BODY) == simulator.sign(secret, "id", 1, BODY)


@pytest.mark.parametrize("shift", [-299, 0, 299])
def test_a_true_signature_inside_the_window_is_believed(shift: int) -> None:
    assert webhooks.verify(headers(shift=shift), BODY, secrets=[SECRET], now=NOW) == "msg-1"


def test_both_secrets_are_accepted_while_one_is_being_replaced_and_any_of_several_signatures() -> None:
    signed = headers(secret="gammal")
    signed["webhook-signature"] = f"v2,annat v1,AAAA {signed['webhook-signature']}"

    assert webhooks.verify(signed, BODY, secrets=["ny", "gammal"], now=NOW) == "msg-1"


@pytest.mark.parametrize(
    ("given", "body", "code"),
    [
        (headers(secret="fel"), BODY, "signatur"),
        (headers(), b'{"a":2}', "signatur"),
        (headers({"webhook-id": "msg-2"}), BODY, "signatur"),
        (headers({"webhook-signature": ""}), BODY, "signatur"),
        (headers({"webhook-signature": "v1,åäö"}), BODY, "signatur"),
        (headers(shift=-600), BODY, "klocka"),
        (headers(shift=600), BODY, "klocka"),
        (headers(shift=-600, secret="fel"), BODY, "signatur"),
        (headers({"webhook-timestamp": "nyss"}), BODY, "rubriker"),
        (headers({"webhook-timestamp": "٣"}), BODY, "rubriker"),
        (headers({"webhook-id": ""}), BODY, "rubriker"),
        (headers({"webhook-id": "a.1"}), BODY, "rubriker"),
        ({}, BODY, "rubriker"),
    ],
)
def test_anything_else_is_refused(given: dict[str, str], body: bytes, code: str) -> None:
    with pytest.raises(webhooks.Rejected) as problem:
        webhooks.verify(given, body, secrets=[SECRET], now=NOW)

    assert problem.value.code == code


def test_without_a_secret_nobody_is_believed() -> None:
    with pytest.raises(webhooks.Rejected):
        webhooks.verify(headers(secret=""), BODY, secrets=["", *[]], now=NOW)
