"""One POST to an address that somebody else has told us: only where it may lead, followed nowhere, bounded in time.

What a name leads to is looked up once, judged, and then connected to, so that it cannot lead elsewhere meanwhile.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Judge = Callable[[Address], bool]
"""Whether one may connect to an address."""
# Behind each stands an IPv4 address: RFC 6052, by which networks of IPv6 alone go out, and RFC 4291, of old.
TRANSLATED, COMPATIBLE = ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96")
PORTS = {"https": 443, "http": 80}


class Within(OSError):
    """The address leads to where it may not: inside our own network."""


def is_anybodys(address: Address) -> bool:
    """On the internet, and one machine."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in TRANSLATED:
            return is_anybodys(ipaddress.IPv4Address(address.packed[-4:]))
        if address in COMPATIBLE or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, may_be: Judge, timeout: tuple[float, float]
) -> requests.Response:
    """Nothing of the answer but its head is read; close it. Raises Within and requests.RequestException."""
    parts = urlsplit(url)
    options: dict[str, Any] = {"data": body, "timeout": timeout, "allow_redirects": False, "stream": True}
    with requests.Session() as session:
        if requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url)):
            # The proxy looks the host up, and is what guards the inside then.
            return session.post(url, headers=dict(headers), **options)
        session.mount("https://", _Pinned(parts.hostname or ""))
        options |= {"headers": {**headers, "Host": parts.netloc}, "proxies": {"https": "", "http": ""}}
        *others, last = places(parts.hostname or "", parts.port or PORTS[parts.scheme], may_be=may_be)
        for place in others:
            with contextlib.suppress(requests.ConnectionError):
                return session.post(_at(parts, place), **options)
        return session.post(_at(parts, last), **options)


def places(host: str, port: int, *, may_be: Judge) -> list[str]:
    """Where the host is: one place of each kind there is. Raises Within when any of its addresses may not be."""
    try:
        found = [str(told[4][0]) for told in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except UnicodeError:
        raise Within("no host") from None
    if not all(may_be(ipaddress.ip_address(address.partition("%")[0])) for address in found):
        raise Within("an address within")
    kinds = {":" in address: f"[{address}]:{port}" if ":" in address else f"{address}:{port}" for address in found}
    return [kinds[kind] for kind in sorted(kinds)]


class _Pinned(HTTPAdapter):
    """Goes to the address that was looked at, and asks whoever is there to be the host that was meant."""

    def __init__(self, host: str) -> None:
        self._host = host
        super().__init__()

    def init_poolmanager(self, *words: Any, **options: Any) -> None:
        super().init_poolmanager(*words, **options, server_hostname=self._host, assert_hostname=self._host)


def _at(parts: SplitResult, place: str) -> str:
    return urlunsplit(parts._replace(netloc=place))
