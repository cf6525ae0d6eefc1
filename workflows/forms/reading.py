"""Turns the JSON of a form into a `Form` and collects everything that is wrong on the way."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from typing import Any

from workflows import strict_json
from workflows.diagram import COULD_NOT, NOT_NEEDED
from workflows.findings import Finding
from workflows.forms import naming
from workflows.forms.parts import Parts
from workflows.forms.shapes import Field, Form, Rule, Shared, Source

MAX_BYTES = 500_000
TOP_KEYS = frozenset({"title", "intro", "fields", "rules", COULD_NOT, NOT_NEEDED, "person_told", "person_asked"})


def read(data: Source, *, filename: str, shared: Shared) -> tuple[Form | None, list[Finding]]:
    """The form as far as it could be read, and every finding; never raises, whatever `data` is."""
    parts = Parts(filename=filename, shared=shared, decode=decode)
    try:
        content = decode(data)
    except (ValueError, RecursionError) as problem:
        message = str(problem) if isinstance(problem, NotAFormError) else "Filen är inte giltig JSON."
        return None, [Finding(filename, "", "error", "form_unreadable", message)]
    form = _form(content, parts)
    naming.check(form, parts.report)
    return form, parts.findings


def _form(content: Mapping[str, Any], parts: Parts) -> Form:
    parts.unknown_keys(content, TOP_KEYS, "")
    title = parts.text(content, "title", "", required=True)
    intro = parts.text(content, "intro", "")
    rules: list[Rule] = []
    fields: tuple[Field, ...] = parts.fields(content.get("fields"), "", rules)
    rules.extend(parts.rules(content.get("rules"), ""))
    could_not, not_needed = (parts.reasons(content, code) for code in (COULD_NOT, NOT_NEEDED))
    told, asked = (parts.text(content, name, "") for name in ("person_told", "person_asked"))
    if asked and not told:
        parts.report("", "form_missing_key", "”person_asked” behöver ”person_told”: det som personen läser om steget.")
    return Form(title, intro, fields, tuple(rules), could_not, not_needed, told, asked)


class NotAFormError(ValueError):
    """The file is not a form at all; the message is for the process owner."""


def decode(data: Source) -> Mapping[str, Any]:
    """The JSON object in `data`: UTF-8, no duplicate names, no NaN."""
    content: Any = data
    if isinstance(data, bytes | bytearray):
        content = _parse(bytes(data))
    if not isinstance(content, Mapping):
        raise NotAFormError("Ett formulär ska vara ett JSON-objekt: { … }.")
    return content


def _parse(data: bytes) -> object:
    if len(data) > MAX_BYTES:
        raise NotAFormError(f"Filen är större än {MAX_BYTES // 1000} kB.")
    try:
        text = unicodedata.normalize("NFC", data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise NotAFormError("Filen är inte sparad som UTF-8.") from None
    if not text.strip():
        raise NotAFormError("Filen är tom.")
    try:
        return strict_json.parse(text)
    except json.JSONDecodeError as problem:
        raise NotAFormError(f"Filen är inte giltig JSON: rad {problem.lineno}, kolumn {problem.colno}.") from None
    except strict_json.NotStrict as problem:
        raise NotAFormError(str(problem)) from None
