"""Let a system in: its tokens, who it is when it calls, and how often it may."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest

from api.caller import Caller
from api.models import EVERY, SCOPES, Client, Token
from people.backends import working
from people.models import Unit
from people.services import systems
from workflows import connectors
from workflows.models import ProcessDefinition

PREFIX = "forlopp_"
AT_ONCE = 2
OVERLAP = timedelta(days=7)
USED = timedelta(minutes=1)
HINT = 6


class CannotAdd(Exception):
    """What was asked for is not known here; the message is for IT."""


class Superseded(Exception):
    """En kollega hann före, eller så skickades sidan två gånger: klienten har redan fått ett nytt token."""


class TooFast(Exception):
    """More calls than the client's pace allows; `seconds` until the next may come."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too fast")
        self.seconds = seconds


@dataclass(frozen=True)
class Wanted:
    """A client as IT asks for it; `professions` are pairs of profession and unit in which it may do tasks."""

    key: str
    name: str
    scopes: Sequence[str]
    definitions: Sequence[str]
    units: Sequence[str] = ()
    professions: Sequence[tuple[str, str]] = ()
    may_see_protected: bool = False
    source: str = ""
    per_minute: int = 600
    burst: int = 60


def add(*, wanted: Wanted, expires_at: datetime, now: datetime) -> tuple[Client, str]:
    """A new client and its first token, which is shown now and never again. Raises CannotAdd."""
    _check(wanted)
    if Client.objects.filter(key=wanted.key).exists():
        raise CannotAdd(f"Klienten {wanted.key} finns redan.")
    with transaction.atomic():
        try:
            staff = systems.employ(
                username=f"api:{wanted.key}",
                name=wanted.name,
                professions=wanted.professions,
                may_see_protected=wanted.may_see_protected,
                now=now,
            )
        except systems.Unknown as unknown:
            raise CannotAdd(str(unknown)) from None
        client = Client.objects.create(
            key=wanted.key,
            staff=staff,
            **_reach(wanted),
            paced_at=now,
            created_at=now,
        )
        return client, _token(client, expires_at=expires_at, now=now)


def change(*, client: Client, wanted: Wanted) -> None:
    """Other rights, another reach or pace; its key, name and professions stay. Raises CannotAdd."""
    _check(wanted)
    Client.objects.filter(pk=client.pk, revoked_at=None).update(**_reach(wanted))


def rotate(
    *, client: Client, expires_at: datetime, now: datetime, overlap: timedelta = OVERLAP, latest: int | None = None
) -> str:
    """A new token; the latest one goes on for `overlap` so that nothing stops, and older ones end at once.

    `latest` is the newest that the one who asks knows of. Raises Superseded when there is a newer.
    """
    with transaction.atomic():
        Client.objects.select_for_update(no_key=True).get(pk=client.pk)
        if latest is not None and client.tokens.filter(pk__gt=latest).exists():
            raise Superseded
        living = list(client.tokens.filter(expires_at__gt=now).order_by("-pk"))
        for token in living[AT_ONCE - 1 :]:
            token.expires_at = now
        for token in living[: AT_ONCE - 1]:
            token.expires_at = min(token.expires_at, now + overlap)
        Token.objects.bulk_update(living, ["expires_at"])
        return _token(client, expires_at=expires_at, now=now)


def revoke(*, client: Client, now: datetime) -> None:
    """No token of it is good any more. What it has done stays with its name."""
    with transaction.atomic():
        client.tokens.filter(expires_at__gt=now).update(expires_at=now)
        Client.objects.filter(pk=client.pk).update(revoked_at=now)
        systems.dismiss(staff=client.staff)


def known(text: str, *, now: datetime) -> Caller | None:
    """Who has this token; None for one that is wrong, old or withdrawn."""
    rows = Token.objects.select_related("client").filter(digest=_digest(text), expires_at__gt=now)
    token = rows.filter(client__revoked_at=None).first()
    staff = working(token.client.staff_id) if token is not None else None
    if token is None or staff is None:
        return None
    if token.used_at is None or now - token.used_at >= USED:
        Token.objects.filter(pk=token.pk).update(used_at=now)
    return Caller(token.client, staff)


def pace(client: Client, *, now: datetime) -> None:
    """Count one call, in one statement for all processes (the generic cell rate algorithm). Raises TooFast."""
    each = timedelta(minutes=1) / client.per_minute
    rows = Client.objects.filter(pk=client.pk)
    # Far ahead: the clock has been put back since.
    ahead = Q(paced_at__lte=now + each * (client.burst - 1)) | Q(paced_at__gt=now + each * client.burst * 2)
    if rows.filter(ahead).update(paced_at=Greatest(F("paced_at"), now) + each) == 0:
        paced_at = rows.values_list("paced_at", flat=True).get()
        raise TooFast((paced_at - now - each * (client.burst - 1)).total_seconds())


def _reach(wanted: Wanted) -> dict[str, Any]:
    """What a client may, and how fast: all that can be changed."""
    return {
        "scopes": sorted(wanted.scopes),
        "definitions": sorted(wanted.definitions),
        "units": sorted(wanted.units),
        "source": wanted.source,
        "per_minute": wanted.per_minute,
        "burst": wanted.burst,
    }


def _check(wanted: Wanted) -> None:
    unknown = {
        "Rätten": set(wanted.scopes) - set(SCOPES),
        "Förloppet": _missing(wanted.definitions, ProcessDefinition.objects.values_list("key", flat=True)),
        "Avsändaren": {wanted.source} - {"", *connectors.translators()},
        "Enheten": _missing(wanted.units, Unit.objects.values_list("key", flat=True)),
    }
    for what, words in unknown.items():
        if words:
            raise CannotAdd(f"{what} {min(words)} finns inte.")
    if not wanted.scopes or not wanted.definitions:
        raise CannotAdd("Ange minst en rätt och minst ett förlopp (* för alla).")


def _missing(wanted: Iterable[str], known_keys: Iterable[str]) -> set[str]:
    return set(wanted) - {EVERY} - set(known_keys)


def _token(client: Client, *, expires_at: datetime, now: datetime) -> str:
    secret = secrets.token_urlsafe(32)
    text = PREFIX + secret
    Token.objects.create(client=client, digest=_digest(text), hint=secret[:HINT], created_at=now, expires_at=expires_at)
    return text


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
