"""Persons are taken in once, shown only to those who may see them, and the log of who looked is kept."""

import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from people import selectors
from people.models import AccessLog, AppendOnlyError, Individual, Protection, Staff
from people.services import access, individuals

NOW = datetime.datetime(2026, 11, 22, 9, 0, tzinfo=datetime.UTC)
LATER = NOW + datetime.timedelta(days=1)
BIRGITTA: dict[str, Any] = {
    "identity_type": "personnummer",
    "identity_number": "196101182803",
    "given_name": "Birgitta",
    "family_name": "Åkerman (påhittad)",
    "street_address": "Påhittade gatan 5",
    "postal_code": "702 10",
    "city": "Örebro",
    "municipality_code": "1880",
    "born_on": datetime.date(1961, 1, 18),
}


def _take_in(**changes: Any) -> tuple[Individual, bool]:
    return individuals.find_or_create(**{**BIRGITTA, "now": NOW, **changes})


@pytest.mark.django_db
def test_the_same_identity_is_the_same_person() -> None:
    first, is_new = _take_in()
    second, is_new_again = _take_in(street_address="Påhittade vägen 1", now=LATER)
    assert (is_new, is_new_again) == (True, False)
    assert first.ref == second.ref
    second.refresh_from_db()
    assert (second.street_address, second.updated_at, second.created_at) == ("Påhittade vägen 1", LATER, NOW)


@pytest.mark.django_db
def test_what_a_message_leaves_out_is_not_erased() -> None:
    _take_in()
    person, _ = _take_in(given_name="", family_name="", street_address="", city="", born_on=None, now=LATER)
    person.refresh_from_db()
    assert (person.given_name, person.street_address, person.born_on) == (
        "Birgitta",
        "Påhittade gatan 5",
        datetime.date(1961, 1, 18),
    )
    assert person.updated_at == NOW


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("known", "told", "kept"),
    [
        ("ingen", "sekretessmarkering", "sekretessmarkering"),
        ("sekretessmarkering", "ingen", "sekretessmarkering"),
        ("sekretessmarkering", "skyddad_folkbokforing", "skyddad_folkbokforing"),
        ("skyddad_folkbokforing", "sekretessmarkering", "skyddad_folkbokforing"),
    ],
)
def test_a_message_raises_protection_but_never_lowers_it(known: str, told: str, kept: str) -> None:
    _take_in(protection=known)
    person, _ = _take_in(protection=told)
    person.refresh_from_db()
    assert person.protection == kept


@pytest.mark.django_db
def test_a_word_for_protection_that_nobody_knows_is_refused_not_ignored() -> None:
    _take_in()
    with pytest.raises(ValueError, match="hemlig"):
        _take_in(protection="hemlig")


@pytest.mark.django_db
def test_without_a_number_every_person_is_a_new_one() -> None:
    first, _ = _take_in(identity_number="")
    second, is_new = _take_in(identity_number="")
    assert is_new
    assert first.ref != second.ref
    assert second.identity_type == "okand"


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_get_the_same_person() -> None:
    at_once = Barrier(2, timeout=10)

    def take_in(_: int) -> tuple[str, bool]:
        at_once.wait()
        try:
            person, is_new = _take_in()
            return str(person.ref), is_new
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(take_in, range(2)))
    assert answers[0][0] == answers[1][0]
    assert sorted(is_new for _, is_new in answers) == [False, True]
    assert Individual.objects.count() == 1


@pytest.mark.django_db
def test_the_one_who_comes_second_in_a_race_finds_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = _take_in()
    look = individuals._known
    answers = iter([None])
    monkeypatch.setattr(individuals, "_known", lambda identity: next(answers, look(identity)))
    second, is_new = _take_in(city="Kumla", now=LATER)
    assert (second.ref, is_new, second.city) == (first.ref, False, "Kumla")


