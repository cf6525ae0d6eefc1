"""Each unit has a report of its month as PDF: made once, of no fewer than five, caught up, and told to who wants it."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail
from django.core.management import call_command
from django.utils import timezone
from pypdf import PdfReader

from followup.models import Counted, MonthlyReport, ReportTold, Tally
from followup.services import reports
from followup.units import report as paper
from followup.units.month import Month
from people.models import Staff, Unit
from tests import pages
from tests.integration.test_effects import count_all, visited
from workflows.models import Incident
from workflows.services import incidents

pytestmark = pytest.mark.django_db
LIST = "/uppfoljning/~/manadsrapporter/"
TZ = timezone.get_default_timezone()


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=TZ)  # type: ignore[arg-type, misc]


def make_all(now: datetime) -> int:
    made = 0
    while reports.make_due(now=now):
        made += 1
    return made


def counted_until(now: datetime) -> None:
    Counted.objects.update_or_create(pk=1, defaults={"at": now})


@pytest.fixture
def norr(anna: Staff) -> Unit:
    pages.publish()
    pages.join(anna, "sjukskoterska")
    unit: Unit = Unit.objects.get(key="norr")
    Unit.objects.exclude(pk=unit.pk).delete()
    return unit


def text_of(found: MonthlyReport) -> str:
    reader = PdfReader(io.BytesIO(bytes(found.pdf or b"")))
    root: Any = reader.root_object
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "sv-SE"
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_it_says_what_the_unit_did_what_came_of_it_and_what_stopped(anna: Staff, norr: Unit) -> None:
    now = timezone.now()
    for number in range(6):
        instance = visited(pages.person(), anna, follow_up=number < 3)
        incidents.open_incident(code="engine", text="x", group="it_drift", instance=instance, now=now)
    count_all()
    month = timezone.localdate(now).replace(day=1)
    sheet = paper.sheet(Month(norr, month, timezone.now()))
    told = {one.heading: one for one in sheet.sections}
    done = told["Så gick förloppen"].table
    assert done is not None
    (row,) = done.rows
    tallied = sum(Tally.objects.filter(is_month=True, what="done", unit="norr").values_list("count", flat=True))
    assert row[:2] == ("Hembesök", str(tallied))
    effect = told["Vad det gav: Hembesök"].table
    assert effect is not None
    assert [line[2] for line in effect.rows if "50" in line[2]] == ["50\N{NO-BREAK SPACE}%"]
    stopped = told["Stopp"].table
    assert stopped is not None
    assert stopped.rows[0] == ("Hembesök", "6", "6")
    assert "Berit" not in str(sheet)
    few = paper.sheet(Month(norr, date(2020, 1, 1), now))
    assert {one.lead for one in few.sections if one.heading == "Stopp"} == {paper.NOTHING}


def test_of_fewer_than_five_it_tells_no_number(anna: Staff, norr: Unit) -> None:
    for _ in range(2):
        visited(pages.person(), anna, follow_up=True)
    count_all()
    sheet = paper.sheet(Month(norr, timezone.localdate().replace(day=1), timezone.now()))
    rows = [row for one in sheet.sections if one.table for row in one.table.rows]
    assert rows
    numbers = {cell for row in rows for cell in row[1:] if cell.isdecimal()}
    assert numbers <= {"0"}


def test_it_is_made_once_on_the_first_working_day_and_a_missed_month_too(norr: Unit) -> None:
    counted_until(at(2026, 11, 30, 12))
    assert make_all(at(2026, 11, 30, 12)) == 3  # August, September and October were missed
    counted_until(at(2026, 11, 30, 23))
    assert make_all(at(2026, 12, 1, 12)) == 0  # not counted past the month yet
    counted_until(at(2026, 12, 1, 6))
    assert make_all(at(2026, 12, 1, 4)) == 0
    assert make_all(at(2026, 12, 1, 6)) == 1
    assert make_all(at(2026, 12, 1, 7)) == 0
    months = MonthlyReport.objects.order_by("month").values_list("month", flat=True)
    assert list(months) == [date(2026, month, 1) for month in (8, 9, 10, 11)]
    assert not reports.is_time(date(2027, 4, 1), at(2027, 5, 2, 12))  # a Saturday and a Sunday came first
    assert reports.is_time(date(2027, 4, 1), at(2027, 5, 3, 6))
    told = text_of(MonthlyReport.objects.get(month=date(2026, 11, 1)))
    assert "månadsrapport för november 2026" in told
    assert "Vad siffrorna betyder" in told


def test_a_failure_is_a_stopp_and_is_made_the_next_day(norr: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    now = at(2026, 12, 1, 6)
    counted_until(now)

    def broken(_month: Month) -> bytes:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(paper, "made", broken)
        assert make_all(now) == 3
        stop = Incident.objects.get(code="report", text__contains="2026-11")
    assert (stop.group, stop.page) == ("it_drift", LIST)
    assert make_all(now + timedelta(hours=2)) == 0
    assert make_all(now + timedelta(days=1)) == 3
    assert MonthlyReport.objects.exclude(at=None).count() == 3


def test_a_chef_reads_those_of_their_unit_and_gets_one_letter_when_they_want_it(
    norr: Unit, anna: Staff, settings: LazySettings
) -> None:
    settings.FORLOPP_MAIL = "console"
    chef = pages.staff("eva", "enhetschef")
    Staff.objects.filter(pk=chef.pk).update(email="eva@kommun.example")
    client = pages.logged_in(chef)
    assert client.post(LIST, {"brev": "ja"}).status_code == 302
    now = timezone.now()
    counted_until(now + timedelta(days=40))
    make_all(now + timedelta(days=40))
    made = MonthlyReport.objects.exclude(at=None)
    assert made.exists()
    then, over = now + timedelta(days=40), now + timedelta(days=40, hours=3)
    reports.tell_due(now=then, find=lambda staff: (staff.email, over))
    reports.tell_due(now=over - timedelta(hours=1), find=lambda staff: (staff.email, then))
    assert mail.outbox == [], "they wanted quiet until then, and are not asked again before"
    for _ in range(2):
        reports.tell_due(now=over, find=lambda staff: (staff.email, over))
    (letter,) = mail.outbox
    assert letter.to == ["eva@kommun.example"]
    assert "Norr" not in f"{letter.body} {letter.subject}"
    assert ReportTold.objects.count() == made.count()
    one = made[0]
    address = f"{LIST}norr/{one.month:%Y-%m}/"
    assert f'href="{address}"' in pages.text(client.get(LIST))
    assert client.get(address)["Content-Type"] == "application/pdf"
    assert pages.logged_in(anna).get(address).status_code == 404
    assert client.get(f"{LIST}norr/1999-01/").status_code == client.get(f"{LIST}norr/x/").status_code == 404
    Unit.objects.create(key="soder", name="Söder")
    MonthlyReport.objects.filter(pk=one.pk).update(unit=Unit.objects.get(key="soder"))
    assert client.get(f"{LIST}soder/{one.month:%Y-%m}/").status_code == 404
    call_command("notify", once=True)
    assert len(mail.outbox) == 1
