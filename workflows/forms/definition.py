"""Reads and checks one form: JSON in, a frozen `Form` or findings out."""

from __future__ import annotations

from workflows.findings import Finding
from workflows.forms import reading
from workflows.forms.shapes import TYPES, Bound, Choice, Field, Form, Rule, Shared, Source

__all__ = [
    "TYPES",
    "Bound",
    "Choice",
    "Field",
    "Form",
    "FormError",
    "Rule",
    "Shared",
    "Source",
    "check",
    "load",
    "read",
]


class FormError(Exception):
    """The form cannot be used."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings
        super().__init__("; ".join(f"{finding.element}: {finding.message}" for finding in findings))


def load(data: Source, *, shared: Shared, filename: str = "") -> Form:
    """The form with its shared parts put in place; FormError with every finding when it has errors."""
    form, findings = reading.read(data, filename=filename, shared=shared)
    errors = [finding for finding in findings if finding.severity == "error"]
    if form is None or errors:
        raise FormError(errors)
    return form


def read(data: Source, filename: str, shared: Shared) -> tuple[Form | None, list[Finding]]:
    """The form as far as it could be read, and everything wrong with it."""
    return reading.read(data, filename=filename, shared=shared)


def check(data: Source, filename: str, shared: Shared) -> list[Finding]:
    """Everything wrong with the form by itself; what it asks of the ärende is told by `workflows.variables`."""
    return read(data, filename, shared)[1]
