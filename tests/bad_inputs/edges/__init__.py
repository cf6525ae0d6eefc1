"""The edges through which bad inputs come: one runner each, by the name that inputs.toml calls it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.http.response import HttpResponseBase

from tests import pages


@dataclass(frozen=True)
class Answer:
    """What came back, as one who reads it sees it."""

    status: int
    text: str


Runner = Callable[[dict[str, Any], pytest.MonkeyPatch], Answer]
RUNNERS: dict[str, Runner] = {}


def edge(runner: Runner) -> Runner:
    """A function that feeds the input, asserts what must be kept, and gives the answer."""
    RUNNERS[runner.__name__] = runner
    return runner


def answered(response: HttpResponseBase) -> Answer:
    return Answer(response.status_code, pages.text(response))
