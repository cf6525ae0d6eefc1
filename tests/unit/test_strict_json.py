"""JSON that others wrote has one meaning or is refused."""

import pytest

from workflows import strict_json


@pytest.mark.parametrize("text", ['{"a": 1, "b": [null, "å"]}', '{"a": 1, "b": [null, "å"]}'.encode()])
def test_what_is_plain_is_read(text: str | bytes) -> None:
    assert strict_json.parse(text) == {"a": 1, "b": [None, "å"]}


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1, "a": 2}',
        '{"x": {"a": 1, "a": 1}}',
        "NaN",
        "[-Infinity]",
        "[" * 100_000,
        "",
        "{",
        b"\xff",
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_can_be_read_two_ways_or_none_is_refused(text: str | bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - every way to be wrong
        strict_json.parse(text)
