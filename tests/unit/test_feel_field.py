"""The functions of the field agree with slow, obvious references, with `people`, and never show a personnummer."""

import contextlib
import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from people import identity
from people.invented import PEOPLE
from people.models import Individual
from web import swedish as web_swedish
from workflows import dmn, feel
from workflows.feel import personnummer, swedish, swedish_text
from workflows.feel.builtins import field
from workflows.feel.builtins.registry import BUILTINS

NOW = datetime(2026, 11, 23, 7, 30, tzinfo=UTC)
TODAY = date(2026, 11, 23)
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))
ONE = timedelta(days=1)
SHARED = Path(__file__).parent.parent.parent / "bpmn" / "_shared"
PAYMENT = dmn.load((SHARED / "betalningsansvar.dmn").read_bytes())


def plain(text: str, **variables: object) -> object:
    return feel.to_plain(feel.evaluate(text, variables, now=NOW))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('vid_klockan("2026-11-24", "08:00")', "2026-11-24T08:00:00+01:00"),
        ('vid_klockan("2026-11-23T23:30:00Z", "08:00:30")', "2026-11-24T08:00:30+01:00"),
        ('vid_klockan(today(), time("23:59:00"))', "2026-11-23T23:59:00+01:00"),
        ('vid_klockan("2026-03-29", "02:30")', "2026-03-29T03:30:00+02:00"),
        ('vid_klockan("2026-10-25", "02:30")', "2026-10-25T02:30:00+02:00"),
        ('vid_klockan("2026-11-24", "2026-01-01T09:15:00Z")', "2026-11-24T10:15:00+01:00"),
        ('vid_klockan("2026-11-24", time("08:00:00Z"))', None),
        ('vid_klockan("2026-11-24", "2026-01-01")', None),
        ('vid_klockan("2026-11-24", "8")', None),
        ('nasta_klockan(now(), "08:00")', "2026-11-24T08:00:00+01:00"),
        ('nasta_klockan(now(), "12:00")', "2026-11-23T12:00:00+01:00"),
        ('nasta_klockan("2026-11-23T12:00:00+01:00", "12:00")', "2026-11-24T12:00:00+01:00"),
        ('nasta_klockan("2026-10-25T02:45:00+02:00", "02:30")', "2026-10-26T02:30:00+01:00"),
        ('nasta_veckodag("2026-11-23", "måndag")', "2026-11-30"),
        ('nasta_veckodag("2026-11-23", "Fredag")', "2026-11-27"),
        ('nasta_veckodag("2026-10-22T09:00:00+02:00", "tisdag")', "2026-10-27T09:00:00+01:00"),
        ('nasta_veckodag("2026-11-23", "monday")', None),
        ('frist_efter("2026-11-24T12:00:00+01:00", 3)', "2026-11-27T12:00:00+01:00"),
        ('frist_efter("2026-11-24T12:00:01+01:00", 3)', "2026-11-28T12:00:01+01:00"),
        ('frist_efter("2026-11-24T11:00:01Z", 3)', "2026-11-28T12:00:01+01:00"),
        ('frist_efter("2026-03-27T11:30:00+01:00", 3)', "2026-03-30T11:30:00+02:00"),
        ('frist_efter("2026-11-24T14:30:00+01:00", 2, "15:00")', "2026-11-26T14:30:00+01:00"),
        ('frist_efter("2026-11-24", 3)', None),
        ('arbetsdagar_mellan("2026-12-23", "2026-12-28")', 1),
        ('arbetsdagar_mellan("2026-12-28", "2026-12-23")', -1),
        ('arbetsdagar_mellan("2026-11-23", "2026-11-23")', 0),
        ('arbetsdagar_mellan("1026-11-23", "2026-11-23")', None),
        ('ar_helgdag("2026-11-22")', True),
        ('ar_helgdag("2026-11-21")', False),
        ('ar_helgdag("2026-12-24")', False),
        ('ar_helgdag("2026-12-25")', True),
        ('ar_helgdag("2004-06-07")', False),
        ('ar_helgdag("2004-05-31")', True),
        ('i_kontorstid("2026-11-24T07:30:00+01:00", "07:30", "16:30")', True),
        ('i_kontorstid("2026-11-24T16:30:00+01:00", "07:30", "16:30")', False),
        ('i_kontorstid("2026-11-24T16:59:00+01:00", "09:00")', True),
        ('i_kontorstid(dt: "2026-11-24T08:30:00+01:00", oppnar: "09:00")', False),
        ('nasta_kontorstid("2026-11-20T17:00:00+01:00")', "2026-11-23T08:00:00+01:00"),
        ('nasta_kontorstid("2026-11-24T06:00:00+01:00")', "2026-11-24T08:00:00+01:00"),
        ('nasta_kontorstid("2026-11-24T10:15:00+01:00")', "2026-11-24T10:15:00+01:00"),
        ('nasta_kontorstid("2026-12-23T17:00:00+01:00", "09:00", "15:00")', "2026-12-28T09:00:00+01:00"),
        ('nasta_kontorstid("2026-11-24T06:00:00+01:00", "15:00", "09:00")', None),
        ('fyllda_ar("1938-05-14")', 88),
        ('fyllda_ar("1938-11-24")', 87),
        ('fyllda_ar("2008-02-29", "2026-02-28")', 17),
        ('fyllda_ar("2008-02-29", "2026-03-01")', 18),
        ('fyllda_ar("2027-01-01")', None),
        ('datum_text("2026-11-21")', "21 november 2026"),
        ('datum_text("2026-11-21T23:30:00Z")', "22 november 2026"),
        ('tidpunkt_text("2026-11-21T13:05:59Z")', "21 november 2026 14:05"),
        ('klockslag_text(time("08:05:00"))', "08:05"),
        ('klockslag_text("2026-07-01T10:00:00Z")', "12:00"),
        ('klockslag_text("2026-07-01")', None),
        ('veckodag_text("2026-11-21")', "lördag"),
        ("tal_text(12500.5)", "12\u00a0500,5"),
        ("tal_text(-0.05, 1)", "-0,1"),
        ("tal_text(-0.04, 1)", "0,0"),
        ("tal_text(2.5, 0)", "3"),
        ("tal_text(1234567, 2)", "1\u00a0234\u00a0567,00"),
        ("tal_text(1e21)", None),
        ("tal_text(1, 1.5)", None),
    ],
)  # fmt: skip
def test_a_function_of_the_field_answers_as_the_almanac_and_the_law(text: str, expected: object) -> None:
    assert plain(text) == expected


