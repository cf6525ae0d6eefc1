"""Is it FHIR at all? Asked of a library made for it, which is loaded the first time and never by who does not ask."""

from __future__ import annotations

from typing import Any

from workflows.connectors import Unreadable

Json = dict[str, Any]


def require(bundle: Json) -> None:
    """Raises Unreadable, naming the element and never what stands in it.

    The library judges structure and types of R4B, which for these resources is R4. It judges neither value sets nor
    profiles; what we act on is judged by who reads it.
    """
    from fhir.resources.R4B.bundle import Bundle
    from pydantic import ValidationError

    try:
        Bundle.model_validate(_with_plain_spaces(bundle))
    except ValidationError as problem:
        where = ".".join(str(step) for step in problem.errors(include_input=False)[0]["loc"])
        raise Unreadable("ogiltig_fhir", f"Meddelandet är inte giltig FHIR R4 ({where[:200]}).") from None


def _with_plain_spaces(value: Any) -> Any:
    """FHIR's text knows four kinds of white space, and people's names are written with more."""
    if isinstance(value, dict):
        return {key: _with_plain_spaces(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_plain_spaces(item) for item in value]
    if isinstance(value, str):
        return "".join(" " if sign.isspace() and sign not in " \t\r\n" else sign for sign in value)
    return value
