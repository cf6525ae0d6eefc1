"""The log is reviewed: what the rules catch, what is drawn, who may judge, and what the person is told."""

from __future__ import annotations

import ast
import datetime
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, TestCase
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from audit import entries, rules, selectors, words
from audit.models import Pick, Round
from audit.services import rounds
from people import backends
from people.models import AccessLog, Individual, Profession, Staff, Unit
from people.services import access
from tests import pages
from web.swedish import STOCKHOLM

DAY = datetime.date(2026, 10, 14)
NOON = datetime.datetime(2026, 10, 14, 12, 0, tzinfo=STOCKHOLM)
AFTER = datetime.datetime(2026, 11, 3, 8, 0, tzinfo=STOCKHOLM)

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for room in ("api", "integrations", "people", "tasks", "workbench", "workflows")
    for path in sorted((ROOT / room).rglob("*.py"))
    if "access.record" in (text := path.read_text(encoding="utf-8"))
    or "record(request" in text
    or "opening.person" in text
]

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna() -> Staff:
    return pages.staff("anna", "samordnare")


@pytest.fixture
def reviewer() -> Staff:
    return pages.staff("lova", "logggranskare", may_see_protected=True)


def look(
    staff: Staff,
    individual: Individual | None,
    at: datetime.datetime = NOON,
    *,
    reason: str | None = None,
    is_allowed: bool = True,
) -> None:
    access.record(
        staff=staff,
        individual=individual,
        action="read",
        object_type="individual",
        object_id="x",
        now=at,
        reason=reason,
        is_allowed=is_allowed,
    )


def caught(day: datetime.date = DAY) -> list[str]:
    return sorted(hit.rule for hit in rules.hits(day))


def sweep(now: datetime.datetime = AFTER) -> None:
    while rounds.sweep_due(now=now):
        pass


def test_an_ordinary_reading_is_caught_by_no_rule(anna: Staff) -> None:
    look(anna, pages.person())
    assert caught() == []


def test_the_same_family_name_is_caught(anna: Staff) -> None:
    Individual.objects.filter(pk=pages.person().pk).update(family_name="Prov")
    look(anna, Individual.objects.get())
    assert caught() == ["efternamn"]


def test_a_colleague_is_caught_and_not_oneself(anna: Staff) -> None:
    Staff.objects.filter(pk=anna.pk).update(first_name="Berit", last_name="Provsson")
    berit = pages.person()
    look(anna, berit)
    assert caught() == ["efternamn"]
    look(pages.staff("bo", "samordnare"), berit)
    assert caught() == ["efternamn", "kollega"]


def test_a_protected_person_a_dead_one_and_a_reason_are_caught(anna: Staff) -> None:
    look(anna, pages.person(protection="sekretessmarkering"))
    assert caught() == ["skyddad"]
    dead = pages.person(number="196101182803", given_name="Sven")
    Individual.objects.filter(pk=dead.pk).update(deceased_on=DAY - datetime.timedelta(days=31))
    look(anna, dead)
    look(anna, pages.person(number="193912017289", given_name="Karin"), reason="Ringde och frågade")
    assert caught() == ["avliden", "skal", "skyddad"]


@pytest.mark.parametrize(
    ("hour", "day", "is_night"),
    [(22, 14, True), (5, 14, True), (6, 14, False), (21, 14, False), (2, 25, True), (23, 25, True), (7, 25, False)],
)
def test_night_is_told_by_swedish_time_also_when_the_clock_is_turned(
    anna: Staff, hour: int, day: int, is_night: bool
) -> None:
    look(anna, pages.person(), datetime.datetime(2026, 10, day, hour, 30, tzinfo=STOCKHOLM))
    assert caught(datetime.date(2026, 10, day)) == (["natt"] if is_night else [])


def test_a_unit_that_works_at_night_is_left_alone(anna: Staff, settings: Settings) -> None:
    look(anna, pages.person(), NOON.replace(hour=23))
    settings.FORLOPP_NIGHT_UNITS = ["soder", "norr"]
    assert caught() == []