# ---- against slow references


def easter(year: int) -> date:
    """Knuth's way from golden number and epact to the full moon, then to the Sunday after: not the way of the code."""
    golden, century = year % 19 + 1, year // 100 + 1
    skipped, moon = 3 * century // 4 - 12, (8 * century + 5) // 25 - 5
    epact = (11 * golden + 20 + moon - skipped) % 30
    epact += epact == 24 or (epact == 25 and golden > 11)
    full_moon = date(year, 3, 1) + timedelta(days=44 - epact - 1 + (30 if 44 - epact < 21 else 0))
    return full_moon + timedelta(days=7 - full_moon.weekday() - 1 or 7)


def holiday_by_the_words_of_the_law(day: date, easter_of_year: date) -> bool:
    """Lag (1989:253), paragraph by paragraph."""
    after_easter = (day - easter_of_year).days
    first = day.replace(month=10, day=31)
    return (
        day.weekday() == 6
        or (day.month, day.day) in {(1, 1), (1, 6), (5, 1), (12, 25), (12, 26)}
        or after_easter in {-2, 0, 1, 39, 49}
        or (day.year >= 2005 and (day.month, day.day) == (6, 6))
        or (day.year < 2005 and after_easter == 50)
        or (day.weekday() == 5 and day.month == 6 and 20 <= day.day <= 26)
        or (day.weekday() == 5 and first <= day <= first + timedelta(days=6))
    )


def is_eve(day: date) -> bool:
    return (day.month, day.day) in {(12, 24), (12, 31)} or (
        day.weekday() == 4 and day.month == 6 and 19 <= day.day <= 25
    )


@pytest.mark.parametrize("decade", range(1990, 2101, 10))
def test_every_day_from_1990_to_2109_is_a_holiday_when_the_law_says_so(decade: int) -> None:
    wrong = []
    for year in range(decade, decade + 10):
        easter_of_year = easter(year)
        for day in (date(year, 1, 1) + n * ONE for n in range(366 if year % 4 == 0 and year != 2100 else 365)):
            holiday = holiday_by_the_words_of_the_law(day, easter_of_year)
            works = not (holiday or is_eve(day) or day.weekday() == 5)
            if (swedish.is_holiday(day), swedish.is_working_day(day)) != (holiday, works):
                wrong.append(day)
    assert wrong == []