@pytest.mark.django_db
def test_what_the_database_refuses_for_another_reason_is_told() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        _take_in(identity_number="123")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"identity_type": "personnummer", "identity_number": "6101182803"},
        {"identity_type": "personnummer", "identity_number": ""},
        {"identity_type": "passnummer", "identity_number": "X1"},
        {"identity_type": "okand", "protection": "hemlig"},
    ],
)
def test_the_database_refuses_a_person_it_cannot_mean(values: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Individual.objects.create(**values)


@pytest.mark.django_db
def test_the_database_refuses_the_same_identity_twice() -> None:
    _take_in()
    with pytest.raises(IntegrityError), transaction.atomic():
        Individual.objects.create(identity_type="personnummer", identity_number="196101182803")


def test_age_counts_whole_years_and_stops_at_death() -> None:
    person = Individual(born_on=datetime.date(1944, 2, 29))
    assert person.age(datetime.date(2026, 2, 28)) == 81
    assert person.age(datetime.date(2026, 3, 1)) == 82
    person.deceased_on = datetime.date(2020, 5, 1)
    assert person.age(datetime.date(2026, 3, 1)) == 76
    assert Individual().age(datetime.date(2026, 3, 1)) is None


@pytest.mark.django_db
@pytest.mark.parametrize("protection", ["sekretessmarkering", "skyddad_folkbokforing"])
def test_a_protected_person_is_hidden_from_all_but_the_restricted_group(protection: str) -> None:
    person = Individual(**{**BIRGITTA, "protection": protection})
    outsiders = (None, Staff(username="a"), Staff(username="b", may_see_protected=True, is_active=False))
    for viewer in outsiders:
        shown = selectors.presented(person, viewer=viewer)
        assert shown == selectors.Presented(name="Skyddade personuppgifter", is_hidden=True)
    seen = selectors.presented(person, viewer=Staff(username="c", may_see_protected=True))
    assert (seen.name, seen.is_hidden) == ("Birgitta Åkerman (påhittad)", False)


@pytest.mark.django_db
def test_others_are_shown_with_name_number_and_address() -> None:
    shown = selectors.presented(Individual(**BIRGITTA), viewer=Staff(username="a"))
    assert shown == selectors.Presented(
        name="Birgitta Åkerman (påhittad)", identity="19610118-2803", address="Påhittade gatan 5, 702 10 Örebro"
    )
    assert selectors.presented(Individual(), viewer=None).name == "Okänd person"


def test_a_person_in_a_log_line_or_an_error_is_only_the_ref() -> None:
    person = Individual(**{**BIRGITTA, "protection": Protection.SEKRETESSMARKERING})
    assert str(person) == str(person.ref)
    assert "Birgitta" not in repr(person)
    assert "1961" not in repr(person)


@pytest.fixture
def logged() -> AccessLog:
    staff = Staff.objects.create(username="siri", first_name="Siri", last_name="Strand")
    person, _ = _take_in()
    access.record(staff=staff, individual=person, action="read", object_type="task", object_id="42", now=NOW)
    return AccessLog.objects.get()


@pytest.mark.django_db
def test_the_log_says_who_did_what_about_whom(logged: AccessLog) -> None:
    row = AccessLog.objects.get(pk=logged.pk)
    assert (row.at, row.staff_name, row.action, row.object_id, row.outcome) == (
        NOW,
        "Siri Strand",
        "read",
        "42",
        "allowed",
    )
    access.record(staff=None, individual=None, action="login", object_type="", object_id="", now=NOW, is_allowed=False)
    assert AccessLog.objects.get(action="login").outcome == "denied"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.save(),
        lambda row: row.delete(),
        lambda _: AccessLog.objects.update(staff_name=""),
        lambda _: AccessLog.objects.all().delete(),
        lambda row: AccessLog.objects.bulk_update([row], ["staff_name"]),
    ],
    ids=["save", "delete", "update", "delete all", "bulk update"],
)
def test_the_log_is_never_changed_by_code(logged: AccessLog, change: Callable[[AccessLog], object]) -> None:
    with pytest.raises(AppendOnlyError):
        change(logged)
    assert AccessLog.objects.get().staff_name == "Siri Strand"


@pytest.mark.django_db
def test_the_database_itself_refuses_to_change_the_log(logged: AccessLog) -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE people_accesslog SET staff_name = 'någon annan'")
    assert AccessLog.objects.get(pk=logged.pk).staff_name == "Siri Strand"


@pytest.mark.django_db
def test_who_is_in_the_log_cannot_be_deleted(logged: AccessLog) -> None:
    assert logged.staff is not None
    with pytest.raises(models.ProtectedError):
        logged.staff.delete()


@pytest.mark.django_db
def test_postgresql_lets_only_rows_older_than_five_years_be_deleted(logged: AccessLog) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no such protection: it would stop the flush between tests")
    then = NOW.replace(year=2019)
    access.record(staff=None, individual=None, action="read", object_type="", object_id="", now=then)
    old = AccessLog.objects.get(at=then)
    remove = "DELETE FROM people_accesslog WHERE id = %s"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(remove, [logged.pk])
    with connection.cursor() as cursor:
        cursor.execute(remove, [old.pk])
    assert list(AccessLog.objects.values_list("pk", flat=True)) == [logged.pk]