def test_many_persons_in_an_hour_and_many_refusals_are_caught_as_one_thing(
    anna: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MANY_PERSONS", 1)
    look(anna, pages.person())
    look(anna, pages.person())
    assert caught() == []
    look(anna, pages.person(number="196101182803", given_name="Sven"))
    assert caught() == ["manga"]
    for _ in range(rules.MANY_REFUSALS):
        look(anna, pages.person(), is_allowed=False)
    assert caught() == ["manga", "nekad"]


def test_a_name_in_a_list_is_no_reading(anna: Staff) -> None:
    protected = pages.person(protection="sekretessmarkering")
    for _ in range(2):
        access.record_listed(staff=anna, individual_ids=[protected.pk], object_type="inbox", now=NOON)
    assert AccessLog.objects.filter(action="listed", individual=protected).count() == 1
    assert caught() == []
    access.record_listed(staff=anna, individual_ids=[protected.pk], object_type="inbox", now=AFTER)
    assert AccessLog.objects.filter(action="listed").count() == 2


def test_a_list_that_shows_nobody_new_asks_nothing_and_what_was_not_stored_is_not_remembered(
    anna: Staff, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reader = backends.working(anna.pk)
    assert reader is not None
    first, second = pages.person().pk, pages.person(number="196101182803", given_name="Sven").pk

    def shown(*individuals: int, times: int) -> None:
        with django_assert_num_queries(times):
            access.record_listed(staff=reader, individual_ids=individuals, object_type="inbox", now=NOON)

    with TestCase.captureOnCommitCallbacks(execute=True):
        shown(first, times=1)
    shown(first, times=0)
    shown(first, second, times=1)
    shown(first, second, times=1)
    assert AccessLog.objects.filter(action="listed").count() == 2


def test_a_month_becomes_a_round_for_each_unit_with_what_was_caught_once_for_each_person(anna: Staff) -> None:
    person = pages.person(protection="sekretessmarkering")
    look(anna, person)
    look(anna, person, NOON + datetime.timedelta(days=1))
    sweep()
    pick = Pick.objects.get()
    assert (pick.round.unit.key, pick.round.month, pick.why) == ("norr", datetime.date(2026, 10, 1), {"skyddad": 2})
    assert (pick.first_at, pick.last_at) == (NOON, NOON + datetime.timedelta(days=1))
    sweep(AFTER)
    assert Pick.objects.get().why == {"skyddad": 2}


def test_the_sample_is_drawn_when_the_month_is_over(anna: Staff, settings: Settings) -> None:
    settings.FORLOPP_LOG_SAMPLE = 2
    for number in range(5):
        look(anna, pages.person(number="193805142381", given_name=f"Berit{number}"), NOON)
    sweep(NOON + datetime.timedelta(days=2))
    while rounds.sample_due(now=NOON + datetime.timedelta(days=2)):
        pass
    assert not Pick.objects.exists()
    sweep()
    assert rounds.sample_due(now=AFTER)
    assert not rounds.sample_due(now=AFTER)
    made = Round.objects.get(month=datetime.date(2026, 10, 1))
    assert made.sampled_at == AFTER
    assert Pick.objects.get(round=made).why == {"urval": 2}


def test_nobody_judges_their_own_and_a_doubt_says_why(anna: Staff, reviewer: Staff) -> None:
    person = pages.person(protection="sekretessmarkering")
    look(anna, person)
    look(reviewer, person)
    sweep()
    of_anna, of_reviewer = Pick.objects.get(staff=anna), Pick.objects.get(staff=reviewer)
    told: dict[str, Any] = {"by": reviewer, "now": AFTER, "action_id": uuid.uuid4()}
    with pytest.raises(rounds.OnesOwn):
        rounds.judge(pick=of_reviewer, verdict="befogad", note="", **told)
    with pytest.raises(rounds.SaysNotWhy):
        rounds.judge(pick=of_anna, verdict="utreds", note=" ", **told)
    with pytest.raises(rounds.NotChosen):
        rounds.judge(pick=of_anna, verdict="kanske", note="", **told)
    first = rounds.judge(pick=of_anna, verdict="befogad", note="", **told)
    assert rounds.judge(pick=of_anna, verdict="utreds", note="dubbelklick", **told) == first


def test_a_round_is_signed_when_the_month_is_over_and_all_is_judged(anna: Staff, reviewer: Staff) -> None:
    look(anna, pages.person(protection="sekretessmarkering"))
    sweep()
    made = Round.objects.get()
    with pytest.raises(rounds.NotYet):
        rounds.close(reviewed=made, conclusion="", by=reviewer, now=AFTER)
    while rounds.sample_due(now=AFTER):
        pass
    with pytest.raises(rounds.NotAllJudged):
        rounds.close(reviewed=made, conclusion="", by=reviewer, now=AFTER)
    pick = Pick.objects.get()
    rounds.judge(pick=pick, verdict="befogad", note="", by=reviewer, now=AFTER, action_id=uuid.uuid4())
    rounds.close(reviewed=made, conclusion="Inget att anmärka.", by=reviewer, now=AFTER)
    made.refresh_from_db()
    assert (made.closed_by, made.closed_at) == (reviewer, AFTER)
    with pytest.raises(rounds.AlreadyClosed):
        rounds.judge(pick=pick, verdict="befogad", note="", by=reviewer, now=AFTER, action_id=uuid.uuid4())


def test_what_comes_after_a_judgement_is_judged_again(anna: Staff, reviewer: Staff) -> None:
    person, later = pages.person(protection="sekretessmarkering"), NOON + datetime.timedelta(days=5)
    look(anna, person)
    sweep(NOON + datetime.timedelta(days=1))
    judged = NOON + datetime.timedelta(days=2)
    rounds.judge(pick=Pick.objects.get(), verdict="befogad", note="", by=reviewer, now=judged, action_id=uuid.uuid4())
    assert rounds.left(Round.objects.get()) == 0
    look(anna, person, later)
    sweep()
    assert rounds.left(Round.objects.get()) == 1
    (shown,) = selectors.picks(Round.objects.get(), viewer=reviewer)
    assert shown.judgement is None
    assert len(shown.judgements) == 1


def test_a_head_reviews_their_own_units_and_nobody_else_gets_in(client: Client, anna: Staff, reviewer: Staff) -> None:
    look(anna, pages.person(protection="sekretessmarkering"))
    sweep()
    made = Round.objects.get()
    address = f"/logg/{made.ref}/"
    for member, answer in ((anna, 404), (reviewer, 200), (pages.staff("eva", "enhetschef"), 200)):
        client.force_login(member)
        assert client.get(address).status_code == answer
        assert client.get("/logg/").status_code == answer
    other = Staff.objects.create_user("erik", last_name="Prov")
    soder = Unit.objects.create(key="soder", name="Söder")
    head = Profession.objects.get(key="enhetschef")
    other.assignments.create(profession=head, unit=soder, valid_from=datetime.date(2020, 1, 1))
    client.force_login(other)
    assert client.get(address).status_code == 404
    assert client.get("/logg/sok/").status_code == 404
    assert client.get("/logg/utdrag/").status_code == 404
    assert AccessLog.objects.filter(staff=other, object_type="access_log", outcome="denied").count() == 1


def test_a_reviewer_judges_on_the_pages_and_signs(client: Client, anna: Staff, reviewer: Staff) -> None:
    look(anna, pages.person(protection="sekretessmarkering"))
    sweep()
    while rounds.sample_due(now=AFTER):
        pass
    pick = Pick.objects.get()
    address = f"/logg/{pick.round.ref}/{pick.ref}/"
    client.force_login(reviewer)
    refused = client.post(address, {"bedomning": "obefogad", "anteckning": ""})
    assert refused.status_code == 422
    assert "Skriv vad som ska utredas" in refused.content.decode()
    told = {"bedomning": "obefogad", "anteckning": "Hade inget ärende där.", "action_id": str(uuid.uuid4())}
    assert client.post(address, told).status_code == 302
    assert client.post(address, told).status_code == 302
    assert pick.judgements.count() == 1
    assert client.post(f"/logg/{pick.round.ref}/", {"slutsats": "Anmält till chefen."}).status_code == 302
    page = client.get(f"/logg/{pick.round.ref}/").content.decode()
    assert "Avslutad av Lova Prov" in page
    assert "Obefogad" in page


def test_a_search_says_why_and_is_in_the_log_itself(client: Client, anna: Staff, reviewer: Staff) -> None:
    berit = pages.person()
    look(anna, berit)
    client.force_login(reviewer)
    asked = {"personnummer": "19380514-2381", "personal": "", "fran": "", "till": "", "skal": ""}
    assert "Skriv varför du söker" in client.post("/logg/sok/", asked).content.decode()
    page = client.post("/logg/sok/", asked | {"skal": "Anmälan"}).content.decode()
    assert "Anna Prov" in page
    assert "Läste personens sida" in page
    entry = AccessLog.objects.get(staff=reviewer, action="search", object_type="access_log")
    assert (entry.individual, entry.reason) == (berit, "Anmälan")
    for wrong in ({"personnummer": "12"}, {"personal": "finns-inte"}, {"fran": "förut"}, {"personnummer": ""}):
        assert client.post("/logg/sok/", asked | {"skal": "Anmälan"} | wrong).status_code == 422
    days = {"skal": "Anmälan", "fran": "1 januari 2025", "till": "i dag"}
    assert "Anna Prov" in client.post("/logg/sok/", asked | days).content.decode()
    assert "Dagen ska vara ett datum" in client.post("/logg/sok/", asked | days | {"till": "snart"}).content.decode()


def test_the_log_is_read_a_page_at_a_time_and_no_row_twice(
    anna: Staff, reviewer: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(entries, "PAGE", 2)
    for _ in range(3):
        look(anna, pages.person())
    look(anna, pages.person(), NOON - datetime.timedelta(hours=1))
    wanted, seen = entries.Wanted(staff=anna), []
    while True:
        rows, older = entries.page(wanted, viewer=reviewer)
        seen += [row.key for row in rows]
        if not older:
            break
        wanted = entries.Wanted(staff=anna, older_than=older)
    assert seen == list(AccessLog.objects.order_by("-at", "-pk").values_list("pk", flat=True))


def test_the_person_is_told_when_and_where_and_not_by_whom(client: Client, anna: Staff, reviewer: Staff) -> None:
    look(anna, pages.person())
    look(anna, pages.person(), NOON + datetime.timedelta(hours=1))
    look(anna, pages.person(), is_allowed=False)
    client.force_login(reviewer)
    asked = {"personnummer": "193805142381", "fran": "", "till": "", "som": "sida"}
    page = client.post("/logg/utdrag/", asked).content.decode()
    assert "Hemtjänst Norr · Samordnare" in page
    assert "14 oktober 2026 kl. 12:00–13:00 · 2 gånger" in " ".join(page.split())
    assert "Anna" not in page
    paper = client.post("/logg/utdrag/", asked | {"som": "pdf"})
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    assert AccessLog.objects.filter(staff=reviewer, action="extract").count() == 2


def test_a_protected_person_and_nobody_are_the_same_answer(client: Client) -> None:
    pages.person(protection="sekretessmarkering")
    client.force_login(pages.staff("lova", "logggranskare"))
    asked = {"fran": "", "till": "", "som": "sida"}
    known = client.post("/logg/utdrag/", asked | {"personnummer": "193805142381"}).content.decode()
    unknown = client.post("/logg/utdrag/", asked | {"personnummer": "196101182803"}).content.decode()
    assert "Det finns ingen person med det numret" in known
    assert "Det finns ingen person med det numret" in unknown


def test_what_has_no_words_is_told_all_the_same() -> None:
    assert words.what("read", "user_task") == "Läste en uppgift"
    assert words.what("something-new", "user_task") == "Gjorde ”something-new” med en uppgift"


def test_an_empty_log_has_nothing_to_sweep(anna: Staff) -> None:
    assert not rounds.sample_due(now=timezone.now())
    sweep(timezone.now())
    assert not Round.objects.exists()


def test_everything_that_rooms_write_in_the_log_has_words() -> None:
    told = {word for path in SOURCES for word in _recorded(ast.parse(path.read_text(encoding="utf-8")))}
    assert len(told) > 40
    assert sorted(told - words.ACTIONS.keys() - words.OBJECTS.keys()) == []


def _recorded(module: ast.Module) -> Iterator[str]:
    """Actions and kinds of objects that are given, as they are, to what writes in the access log."""
    for call in ast.walk(module):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if not name.lstrip("_").startswith("record") and name != "person":
            continue
        given = [*call.args, *(each.value for each in call.keywords if each.arg in {"action", "object_type", "what"})]
        for value in given:
            if isinstance(value, ast.Constant) and isinstance(value.value, str) and value.value:
                yield value.value
