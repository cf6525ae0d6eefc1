"""Web push: what the standard's own example says, and addresses that a browser must not make us go to."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from people import useragents
from tasks import webpush
from tests.fakes.push import Browser, b64, unb64

CURVE = ec.SECP256R1()
KEYS = Browser(key=ec.derive_private_key(7, CURVE)).told
APPLE = "https://web.push.apple.com/abc"


def test_the_example_of_rfc_8291_comes_out_byte_for_byte() -> None:
    own = ec.derive_private_key(int.from_bytes(unb64("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")), CURVE)
    p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    auth, salt = "BTBZMqHH6r4Tts7J_aSIgg", unb64("DGv6ra1nlYgDCS1FRnbzlw")
    plain = b"When I grow up, I want to be a watermelon"
    made = webpush.encrypt(plain, p256dh=p256dh, auth=auth, own=own, salt=salt)
    assert b64(made) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6P"
        "Bru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    reader = ec.derive_private_key(int.from_bytes(unb64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")), CURVE)
    assert Browser(key=reader, auth=unb64(auth)).read(made) == plain


def test_every_message_is_of_one_length_and_no_two_are_alike() -> None:
    told = Browser().told
    some = [
        webpush.encrypt(text, p256dh=told["p256dh"], auth=told["auth"], length=webpush.PADDED_TO)
        for text in (b"1", b"1", b"x" * 900)
    ]
    assert len({len(one) for one in some}) == 1
    assert len(set(some)) == 3
    assert len(some[0]) < 4096, "push services take no more"


@pytest.fixture
def named(settings: Any) -> None:
    settings.FORLOPP_PUSH_SERVICES = ["push.apple.com", "fcm.googleapis.com"]


@pytest.mark.parametrize(
    ("endpoint", "may"),
    [
        (APPLE, True),
        ("https://fcm.googleapis.com:443/fcm/send/abc", True),
        ("http://fcm.googleapis.com/fcm", False),
        ("https://fcm.googleapis.com:8443/", False),
        ("https://fcm.googleapis.com.ond.example/", False),
        ("https://ondfcm.googleapis.com/", False),
        ("https://fcm.googleapis.com@10.0.0.1/", False),
        ("https://10.0.0.1/fcm.googleapis.com", False),
        ("https://[::1]/", False),
        ("https://[::1/", False),
        ("https://fcm.googleapis.com:x/", False),
        ("https://fcm.googleapis.com/a b", False),
        ("https://fcm.googleapis.com/a\r\nX: 1", False),
        ("https://fcm.googleapis.com/" + "a" * 1000, False),
        ("file:///etc/passwd", False),
        ("", False),
    ],
)
def test_only_named_push_services_over_https_are_gone_to(endpoint: str, may: bool, named: None) -> None:
    assert webpush.may_send_to(endpoint) is may


@pytest.mark.parametrize(
    ("p256dh", "auth", "works"),
    [
        (KEYS["p256dh"], KEYS["auth"], True),
        (KEYS["p256dh"], "kort", False),
        ("B" + "A" * 86, KEYS["auth"], False),
        ("å", KEYS["auth"], False),
        ("", "", False),
    ],
)
def test_keys_that_cannot_be_used_are_told_apart(p256dh: str, auth: str, works: bool) -> None:
    assert webpush.are_keys(p256dh, auth) is works


WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (
            f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36 Edg/142.0",
            "Edge på Windows",
        ),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/142.0.0.0 Mobile Safari/537.36", "Chrome på Android"),
        (
            f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) {WEBKIT} Version/26.0 Safari/604.1",
            "Safari på iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox på Linux"),
        ("<script>", "Webbläsare"),
    ],
)
def test_a_device_is_called_what_one_would_call_it(said: str, name: str) -> None:
    assert useragents.name(said) == name
