"""How identity numbers are read, by the table of docs on bad inputs (rows 96-98) and by property."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from people import identity, invented
from people.identity import Identity, InvalidIdentity

TODAY = datetime.date(2026, 11, 22)
BIRGITTA = Identity(type="personnummer", number="196101182803", born_on=datetime.date(1961, 1, 18))


@pytest.mark.parametrize(
    "text",
    [
        "196101182803",
        "19610118-2803",
        "610118-2803",
        "6101182803",
        " 19610118 - 2803 ",
        "19610118–2803",  # en dash, from a word processor
        "19610118\u00a02803",  # no-break space, from a web page
        "1961 01 18 2803",
        "１９６１０１１８２８０３",  # full-width digits
        "\u200b196101182803",  # pasted with an invisible blank
    ],
)
def test_every_way_of_writing_gives_the_same_number(text: str) -> None:
    assert identity.parse(text, today=TODAY) == BIRGITTA


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "tom"),
        ("   ", "tom"),
        ("196101182804", "kontrollsiffra"),
        ("610118-2804", "kontrollsiffra"),
        ("19611318-2387", "datum"),  # month 13
        ("193902302383", "datum"),  # 30 February
        ("203001012388", "framtid"),
        ("184901012387", "datum"),  # nobody is 177
        ("19610118", "format"),
        ("19610118-280", "format"),
        ("1961/01/18-2803", "format"),
        ("'; DROP TABLE people_individual; --", "format"),
        ("٦١٠١١٨-٢٨٠٣x", "format"),
        ("1" * 5000, "format"),
    ],
)
def test_what_is_not_an_identity_is_refused_with_a_reason(text: str, code: str) -> None:
    with pytest.raises(InvalidIdentity) as refused:
        identity.parse(text, today=TODAY)
    assert refused.value.code == code
    assert refused.value.message_sv.endswith(".")
    assert not text.strip() or text not in f"{refused.value!r} {refused.value.message_sv}"


def test_a_samordningsnummer_has_sixty_added_to_the_day() -> None:
    read = identity.parse("610973-2393", today=TODAY)
    assert read == Identity(type="samordningsnummer", number="196109732393", born_on=datetime.date(1961, 9, 13))


@pytest.mark.parametrize("date", ["19610060", "19610960", "19610072"])
def test_a_samordningsnummer_may_lack_month_or_day_of_birth(date: str) -> None:
    number = date + "238" + luhn.calc_check_digit(date[2:] + "238")
    assert identity.parse(number, today=TODAY) == Identity(type="samordningsnummer", number=number, born_on=None)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("98240301AA06", "98240301AA06"),
        ("982403-01aa06", "98240301AA06"),
        ("19610118-A803", "19610118A803"),  # a date and four signs of which one is a letter
        ("982403010106", "982403010106"),  # no such century, so not a date
        ("50-123456/1", "50-123456/1"),  # LMA card
    ],
)
def test_a_reserve_number_is_a_type_of_its_own(text: str, number: str) -> None:
    assert identity.parse(text, today=TODAY) == Identity(type="reservnummer", number=number)


@pytest.mark.parametrize(
    ("date", "sign", "year"),
    [
        ("240506", "-", 2024),
        ("240506", "+", 1924),
        ("261122", "-", 2026),  # born today
        ("261123", "-", 1926),  # cannot be born tomorrow
        ("261123", "+", 1926),  # turns 100 this year: '+' since New Year
        ("270101", "-", 1927),
        ("900101", "+", 1890),
        ("000229", "-", 2000),
    ],
)
def test_the_century_is_inferred_from_the_sign_and_the_day(date: str, sign: str, year: int) -> None:
    last = "238" + luhn.calc_check_digit(date + "238")
    assert identity.parse(f"{date}{sign}{last}", today=TODAY).number == f"{year}{date[2:]}{last}"


@given(
    born=st.dates(min_value=datetime.date(1927, 1, 1), max_value=TODAY),
    serial=st.integers(min_value=1, max_value=999),
    is_coordination=st.booleans(),
)
def test_ten_and_twelve_digits_are_read_as_the_same_person(
    born: datetime.date, serial: int, is_coordination: bool
) -> None:
    day = born.day + (60 if is_coordination else 0)
    short = f"{born:%y%m}{day:02}{serial:03}"
    short += luhn.calc_check_digit(short)
    read = identity.parse(f"{born:%Y}"[:2] + short, today=TODAY)
    assert read == identity.parse(short, today=TODAY) == identity.parse(f"{short[:6]}-{short[6:]}", today=TODAY)
    assert read.born_on == born
    assert read.type == ("samordningsnummer" if is_coordination else "personnummer")


@given(born=st.dates(min_value=datetime.date(1890, 1, 1), max_value=datetime.date(1926, 12, 31)))
def test_plus_means_a_hundred_years_or_more(born: datetime.date) -> None:
    short = f"{born:%y%m%d}239"
    last = "239" + luhn.calc_check_digit(short)
    read = identity.parse(f"{born:%y%m%d}+{last}", today=TODAY)
    assert read.born_on is not None
    assert TODAY.year - read.born_on.year >= 100
    assert read.number.endswith(f"{born:%y%m%d}{last}")


@given(text=st.text(max_size=40))
def test_any_text_is_either_read_or_refused(text: str) -> None:
    try:
        read = identity.parse(text, today=TODAY)
    except InvalidIdentity:
        return
    assert 6 <= len(read.number) <= 20
    assert identity.parse(read.number, today=TODAY) == read


@given(digits=st.text(alphabet="0123456789", min_size=12, max_size=12))
def test_one_changed_digit_never_passes_as_another_person(digits: str) -> None:
    number = BIRGITTA.number
    for place in range(4, 12):
        changed = number[:place] + digits[place] + number[place + 1 :]
        if changed == number:
            continue
        with pytest.raises(InvalidIdentity):
            identity.parse(changed, today=TODAY)


def test_numbers_are_shown_as_people_read_them() -> None:
    assert identity.formatted("personnummer", "196101182803") == "19610118-2803"
    assert identity.formatted("reservnummer", "98240301AA06") == "98240301AA06"
    assert identity.formatted("okand", "") == ""


@pytest.mark.parametrize("person", invented.PEOPLE, ids=lambda person: person.key)
def test_invented_people_have_only_numbers_set_aside_for_tests(person: invented.InventedPerson) -> None:
    read = identity.parse(person.number, today=TODAY)
    assert (read.type, read.number) == (person.identity_type, person.number)
    assert invented.MARK in person.name
    of_the_series = person.number[8:11] in ("238", "239")
    assert of_the_series or person.number in ("196101182803", "98240301AA06")