@given(DAYS, st.integers(-60, 60))
def test_working_days_after_are_found_by_counting_one_day_at_a_time(start: date, days: int) -> None:
    day, left = start, abs(days)
    while left:
        day += ONE if days > 0 else -ONE
        left -= swedish.is_working_day(day)
    assert swedish.working_days_after(start, days) == day
    if swedish.is_working_day(start) and days:
        assert swedish.working_days_between(start, day) == days


@given(st.integers(0, 20 * 365 * 1440), st.times())
def test_the_next_time_the_clock_is_something_is_later_and_within_two_days(minutes: int, clock: time) -> None:
    start = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = swedish.next_at_clock(start, clock).astimezone(UTC)
    assert timedelta() < found - start <= timedelta(hours=50)


# ---- one mind with the other rooms


@given(st.dates(date(1900, 1, 1), TODAY), st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_age_is_counted_as_people_does(born: date, on: date) -> None:
    if born <= on:
        assert swedish.whole_years(born, on) == Individual(born_on=born).age(on)


@given(DAYS)
def test_a_date_in_a_text_is_written_as_on_the_pages(day: date) -> None:
    assert swedish_text.date_text(day) == web_swedish.date(day)
    assert swedish_text.weekday_text(day) == web_swedish.WEEKDAYS[day.weekday()]


def with_check_digit(nine: str) -> str:
    return next(nine + digit for digit in "0123456789" if luhn.is_valid(nine[-9:] + digit))


NUMBERS = st.builds(
    lambda day, add, serial, shape: shape(f"{day:%Y%m}{day.day + add:02}{serial:03}"),
    st.dates(date(1840, 1, 1), date(2030, 1, 1)),
    st.sampled_from([0, 60, 30]),
    st.integers(0, 999),
    st.sampled_from(
        [
            with_check_digit,
            lambda eleven: with_check_digit(eleven[2:]),
            lambda eleven: eleven[:8] + " – " + with_check_digit(eleven)[8:],
            lambda eleven: eleven[2:8] + "+" + with_check_digit(eleven)[8:],
            lambda eleven: eleven + "0",
            lambda eleven: eleven[:4] + "00" + eleven[6:] + "7",
        ]
    ),
)


@given(NUMBERS | st.text(max_size=14) | st.from_regex(r"[0-9]{10,13}", fullmatch=True))
def test_a_number_is_valid_when_people_says_so(text: str) -> None:
    try:
        expected: object = identity.parse(text, today=TODAY)
    except identity.InvalidIdentity:
        expected = None
    if isinstance(expected, identity.Identity) and expected.type == "reservnummer":
        expected = None
    found = personnummer.read(text, today=TODAY)
    assert (found is None) == (expected is None)
    if found and isinstance(expected, identity.Identity):
        assert (found.is_coordination, found.born_on) == (expected.type == "samordningsnummer", expected.born_on)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda person: person.key)
def test_every_invented_person_has_a_test_number(person: object) -> None:
    number = getattr(person, "number", "")
    if getattr(person, "identity_type", "") in ("personnummer", "samordningsnummer"):
        assert plain("ar_testnummer(n)", n=number) is True


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("19380514-2381", [True, False, True, "1938-05-14"]),
        ("380514-2381", [True, False, True, "1938-05-14"]),
        ("196109732393", [False, True, True, "1961-09-13"]),
        ("196101182803", [True, False, True, "1961-01-18"]),
        ("189001019802", [True, False, True, "1890-01-01"]),
        ("19380514-2382", [False, False, False, None]),
        ("98240301AA06", [False, False, False, None]),
        ("", [False, False, False, None]),
        ("1" * 100_000, [False, False, False, None]),
        (None, [None, None, None, None]),
        (193805142381, [None, None, None, None]),
    ],
)
def test_a_number_is_told_apart(number: object, expected: list[object]) -> None:
    functions = ["ar_personnummer", "ar_samordningsnummer", "ar_testnummer", "fodelsedatum_ur"]
    assert [plain(f"{function}(n)", n=number) for function in functions] == expected


