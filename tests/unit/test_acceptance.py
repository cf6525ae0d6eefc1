"""Each acceptance scenario is proved by tests that are there."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests import acceptance

ALL = acceptance.scenarios()


def test_there_are_fifteen() -> None:
    assert len(ALL) == 15


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: str(ALL.index(scenario) + 1))
def test_what_proves_it_is_there(scenario: dict[str, Any]) -> None:
    for name in scenario["tests"]:
        file, *inside = name.split("::")
        if not inside:
            course, _, played = name.partition("/")
            assert (acceptance.ROOT / "bpmn" / course / "scenarios" / f"{played}.toml").is_file(), name
            continue
        text = (acceptance.ROOT / file).read_text(encoding="utf-8")
        assert all(re.search(rf"^ *(def|class) {part}\b", text, re.MULTILINE) for part in inside), name
