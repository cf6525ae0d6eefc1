"""PDF of a task and an ärende: read back, with its tags and language, and with whatever people have written."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from people.models import AccessLog, Individual, Staff
from tests import attached, pages
from tests.integration.test_attachments import own_shelf, send
from web import paper
from web.paper import Entry, Paper, Row, Section
from workflows.models import UserTask
from workflows.services import user_tasks

pytestmark = pytest.mark.any_database

__all__ = ["own_shelf"]  # the fixture
AT = datetime.datetime(2026, 11, 28, 9, 5, tzinfo=datetime.UTC)
HOSTILE = '#emph[x] $x$ *fet* _kursiv_ `raw` \\ @ref <lab> // = rubrik #read("/etc/passwd") #panic("x") {{x}} ]'


def read(raw: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(raw))


def words(raw: bytes) -> str:
    """The text on one line; where a line ended in the middle of a word is not told apart."""
    return " ".join(" ".join(page.extract_text() for page in read(raw).pages).split())


def get(task: UserTask, by: Staff) -> bytes:
    answer = pages.logged_in(by).get(f"/uppgifter/{task.public_id}/pdf/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return bytes(answer.content)


def tags(reader: PdfReader) -> set[str]:
    """The kinds of every element of the tree that a screen reader walks."""
    found, left = set(), [reader.trailer["/Root"]["/StructTreeRoot"]]  # type: ignore[index]
    while left:
        node: Any = left.pop().get_object()
        if isinstance(node, list):
            left += node
        elif isinstance(node, dict):
            found.add(str(node.get("/S", "")))
            kids = node.get("/K", [])
            left += [kid for kid in (kids if isinstance(kids, list) else [kids]) if not isinstance(kid, int)]
    return found


def sheet(text: str) -> Paper:
    entries = [Entry(label=text, value=text), Entry(label="Lista", rows=[Row(label=text, entries=[Entry(label="a")])])]
    section = Section(heading=text, lead=text, entries=entries, lines=[text])
    return Paper(title=text or "x", mark=text, foot=text, at=AT, sections=[section])


@pytest.mark.django_db
def test_a_done_task_is_paper_with_answers_signature_and_files(task: UserTask, anna: Staff, berit: Individual) -> None:
    send(pages.logged_in(anna), task, ("Hallen.pdf", attached.PDF))
    answers = {"besoksdag": "2026-12-01", "plats": "annan", "annan_plats": f"Åäö {HOSTILE}", "tolk": False}
    user_tasks.complete(task=task, answers=answers, by=anna, now=AT)
    raw = get(task, anna)
    told = words(raw)
    for part in ("Planera besöket", "Berit Provsson", "1 december 2026", "På en annan plats", "Hallen.pdf"):
        assert part in told
    assert f"Åäö {HOSTILE}"[:60] in told
    assert "Slutförd av Anna Prov, för Samordnare, 28 november 2026 10:05." in told
    assert "Påhittad" not in told
    row = AccessLog.objects.get(action="print")
    assert (row.individual, row.object_type, row.object_id) == (berit, "user_task", str(task.public_id))


@pytest.mark.django_db
def test_it_is_swedish_tagged_titled_and_says_that_it_is_ua_and_a(task: UserTask, anna: Staff) -> None:
    reader = read(get(task, anna))
    root: Any = reader.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("sv-SE", True)
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == "Planera besöket"
    assert {"/H1", "/L", "/LI", "/Lbl", "/LBody"} <= tags(reader)
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert "pdfuaid:part" in xmp
    assert "pdfaid:part" in xmp
    fonts: Any = reader.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    assert all(
        "/FontFile" in str(font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object())
        for font in fonts.values()
    )


@pytest.mark.django_db
def test_an_arende_is_paper_with_everything_answered_in_order(task: UserTask, anna: Staff) -> None:
    siri = pages.staff("siri", "sjukskoterska")
    send(pages.logged_in(anna), task, ("Hallen.pdf", attached.PDF))
    answers = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
    user_tasks.complete(task=task, answers=answers, by=anna, now=timezone.now())
    answer = pages.logged_in(siri).get(f"/arenden/{task.instance.public_id}/pdf/")
    told = words(answer.content)
    order = [
        "Hembesök",
        "Person",
        "Berit Provsson",
        "Sammanfattning",
        "Planera besöket",
        "Vilken dag?",
        "Steg för steg",
    ]
    places = [told.index(part) for part in order]
    assert places == sorted(places)
    assert "Hallen.pdf (PDF, 1 kB), Anna Prov" in told.replace("\u00a0", " ")


@pytest.mark.django_db
def test_who_may_not_see_the_page_gets_no_paper_and_an_invented_person_is_marked(
    task: UserTask, anna: Staff, berit: Individual
) -> None:
    other = pages.logged_in(pages.staff("ivar", "it_drift"))
    assert other.get(f"/uppgifter/{task.public_id}/pdf/").status_code == 404
    assert other.get(f"/arenden/{task.instance.public_id}/pdf/").status_code == 404
    Individual.objects.filter(pk=berit.pk).update(is_invented=True)
    assert "Påhittad person" in words(get(task, anna))


@pytest.mark.any_database
@pytest.mark.django_db
def test_paper_of_practice_says_so(task: UserTask, anna: Staff, settings: Any) -> None:
    assert "ÖVNING" not in words(get(task, anna))
    settings.FORLOPP_PRACTICE = True
    assert "ÖVNING" in words(get(task, anna))


@pytest.mark.any_database
@pytest.mark.parametrize(
    "text", [HOSTILE, "😀 ❤️ 👨‍👩‍👧", "مرحبا 你好 ไทย", "\0\x1b\u202ea\u2028", "x" * 3_000, "", "\n\n\t"]
)
def test_whatever_is_written_is_shown_and_nothing_more(text: str) -> None:
    told = words(paper.pdf(sheet(text)))
    if text == HOSTILE:
        assert told.count("#panic") >= 3
    if "😀" in text:
        assert paper.MISSING in told
        assert "emojier" in told


@pytest.mark.any_database
@given(st.text(max_size=200))
def test_no_text_breaks_or_injects(text: str) -> None:
    reader = read(paper.pdf(sheet(text)))
    assert len(reader.pages) < 10
    assert reader.trailer["/Root"]["/Lang"] == "sv-SE"  # type: ignore[index]
    assert "/Link" not in tags(reader)


@pytest.mark.any_database
def test_what_the_fonts_are_said_to_have_they_have() -> None:
    """Every character that is let through is set, in a standard that refuses those that are not."""
    every = "".join(chr(code) for code in range(0x20, 0x2700) if not paper.UNPRINTABLE.match(chr(code)))
    assert len(every) > 1_500
    assert paper.MISSING not in words(paper.pdf(sheet(" ".join(every.replace(paper.MISSING, "")))))
