"""What templates say of moments and numbers, as HTML."""

import datetime

import pytest
import time_machine
from django.utils.html import conditional_escape

from web import words

NOW = datetime.datetime.fromisoformat("2026-11-21T12:00:00+01:00")


@pytest.mark.parametrize(
    ("hours", "kind", "word", "when"),
    [
        (-2, "late", "Försenad:", "för 2 timmar sedan"),
        (0.5, "now", "Nu, senast", "12:30"),
        (3, "today", "Senast", "i dag 15:00"),
        (24, "later", "Senast", "i morgon 12:00"),
    ],
)
def test_a_due_time_is_a_colour_and_a_word(hours: float, kind: str, word: str, when: str) -> None:
    due = NOW + datetime.timedelta(hours=hours)
    with time_machine.travel(NOW, tick=False):
        html = conditional_escape(words.due_tag(due))
    assert html == f'<span class="tag tag--{kind}">{word} <time datetime="{due.isoformat()}">{when}</time></span>'


def test_what_has_no_time_says_so_or_nothing() -> None:
    assert "Ingen bestämd tid" in words.due_tag(None)
    assert words.moment(None) == ""


def test_numbers_and_long_names() -> None:
    assert [words.size(count) for count in (0, 1_400, 999_499, 999_500, 1_440_000, 20_000_000)] == [
        *("1\u00a0kB", "1\u00a0kB", "999\u00a0kB", "1\u00a0MB", "1,4\u00a0MB", "20\u00a0MB")
    ]
    assert (words.counted(1, "träff", "träffar"), words.counted(0, "träff", "träffar")) == ("1 träff", "0 träffar")
    assert words.breakable("Bostadsanpassningshandläggare") == "Bostads\u00adanpassnings\u00adhandläggare"
