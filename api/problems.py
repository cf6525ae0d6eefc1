"""What is said when a call cannot be carried out: RFC 9457 (problem+json), a code for machines, Swedish for people."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from pydantic import BaseModel, Field

from web.responses import because
from workflows import strict_json
from workflows.forms.answers import FieldError

MEDIA = "application/problem+json"
TITLES = {
    400: "Anropet går inte att läsa",
    401: "Du behöver ett giltigt token",
    404: "Finns inte",
    405: "Adressen tar inte emot det",
    409: "Något hann före",
    413: "Anropet är för stort",
    415: "Fel slags innehåll",
    422: "Något i anropet stämmer inte",
    429: "För många anrop",
    503: "Förlopp svarar inte just nu",
}
NOT_HERE = "Det finns inte, eller så får klienten inte nå det."


class Wrong(BaseModel):
    """One thing that is wrong: a JSON Pointer into the body, or the name of a header, path or query parameter."""

    pointer: str | None = None
    parameter: str | None = None
    detail: str


class ProblemOut(BaseModel):
    """RFC 9457: why a call was not carried out. `code` is stable; `title` and `detail` are Swedish, for people."""

    type: str = Field(examples=["urn:forlopp:problem:finns-inte"])
    title: str
    status: int
    code: str = Field(examples=["finns-inte"])
    detail: str
    errors: list[Wrong] = []


@dataclass
class Problem(Exception):
    """Anropet kan inte utföras."""

    status: int
    code: str
    detail: str
    errors: Sequence[Wrong] = ()
    headers: Mapping[str, str] | None = None

    def response(self) -> HttpResponse:
        said = ProblemOut(
            type=f"urn:forlopp:problem:{self.code}",
            title=TITLES[self.status],
            status=self.status,
            code=self.code,
            detail=self.detail,
            errors=list(self.errors),
        )
        body = said.model_dump_json(exclude_none=True)
        response = HttpResponse(body, status=self.status, content_type=MEDIA, headers=dict(self.headers or {}))
        response.headers.setdefault("Cache-Control", "no-store")
        return because(response, self.code)


def missing() -> Problem:
    """The one answer for what is not there and for what the client may not reach."""
    return Problem(404, "finns-inte", NOT_HERE)


def unknown_caller() -> Problem:
    detail = "Skicka rubriken Authorization: Bearer och ett token som gäller."
    return Problem(401, "token", detail, headers={"WWW-Authenticate": 'Bearer realm="forlopp"'})


def too_fast(seconds: float) -> Problem:
    wait = max(1, int(-(-seconds // 1)))
    return Problem(429, "for-manga-anrop", f"Vänta {wait} sekunder.", headers={"Retry-After": str(wait)})


def conflict(code: str, detail: str) -> Problem:
    return Problem(409, code, detail)


def invalid(pointer: str, detail: str, *, code: str = "ogiltigt") -> Problem:
    return Problem(422, code, "Rätta det som står under errors.", [Wrong(pointer=pointer, detail=detail)])


def in_answers(errors: Iterable[FieldError], under: str = "answers") -> Problem:
    """What a form says of answers, at its fields."""
    found = [Wrong(pointer=pointer(under, *error.path), detail=error.message) for error in errors]
    return Problem(422, "svar", "Svaren stämmer inte med formuläret. Rätta det som står under errors.", found)


def in_call(errors: Iterable[Mapping[str, Any]]) -> Problem:
    """What the shapes of the API say of a call; what was sent is not repeated."""
    found = [_wrong(*error["loc"], detail=error["msg"]) for error in errors]
    return Problem(422, "ogiltigt", "Anropet stämmer inte med beskrivningen i openapi.json.", found)


def _wrong(where: str | int, *path: str | int, detail: str) -> Wrong:
    if where == "body":
        return Wrong(pointer=pointer(*path[1:]), detail=detail)  # the first is the name of our own argument
    return Wrong(parameter=str(path[-1] if path else where), detail=detail)


def pointer(*path: str | int) -> str:
    """A JSON Pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


MAX_DEPTH = 20


def parsed(body: bytes) -> Any:
    """Strict JSON of bounded depth without the signs that no database keeps. Raises Problem."""
    try:
        found = strict_json.parse(body)
    except ValueError as error:
        said = str(error) if isinstance(error, strict_json.NotStrict) else "Innehållet är inte giltig JSON i UTF-8."
        raise Problem(400, "json", said) from None
    if not _is_storable(found, MAX_DEPTH):
        raise Problem(400, "json", "Innehållet är nästlat för djupt, eller har tecken som inte går att spara.")
    return found


def _is_storable(value: Any, depth: int) -> bool:
    if depth < 0:
        return False
    if isinstance(value, str):
        return _is_text(value)
    if isinstance(value, dict):
        return all(_is_text(key) and _is_storable(item, depth - 1) for key, item in value.items())
    if isinstance(value, list):
        return all(_is_storable(item, depth - 1) for item in value)
    return not isinstance(value, float) or math.isfinite(value)


def _is_text(value: str) -> bool:
    """No NUL, and no half of a pair: neither can be written in UTF-8 to PostgreSQL."""
    return "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)
