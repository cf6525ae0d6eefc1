"""From what an identity provider says to what somebody may be here. Pure: no database, no network."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from people.identities.shape import Provider, Right

LONGEST = {"hsa_id": 64, "given_name": 150, "family_name": 150, "title": 120, "email": 254, "commission": 64}


class Refused(Exception):
    """Inloggningen kunde inte godkännas."""

    code = "refused"

    def __str__(self) -> str:
        return " ".join((self.__doc__ or "").split())


class NothingHere(Refused):
    """Din inloggning är riktig, men inget av dina uppdrag ger rätt till något i Förlopp. Be din chef beställa ett
    uppdrag i katalogen åt dig, eller kommunens IT att lägga till det uppdrag du har.
    """

    code = "nothing_mapped"


class TooWeak(Refused):
    """Du loggade in på ett sätt som inte räcker för något av dina uppdrag. Logga in med SITHS eller en annan
    e-legitimation på den tillitsnivå som uppdraget kräver.
    """

    code = "level_too_low"


class Nameless(Refused):
    """Inloggningstjänsten sa inte vem du är. Kontakta kommunens IT."""

    code = "no_identity"


@dataclass(frozen=True, kw_only=True)
class Commission:
    """An uppdrag: what one acts in. `rights` are pairs of profession and unit."""

    key: str
    name: str
    unit: str
    rights: tuple[tuple[str, str], ...]

    def offered(self) -> dict[str, str]:
        """What the session remembers, to let one choose."""
        told = asdict(self)
        return {name: told[name] for name in ("key", "name", "unit")}


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who it is, how surely, and in which uppdrag they may act."""

    hsa_id: str
    given_name: str
    family_name: str
    title: str
    email: str
    level: int
    commissions: tuple[Commission, ...]


def identity(told: Mapping[str, Any], provider: Provider) -> Identity:
    """Raises Nameless, NothingHere."""
    names, claims = provider.claims, {**told}
    found = tuple(_commissions(claims, provider))
    who = {
        name: _text(claims.get(getattr(names, name)))[:size] for name, size in LONGEST.items() if name != "commission"
    }
    if not (who["family_name"] or who["given_name"]):
        who["family_name"] = _text(claims.get("name"))[:150]
    if not (who["family_name"] or who["given_name"]):
        raise Nameless
    if not found:
        raise NothingHere
    return Identity(**who, level=provider.level_told(_text(claims.get(names.level))), commissions=found)


def _commissions(claims: Mapping[str, Any], provider: Provider) -> Iterator[Commission]:
    """Those that a rule gives something for; the same uppdrag once."""
    names = provider.claims
    told = list(_told(claims, provider))
    if not told:
        yield from _by_unit(claims, provider.rights)
    for one in {_text(one.get(names.commission)): one for one in told}.values():
        if rights := _rights({**claims, **one}, provider.rights):
            key = _text(one[names.commission])[: LONGEST["commission"]]
            name, unit = _text(one.get(names.commission_name)) or key, _text(one.get(names.commission_unit))
            yield Commission(key=key, name=name[:200], unit=unit[:200], rights=rights)


def _by_unit(claims: Mapping[str, Any], rights: Sequence[Right]) -> Iterator[Commission]:
    """Where only groups are told, what is held at a unit is an uppdrag."""
    held = _rights(claims, rights)
    for unit in dict.fromkeys(unit for _, unit in held):
        yield Commission(
            key=f"enhet:{unit}"[:64], name="", unit=unit, rights=tuple(one for one in held if one[1] == unit)
        )


def _told(claims: Mapping[str, Any], provider: Provider) -> Iterator[Mapping[str, Any]]:
    """The uppdrag as the provider tells them: a list, a list as JSON, or the one that was chosen there."""
    names = provider.claims
    listed = claims.get(names.commissions)
    if isinstance(listed, str):
        try:
            listed = json.loads(listed)
        except ValueError:
            listed = None
    if isinstance(listed, dict):
        listed = [listed]
    for one in listed if isinstance(listed, list) else [claims]:
        if isinstance(one, Mapping) and _text(one.get(names.commission)) and _is_theirs(one, claims, names.hsa_id):
            yield one


def _is_theirs(one: Mapping[str, Any], claims: Mapping[str, Any], hsa_id: str) -> bool:
    """Who has two employments acts in that of the card: the uppdrag of the other is not offered."""
    return not claims.get(hsa_id) or one.get(hsa_id) in (None, "", claims[hsa_id])


def _rights(told: Mapping[str, Any], rights: Sequence[Right]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((one.profession, one.unit) for one in rights if _holds(told, one.when)))


def _holds(told: Mapping[str, Any], when: Mapping[str, str]) -> bool:
    """Each is what is told, or one of it."""
    return all(wanted in _words(told.get(name)) for name, wanted in when.items())


def _words(value: Any) -> list[str]:
    return [_text(one) for one in value] if isinstance(value, list) else [_text(value)]


def _text(value: Any) -> str:
    """One value; of a list the first, as SAML tells every attribute."""
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value).replace("\x00", "").strip() if isinstance(value, str | int) else ""
