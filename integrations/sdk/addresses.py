"""The address book: our own function addresses with who receives what comes there, and those we may send to."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from integrations import configuration
from workflows.connectors import PermanentError

EXAMPLE = Path(settings.BASE_DIR) / "config" / "sdk_adressbok.toml"


@dataclass(frozen=True, kw_only=True)
class Address:
    """A function address. `profession` is who registers what comes to one of our own, in `unit`."""

    address: str
    organisation: str
    name: str
    unit: str = ""
    profession: str = ""


@dataclass(frozen=True)
class Book:
    """The first of our own is the one we send from."""

    organisation: str
    organisation_name: str
    own: Mapping[str, Address]
    others: Mapping[str, Address]

    @property
    def sender(self) -> Address:
        return next(iter(self.own.values()))


def book() -> Book:
    """As it stands now. Raises PermanentError when it cannot be used."""
    told = configuration.of("sdk").text("adressbok")
    if not told and not settings.FORLOPP_DEMO:
        raise _unusable("det står inte i integrations.toml var den finns")
    path = Path(told) if told else EXAMPLE
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, UnicodeDecodeError):
        raise _unusable("filen går inte att läsa") from None
    except tomllib.TOMLDecodeError:
        raise _unusable("filen är inte giltig TOML") from None
    except (KeyError, TypeError, AttributeError):
        raise _unusable("organisation, adress, namn eller profession saknas på någon rad") from None


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> Book:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    organisation = _word(told, "organisation")
    own = [_own(row, organisation) for row in told["egen"]]
    others = [
        Address(address=_word(row, "adress"), organisation=_word(row, "organisation"), name=_word(row, "namn"))
        for row in told.get("motpart", [])
    ]
    if not own:
        raise KeyError("egen")
    return Book(
        organisation, _word(told, "namn"), {one.address: one for one in own}, {one.address: one for one in others}
    )


def _own(row: Mapping[str, Any], organisation: str) -> Address:
    return Address(
        address=_word(row, "adress"),
        organisation=organisation,
        name=_word(row, "namn"),
        unit=str(row.get("enhet", "")),
        profession=_word(row, "profession"),
    )


def _word(row: Mapping[str, Any], key: str) -> str:
    found = row[key]
    if not isinstance(found, str) or not found.strip():
        raise KeyError(key)
    return found.strip()


def _unusable(why: str) -> PermanentError:
    return PermanentError("adressbok", f"SDK:s adressbok går inte att använda: {why}.")