PERSON_FUNCTIONS = ["ar_personnummer", "ar_samordningsnummer", "ar_testnummer", "fodelsedatum_ur", "fyllda_ar"]
PROBES = ['"19380514-2381"', '"19380514-2382"', "193805142381", '["19380514-2382"]', '["1938", "19380514-2382"]']


@pytest.mark.parametrize("function", PERSON_FUNCTIONS)
def test_neither_answer_nor_diagnostic_tells_the_number(function: str) -> None:
    said: list[feel.Diagnostic] = []
    for probe in PROBES:
        for call in (f"{function}({probe})", f"{function}(nummer: {probe})", f"{function}({probe}, {probe}, 1)"):
            answer = feel.evaluate(call, {}, now=NOW, diagnostics=said)
            assert answer is None or isinstance(answer, (bool, date))
    assert said
    assert [note for note in said if re.search(r"\d{4}", note.message_sv.replace("2026-11-27", ""))] == []


@pytest.mark.parametrize(
    "text",
    [
        "get value({}, n)",
        'get value({a: {}}, ["a", n])',
        'context put(context([{key: n, value: 1}]), [n, "a"], 1)',
        "context([{key: n, value: 1}, {key: n, value: 2}])",
        "date(n)", "number(n)", "duration(n)", "range(n)", "n + 1", "n > 1", "-n", "[1][n]", "n.a", "n in 5", "n()",
        "for x in n return x.y", "if n then 1 else 2", 'matches("", n, n)', 'split(n, "[")', "sum([n])",
    ],
)  # fmt: skip
def test_no_diagnostic_of_the_language_tells_what_a_variable_holds(text: str) -> None:
    said: list[feel.Diagnostic] = []
    feel.evaluate(text, {"n": "19380514-2381"}, now=NOW, diagnostics=said)
    assert [note.message_sv for note in said if "19380514" in note.message_sv] == []


def test_a_number_that_was_read_does_not_show_itself() -> None:
    found = personnummer.read("19380514-2381", today=TODAY)
    assert found is not None
    assert "1938" not in repr(found) + str(found)


@given(st.decimals(-(10**12), 10**12, allow_nan=False, places=4))
def test_a_number_in_a_text_reads_back_as_itself(value: Decimal) -> None:
    text = swedish_text.number_in_text(value, None)
    assert Decimal(text.replace("\u00a0", "").replace(",", ".")) == value


ODD = [
    *("null", "true", "-1", "0.5", "40000", "1e30", '""', '"T"', '"måndag"', '"19380514-2381"', "{}", "[1..3]"),
    *('"0001-01-01T00:00:00+18:00"', '"9999-12-31T23:59:59Z"', '"999999999-01-01"', '@"-9999-01-01"', '["2026-11-21"]'),
    *('@"12:00:00Z"', '"24:00"', '"2026-10-25T02:30:00"', '"2026-W47-1T08:00"', '"１９３８０５１４-２３８１"'),
]


@pytest.mark.parametrize("name", [name for name in BUILTINS if BUILTINS[name][0].function.__module__ == field.__name__])
def test_a_function_of_the_field_takes_anything_and_never_breaks(name: str) -> None:
    for n, first in enumerate(ODD):
        for arguments in ([first], *([first, second] for second in ODD[n % 5 :: 5])):
            with contextlib.suppress(feel.FeelError):  # stopped by a limit
                feel.evaluate(f"{name}({', '.join(arguments)})", {}, now=NOW)


SENT = st.integers(0, 5 * 365 * 24 * 60 * 60).map(lambda seconds: NOW + timedelta(seconds=seconds))


@given(SENT, st.sampled_from(["lag", "stockholm"]))
def test_a_deadline_is_the_day_that_the_table_of_payment_says(sent: datetime, agreement: str) -> None:
    local = swedish.local(sent)
    probe = {"skickad_dt": local, "fore_klockan_tolv": local.time() <= time(12), "anmald": True}
    variables = {"parametrar": {"avtal_betalningsansvar": agreement}, "klockprov": probe | {"kallelse_behovs": False}}
    answer = dmn.evaluate(PAYMENT, "betalningsansvar", variables, now=NOW).value
    ours = {"lag": "frist_efter(sent, 3)", "stockholm": 'vid_klockan(frist_efter(sent, 2), "00:00")'}[agreement]
    assert isinstance(answer, dict)
    assert answer["fran"] == feel.evaluate(ours, {"sent": sent}, now=NOW)
