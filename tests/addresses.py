"""Every address of the product with somebody else's real objects in it, so that no test forgets one."""

from __future__ import annotations

import contextlib
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver, resolve

VERBS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
# What differs between two answers that say the same: proofs against forgery, ids of clicks and of the question itself.
VARYING = re.compile(
    r'(name="csrfmiddlewaretoken" value="|csrftoken": ?"|name="action_id" value="|nonce="|nonce-)[^"\s\']*'
)
KEPT = ("people_accesslog", "people_staffsession")
"""Tables that a refusal may write in: that it was asked, and when the session was last used."""


TAKEN = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Address:
    """A route of ours with what stands in it in one real case."""

    route: str
    takes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def path(self) -> str:
        if self.route.startswith("^"):  # what catches all that is not there
            return f"/{self.route[1:]}finns-inte"
        return "/" + TAKEN.sub(lambda found: str(self.takes[found[1]]), self.route)

    def elsewhere(self) -> Address:
        """The same of something that does not exist: the same kind of id, and where there is none, another name."""
        ids = {key: uuid.uuid4() for key, one in self.takes.items() if _is_id(one)}
        names = {key: 987654 if isinstance(one, int) else "finns-inte" for key, one in self.takes.items()}
        return Address(self.route, {**self.takes, **(ids or names)})


def routes() -> list[str]:
    """Every address of ours, once."""
    return list(dict.fromkeys(_walk(get_resolver())))


def of(examples: Iterable[str], more: Mapping[str, Mapping[str, Any]]) -> tuple[list[Address], list[str]]:
    """Each address with every real case that the examples have of it, or of the nearest address around it that takes
    the same, or one beside it that takes as many things; and the routes that have none.
    """
    cases: dict[str, list[Mapping[str, Any]]] = {}
    for example in examples:
        match = resolve(example.split("?")[0])
        if match.kwargs not in cases.setdefault(match.route, []):
            cases[match.route].append(match.kwargs)
    found, lacking = [], []
    for route in routes():
        takes = TAKEN.findall(route)
        known = [more[route]] if route in more else cases.get(route) or _around(route, takes, cases)
        found += [Address(route, one) for one in known] if takes else [Address(route)]
        lacking += [route] if takes and not known else []
    return found, lacking


@contextlib.contextmanager
def writing() -> Iterator[list[str]]:
    """The tables that are written in meanwhile, apart from those that a refusal may."""
    tables: list[str] = []

    def see(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        act = re.match(r'\s*(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM)\s+"?(\w+)', sql)
        if act and act[1] not in KEPT:
            tables.append(act[1])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(see):
        yield tables


def told(response: Any) -> str:
    """All that an answer says, in its head and its body, without what differs each time."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    head = [f"{name}: {value}" for name, value in sorted(response.headers.items()) if name != "Date"]
    return VARYING.sub(r"\1", "\n".join([str(response.status_code), *head, body.decode("utf-8", "replace")]))


def asked(client: Client, verb: str, path: str, told: Any = None, **more: Any) -> HttpResponse:
    if verb == "POST":
        found: Any = client.post(path, told or {}, **more)
    else:
        found = client.generic(verb, path, **more)
    return found  # type: ignore[no-any-return]


# -- inside ------------------------------------------------------------------------------------------------------------


def _walk(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for one in resolver.url_patterns:
        here = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one, here)
        else:
            yield here


def _around(route: str, takes: list[str], cases: Mapping[str, list[Mapping[str, Any]]]) -> list[Mapping[str, Any]]:
    same = [one for one in cases if TAKEN.findall(one) == takes]
    near = [one for one in same if route.startswith(one)]
    beside = [one for one in same if one.split("/")[0] == route.split("/", maxsplit=1)[0] and len(takes) > 1]
    return cases[max(near, key=len)] if near else cases[beside[0]] if beside else []


def _is_id(told: Any) -> bool:
    return isinstance(told, uuid.UUID) or (isinstance(told, str) and bool(re.fullmatch(r"[0-9a-f-]{36}", told)))
