"""What IT has written in sign_in.toml, read once and judged at start."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from people.spheres import ONE, Sphere

if TYPE_CHECKING:
    from people.identities.shape import Broker, Provider, SignIn

WRONG = {
    "missing": "Saknas.",
    "extra_forbidden": "Inställningen finns inte.",
    "literal_error": "Ska vara något av de ord som config/sign_in.toml anger.",
    "string_type": "Ska vara en text inom citattecken.",
    "bool_type": "Ska vara true eller false.",
    "int_type": "Ska vara ett heltal.",
    "greater_than_equal": "Är för litet.",
    "less_than_equal": "Är för stort.",
    "string_too_short": "Får inte vara tomt.",
    "string_pattern_mismatch": "Namnet ska vara små bokstäver, siffror, - och _.",
}


def get() -> SignIn:
    """What holds now; while the file is wrong nobody but local accounts, with what is asked of all."""
    return _read()[0]


def provider(key: str) -> Provider | None:
    return get().providers.get(key)


def broker(key: str) -> Broker | None:
    """Of persons; staff come in by none of them."""
    return get().persons.brokers.get(key)


def problems() -> list[str]:
    """All that is wrong in the file, in words for who wrote it; never a value."""
    return _read()[1]


def enough(sphere: str, level: int) -> bool:
    """Whether a log-in is sure enough for what is done in a sphere."""
    asked = get().levels
    wanted = {Sphere.HEALTH.value: asked.hsl, Sphere.SOCIAL.value: asked.sol}
    spheres = ONE if sphere == Sphere.BOTH.value else {sphere} & ONE
    return level >= max((wanted[one] for one in spheres), default=0)


def sure_enough(spheres: Iterable[str], level: int) -> bool:
    return all(enough(sphere, level) for sphere in spheres)


@contextmanager
def told(**parts: Any) -> Iterator[None]:
    """For tests: as if the file said this."""
    before = settings.FORLOPP_SIGN_IN_TOLD
    settings.FORLOPP_SIGN_IN_TOLD = parts
    _read.cache_clear()
    try:
        yield
    finally:
        settings.FORLOPP_SIGN_IN_TOLD = before
        _read.cache_clear()


@cache
def _read() -> tuple[SignIn, list[str]]:
    # Only here: what no installation without it should load.
    from pydantic import ValidationError

    from people.identities.shape import SignIn

    content = settings.FORLOPP_SIGN_IN_TOLD or _content()
    if isinstance(content, str):
        return SignIn(), [content]
    try:
        return SignIn.model_validate(content), []
    except ValidationError as wrong:
        return SignIn(), [_told(error) for error in wrong.errors(include_input=False, include_url=False)]


def _told(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"] if part != "[key]") or "filen"
    if error["type"] == "value_error":
        return f"{where}: {error['ctx']['error']}"
    return f"{where}: {WRONG.get(error['type'], 'Värdet går inte att använda.')}"


def _content() -> dict[str, Any] | str:
    try:
        return tomllib.loads(Path(settings.FORLOPP_SIGN_IN).read_text(encoding="utf-8"))
    except OSError:
        return "filen: Filen går inte att läsa."
    except UnicodeDecodeError:
        return "filen: Filen är inte UTF-8."
    except tomllib.TOMLDecodeError as error:
        return f"filen: Filen är inte giltig TOML ({error})."
