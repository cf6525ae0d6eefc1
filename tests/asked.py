"""Forms of one question or a few, for tests of what an answer may be."""

from datetime import datetime
from typing import Any

from workflows.forms import answers, definition
from workflows.forms.shapes import Form

NOW = datetime.fromisoformat("2026-11-21T14:05:00+01:00")
NO_PARTS: dict[str, bytes] = {}
CHOICES: Any = [{"value": "a", "label": "Alfa"}, {"value": "b", "label": "Beta"}]


def make(*fields: dict[str, Any], **extra: Any) -> Form:
    return definition.load({"title": "Formulär", "fields": list(fields), **extra}, shared=NO_PARTS.__getitem__)


def field(kind: str, **extra: Any) -> dict[str, Any]:
    extra |= {"choices": CHOICES} if kind in ("enum", "multi") else {"of": "unit"} if kind == "ref" else {}
    extra |= {"min": 1, "max": 10} if kind == "scale" else {}
    return {"key": "x", "type": kind, "label": "Fältet", **extra}


def clean(form: Form, data: object, **variables: Any) -> answers.Cleaned:
    return answers.clean(form, data, variables, now=NOW)


def messages(cleaned: answers.Cleaned) -> list[str]:
    return [error.message for error in cleaned.errors]
