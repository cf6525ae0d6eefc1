"""What is checked: one förlopp as it has been read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lxml import etree

from workflows.dmn import Model
from workflows.forms.shapes import Form
from workflows.variables.shapes import Shape


@dataclass(frozen=True)
class UsedForm:
    """A form; not `is_whole` when some of it could not be read."""

    file: str
    form: Form
    is_whole: bool = True


@dataclass(frozen=True)
class Service:
    """An operation that a service task asks for: its parameters and a plausible answer."""

    params: Mapping[str, str]
    example: Mapping[str, Any]


@dataclass(frozen=True)
class Course:
    """Diagrams that are run (the main one first), forms by form key, tables by decision id, settings, operations.

    `is_whole` is False for a bare diagram or the shared folder, where names may come from somewhere not seen here.
    `given` are variables that the platform sets, beside those that are found in the files.
    `measured` are expressions of utfall.toml, each with the measure's key and what it is.
    """

    diagrams: Mapping[str, etree._Element]
    forms: Mapping[str, UsedForm] = field(default_factory=dict)
    decisions: Mapping[str, tuple[str, Model]] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    is_whole: bool = True
    given: Mapping[str, Shape] = field(default_factory=dict)
    measured: Sequence[tuple[str, str, str]] = ()
