"""Where a POST to an address that somebody else has told us may lead."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from web import outbound


@pytest.mark.parametrize(
    "addresses",
    [
        ["10.1.2.3"],
        ["17.1.2.3", "127.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["fd00::1"],
        ["224.0.0.1"],
    ],
)
def test_a_name_that_leads_within_is_not_followed(addresses: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    told = [(0, 0, 0, "", (address, 443)) for address in addresses]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: told)
    with pytest.raises(outbound.Within, match="within"):
        outbound.places("web.push.apple.com", 443, may_be=outbound.is_anybodys)


def test_one_place_of_each_kind_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [(0, 0, 0, "", (address, 443)) for address in ("2a01:b740::1", "17.1.2.3", "17.1.2.4")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: told)
    assert outbound.places("web.push.apple.com", 443, may_be=outbound.is_anybodys) == [
        "17.1.2.4:443",
        "[2a01:b740::1]:443",
    ]


@pytest.mark.parametrize(
    ("address", "is_anybodys"),
    [
        ("64:ff9b::a01:203", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", True),
        ("::7f00:1", False),
        ("::ffff:7f00:1", False),
        ("fec0::1", False),
        ("2606:4700::1111", True),
    ],
)
def test_an_address_that_leads_on_to_another_is_as_that_one_is(address: str, is_anybodys: bool) -> None:
    assert outbound.is_anybodys(ipaddress.ip_address(address)) == is_anybodys
