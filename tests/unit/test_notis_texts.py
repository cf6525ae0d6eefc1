"""What is sent outside: how many SMS a text is, which numbers can take one, when it may go, and what it may say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from integrations.notis import numbers, quiet, receivers, sms, templates
from integrations.notis.connector import _check_sender
from web.swedish import STOCKHOLM
from workflows.connectors import PermanentError

pytestmark = pytest.mark.any_database

GSM_TEXT = st.text(alphabet=sorted(sms.BASIC | sms.EXTENDED))
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]))
MOMENTS = st.integers(1_577_836_800, 2_051_222_400).map(lambda second: datetime.fromtimestamp(second, tz=UTC))


# -- SMS ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "room", "count"),
    [
        ("a" * 160, "GSM-7", 1),
        ("a" * 161, "GSM-7", 2),
        ("a" * 306, "GSM-7", 2),
        ("a" * 307, "GSM-7", 3),
        ("å" * 160, "GSM-7", 1),
        ("€" * 80, "GSM-7", 1),
        ("€" * 81, "GSM-7", 2),
        # 152 places are used: the escaped sign does not fit in the one that is left.
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 3),
        ("č" * 70, "UCS-2", 1),
        ("č" * 71, "UCS-2", 2),
        ("😀" * 35, "UCS-2", 1),
        # 33 to each of several: 67 places, and half a sign is none.
        ("😀" * 36, "UCS-2", 2),
        ("", "GSM-7", 1),
    ],
)
def test_a_text_is_so_many_sms(text: str, room: str, count: int) -> None:
    assert sms.room(text).name == room
    assert len(sms.parts(text)) == count


@given(st.one_of(GSM_TEXT, ANY_TEXT))
def test_the_sms_together_are_the_text_and_none_is_too_long(text: str) -> None:
    parts = sms.parts(text)
    assert "".join(parts) == text
    is_gsm = sms.room(text) is sms.GSM
    most = (160 if is_gsm else 70) if len(parts) == 1 else (153 if is_gsm else 67)
    for part in parts:
        # Counted another way: septets with an escape each, or the bytes of UTF-16.
        used = (
            len(part) + sum(sign in "^{}\\[~]|€\f" for sign in part) if is_gsm else len(part.encode("utf-16-be")) // 2
        )
        assert used <= most


@given(ANY_TEXT)
def test_making_a_text_plain_twice_is_making_it_once_and_never_costs_an_alphabet(text: str) -> None:
    plain = sms.plain(text)
    assert sms.plain(plain) == plain
    assert not (sms.room(text) is sms.GSM and sms.room(plain) is sms.UCS2)


def test_typographic_signs_and_loose_rings_do_not_cost_half_the_room() -> None:
    assert sms.plain("”A\N{COMBINING RING ABOVE}” – 10\N{NO-BREAK SPACE}kl…") == '"Å" - 10 kl...'


# -- numbers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("070-174 06 10", "+46701740610"),
        ("0701740610", "+46701740610"),
        ("+46 (0)70 174 06 10", "+46701740610"),
        ("0046701740610", "+46701740610"),
        ("46701740610", "+46701740610"),
        ("+47 406 12 345", "+4740612345"),
        ("019-21 10 00", ""),
        ("112", ""),
        ("070-174 06 10 (dottern)", ""),
        ("070-174 06 10 / 070-174 06 11", ""),
        ("193805142381", ""),
        ("", ""),
    ],
)
def test_a_number_is_a_mobile_or_nothing(written: str, found: str) -> None:
    assert numbers.mobile(written) == found


@given(st.integers(0, 9_999_999), st.sampled_from(["070", "072", "073", "076", "079"]), st.data())
def test_however_a_mobile_is_written_it_is_one_number(rest: int, prefix: str, data: st.DataObject) -> None:
    digits = f"{prefix}{rest:07}"
    wanted = numbers.mobile(digits)
    assume(wanted)
    spaced = "".join(sign + data.draw(st.sampled_from(["", " ", "-"])) for sign in digits).strip(" -")
    for way in (
        spaced,
        f"+46{digits[1:]}",
        f"0046{digits[1:]}",
        f"+46 (0){digits[1:]}",
        wanted,
        numbers.national(digits),
    ):
        assert numbers.mobile(way) == wanted == f"+46{digits[1:]}"


@given(ANY_TEXT)
def test_whatever_is_written_as_number_or_address_is_answered(text: str) -> None:
    assert numbers.mobile(text) == "" or numbers.mobile(text).startswith("+")
    found = numbers.mail(text)
    assert found == "" or (found.isascii() and "@" in found and "\n" not in found)


def test_an_address_is_known_again_without_being_told() -> None:
    assert numbers.digest("Anna@kommun.se") == numbers.digest("anna@kommun.se")
    assert "anna" not in numbers.digest("anna@kommun.se")
    assert [numbers.mail(one) for one in (" anna@kommun.se ", "anna@", "anna@kommun.se\nBcc: x@y.se", "å@k.se")] == [
        "anna@kommun.se",
        "",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("told", "is_right"), [("Kommunen", 1), ("+46701740610", 1), ("Örebro", 0), ("A" * 12, 0), ("123", 0)]
)
def test_a_sender_is_a_short_name_or_a_number(told: str, is_right: int) -> None:
    assert (_check_sender(told) == "") == bool(is_right)


# -- quiet hours -------------------------------------------------------------------------------------------------------


@given(MOMENTS, st.integers(0, 12), st.integers(13, 24))
@example(datetime(2026, 3, 28, 22, tzinfo=UTC), 8, 20)
@example(datetime(2026, 10, 24, 22, tzinfo=UTC), 8, 20)
@example(datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 2, 20)
@example(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 3, 20)
def test_what_waits_waits_for_the_first_moment_of_the_day_on_the_wall(now: datetime, opens: int, closes: int) -> None:
    at = quiet.until(now, opens=opens, closes=closes)
    hour = now.astimezone(STOCKHOLM).hour
    if at is None:
        assert opens <= hour < closes
        return
    assert not opens <= hour < closes
    assert now < at <= now + timedelta(hours=25)
    assert quiet.until(at, opens=opens, closes=closes) is None
    # Nothing between now and then was open.
    step = now
    while step < at - timedelta(minutes=1):
        assert quiet.until(step, opens=opens, closes=closes) is not None
        step += timedelta(minutes=30)


@pytest.mark.parametrize(
    ("now", "at"),
    [
        # The night when the clock leaps forward is an hour shorter, the one when it goes back an hour longer.
        ("2026-03-28T20:30:00+01:00", "2026-03-29T08:00:00+02:00"),
        ("2026-10-24T20:30:00+02:00", "2026-10-25T08:00:00+01:00"),
        ("2026-03-29T01:59:00+01:00", "2026-03-29T08:00:00+02:00"),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T08:00:00+01:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T08:00:00+01:00"),
        ("2026-11-23T07:59:59+01:00", "2026-11-23T08:00:00+01:00"),
        ("2026-11-23T20:00:00+01:00", "2026-11-24T08:00:00+01:00"),
    ],
)
def test_a_night_ends_at_eight(now: str, at: str) -> None:
    assert quiet.until(datetime.fromisoformat(now), opens=8, closes=20) == datetime.fromisoformat(at)


def test_the_day_is_open() -> None:
    for hour in (8, 12, 19):
        assert quiet.until(datetime(2026, 11, 23, hour, 59, tzinfo=STOCKHOLM), opens=8, closes=20) is None


# -- texts -------------------------------------------------------------------------------------------------------------


def template(text: str, subject: str = "") -> dict[str, str]:
    return {"title": "Prov", "text": text, "subject": subject}


def test_the_shipped_texts_may_be_sent() -> None:
    assert templates.check(str(templates.SHIPPED)) == ""


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Din hemtjänst kommer kl. {klockslag}", "hemtjänst"),
        ("Ta din kvällsmedicin", "medicin"),
        ("Om din KOL", "KOL"),
        ("Trygghetslarmet installeras {dag}", "Trygg"),
        ("Hej 19380514-2381", "personnummer"),
        ("Hej 380514 2381", "personnummer"),
        ("Hej {namn}", "namn"),
        ("Hej {dag.__class__}", "dag.__class__"),
        ("Hej {dag!r}", "dag!r"),
        ("Hej {", "{"),
        ("x" * 2_001, "för lång"),
        ("č" * 300, "för lång"),
    ],
)
def test_a_text_that_tells_too_much_is_not_taken(text: str, word: str) -> None:
    assert any(word in problem for problem in templates.problems("prov", template(text)))


@pytest.mark.parametrize("text", ["Solsken och kolonilott", "Vi ses {dag}", "Ring {telefon}", "Konsolen"])
def test_a_text_that_tells_nothing_is_taken(text: str) -> None:
    found = list(templates.problems("prov", template(text)))
    assert found == []


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mallar.toml"
    file.write_bytes(b"\xff")
    assert "UTF-8" in templates.check(str(file))
    file.write_text("x = 1\n['Fel namn']\ntitle = 1\n[bra]\ntitle = 'a'\n", encoding="utf-8")
    assert [word for word in ("x:", "Fel namn", "bra: text") if f"Mallen {word}" in templates.check(str(file))] == [
        "x:",
        "Fel namn",
        "bra: text",
    ]


def test_a_text_is_written_with_what_the_diagram_tells_and_nothing_else() -> None:
    one = templates.Template("prov", "Prov", "Vi kommer {dag} kl. {klockslag}. Ring {telefon}. {antal} {kommun}")
    told = {"dag": "2026-11-24T09:05:00Z", "klockslag": "2026-11-24T09:05:00Z", "telefon": "019211000", "antal": 2}
    assert one.written(told) == "Vi kommer tisdag 24 november kl. 10.05. Ring 019-21 10 00. 2 Örebro"
    for wrong in (
        {"dag": "hos Anna"},
        {"klockslag": "2026-11-24"},
        {"telefon": "se journal"},
        {"antal": True},
        {"dag": None},
    ):
        with pytest.raises(PermanentError, match="falt_saknas"):
            one.written(told | wrong)


def test_mailboxes_are_told_by_name() -> None:
    assert receivers.boxes("norr=norr@kommun.se, ost = ost@kommun.se ,") == {
        "norr": "norr@kommun.se",
        "ost": "ost@kommun.se",
    }
    assert receivers.check_boxes("norr=norr@kommun.se") == ""
    assert "ost" in receivers.check_boxes("norr=norr@kommun.se, ost=ingen")
