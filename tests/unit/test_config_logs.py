"""No identity number reaches a log, however it came into the message."""

import logging
import sys

import pytest

from config.logs import RedactingFormatter, redact


@pytest.mark.parametrize(
    "number", ["19121212-1212", "191212121212", "121212-1212", "1212121212", "121212+1212", "19701063-2391"]
)
def test_identity_numbers_are_removed(number: str) -> None:
    assert redact(f"person {number} saknas") == "person [identitet borttagen] saknas"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T09:30:00+01:00",
        "ärende 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "port 8000, process 123456",
        "01a200cc-014b-750a-a11f-123456789012",
    ],
)
def test_times_and_opaque_ids_are_left_alone(text: str) -> None:
    assert redact(text) == text


def test_a_traceback_is_covered_too() -> None:
    try:
        raise ValueError("191212121212")
    except ValueError:
        record = logging.LogRecord("x", logging.ERROR, "", 0, "fel för %s", ("121212-1212",), sys.exc_info())
    line = RedactingFormatter().format(record)
    assert "1212121212" not in line
    assert "121212-1212" not in line
    assert "ValueError" in line


def test_an_error_is_told_by_place_and_kind_and_quotes_nothing() -> None:
    name = "Marga" + "reta"
    try:
        try:
            raise ValueError(f"Failing row contains ({name})")
        except ValueError as error:
            raise RuntimeError(f"about {name}") from error
    except RuntimeError:
        record = logging.LogRecord("forlopp", logging.ERROR, __file__, 1, "message", (), sys.exc_info())
    line = RedactingFormatter().format(record)
    assert "Margareta" not in line
    assert "RuntimeError" in line
    assert "ValueError" in line
    assert "test_config_logs.py" in line
