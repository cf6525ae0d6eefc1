"""The region's envelope becomes a message: what is good passes, each kind of bad is told, and nobody is named."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from integrations.region import earlier
from integrations.region.messages import translate
from integrations.region.schemas import FIELDS, RECEIPT
from tests.fakes.region import PERSON, notice
from workflows import connectors
from workflows.connectors import PersonData, Unreadable

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_earlier(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(earlier, "kind_of", lambda _message_id: "")
    monkeypatch.setattr(earlier, "is_provisional", lambda _stay: False)


CONTENT: dict[str, dict[str, Any]] = {
    "inskrivningsmeddelande": notice()["innehall"],
    "andrat_utskrivningsdatum": {"beraknad_utskrivning": "2026-11-28", "orsak": "feber"},
    "info_uppdatering": {"text": "ny telefontid"},
    "sip_kallelse": {"foreslagen_tid": "2026-11-25T13:00:00+01:00", "form": "video", "deltagare": [{"roll": "lakare"}]},
    "sip_plan": {"datum": "2026-11-25", "insatser": []},
    "utskrivningsklar": {"bedomd_dt": "2026-11-25T11:42:00+01:00", "bedomd_av": "läkare", "sip_behov": True},
    "avbrott_utskrivningsklar": {"orsak": "försämrad", "dt": "2026-11-25T15:00:00+01:00"},
    "utskriven": {"utskriven_dt": "2026-11-27T10:00:00+01:00", "till": "hem"},
    "information_vid_utskrivning": {"lakemedelslista_ref": "dok-1", "epikris_ref": "dok-2"},
    "permission_start": {"dt": "2026-11-25T15:00:00+01:00"},
    "permission_slut": {"dt": "2026-11-26T15:00:00+01:00"},
    "aterinlaggning": {"tidigare_inskrivning_id": "vard-0"},
    "overflyttad_vardenhet": {"ny_enhet": "Avd 5"},
    "makulering": {"orsak": "fel person"},
    "avliden": {"avliden_dt": "2026-11-25T04:00:00+01:00"},
    "flyttat": {"ny_kommun": "0580"},
}
assert {*CONTENT} | {RECEIPT} == {*FIELDS}


def test_every_message_of_the_set_is_understood_and_has_its_keys() -> None:
    for name, content in CONTENT.items():
        message = translate(notice(typ=name, innehall=content), now=NOW)
        assert message.name == name
        assert dict(message.keys) == {"inskrivning_id": "vard-1", "meddelande_id": "m-1"}
        assert next(iter(message.keys)) == "inskrivning_id"
        for field, value in content.items():
            if field in FIELDS[name]:
                assert message.payload[field] == value


def test_a_notice_says_what_the_first_decision_asks() -> None:
    payload = translate(notice(), now=NOW).payload

    assert payload["mottagare_kommunkod"] == "1880"
    assert payload["folkbokforingskommun"] == "1880"
    assert payload["identitetstyp"] == "personnummer"
    assert payload["skydd"] == "ingen"
    assert payload["beraknad_utskrivning"] == "2026-11-27"
    assert payload["behov"] == {"sol": True, "hsl": True, "oppenvard_region": False}


def test_the_person_goes_to_the_register_whole() -> None:
    assert translate(notice(), now=NOW).person == PersonData(
        identity_type="personnummer",
        identity_number="193805142381",
        given_name="Margareta",
        family_name="Lindqvist",
        street_address="Påhittade gatan 1",
        postal_code="702 10",
        city="Örebro",
        phone="070-174 06 10",
        municipality_code="1880",
        protection="ingen",
        born_on=date(1938, 5, 14),
    )


TOLD_EVERYWHERE = "Margareta Lindqvist, 19380514-2381 eller 380514-2381, bor på Påhittade gatan 1, tel 070-174 06 10"


@pytest.mark.parametrize("name", sorted(CONTENT))
def test_nothing_personal_reaches_the_payload_wherever_it_was_written(name: str) -> None:
    told: dict[str, Any] = {
        field: TOLD_EVERYWHERE
        if kind.rstrip("!") == "text"
        else {"namn": "Margareta", "djupt": [{"x": TOLD_EVERYWHERE}]}
        for field, kind in FIELDS[name].items()
        if kind.rstrip("!") in ("text", "data")
    }
    refs = {field: "193805142381" for field, kind in FIELDS[name].items() if kind.rstrip("!") == "ref"}
    content = CONTENT[name] | told | refs | {"namn": "Margareta Lindqvist", "okant_falt": TOLD_EVERYWHERE}
    sender = {"enhet": f"Avd 3 {TOLD_EVERYWHERE}", "hsa_id": "SE1", "telefon": "070-174 06 10"}

    message = translate(notice(typ=name, innehall=content, avsandare=sender), now=NOW)

    written = json.dumps([message.payload, dict(message.keys)], ensure_ascii=False)
    for secret in ("Margareta", "Lindqvist", "2381", "380514", "Påhittade", "070-174"):
        assert secret not in written
    assert "okant_falt" not in written
    assert "namn" not in message.payload


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"typ": "nagot_annat"}, "okand_typ"),
        ({"typ": ["inskrivningsmeddelande"]}, "okand_typ"),
        ({"schema": "se.forlopp.samverkan/9"}, "okant_schema"),
        ({"skickad_dt": "2026-11-23T08:55:00"}, "naiv_tid"),
        ({"skickad_dt": "i går"}, "fel_tid"),
        ({"skickad_dt": "0001-01-01T00:00:00+00:00"}, "fel_tid"),
        ({"skickad_dt": None}, "falt_saknas"),
        ({"inskrivning_id": ""}, "falt_saknas"),
        ({"inskrivning_id": {"a": 1}}, "fel_id"),
        ({"inskrivning_id": "med blanksteg"}, "fel_id"),
        ({"version": "2"}, "fel_version"),
        ({"version": 0}, "fel_version"),
        ({"innehall": ["x"]}, "fel_typ"),
        ({"innehall": {"inskriven_dt": "2026-11-22T20:00:00+01:00"}}, "falt_saknas"),
        ({"innehall": CONTENT["inskrivningsmeddelande"] | {"beraknad_utskrivning": "2026-02-30"}}, "fel_datum"),
        ({"innehall": CONTENT["inskrivningsmeddelande"] | {"inskriven_dt": "2026-11-22T20:00:00"}}, "naiv_tid"),
        ({"innehall": CONTENT["inskrivningsmeddelande"] | {"behov": float("inf")}}, "fel_tal"),
        ({"typ": "utskriven", "innehall": CONTENT["utskriven"] | {"till": "mars"}}, "okant_varde"),
        ({"typ": "utskrivningsklar", "innehall": CONTENT["utskrivningsklar"] | {"sip_behov": "ja"}}, "fel_typ"),
        ({"person": None}, "person_saknas"),
        ({"person": "Margareta"}, "person_saknas"),
        ({"person": PERSON | {"id": ""}}, "person_saknas"),
        ({"person": PERSON | {"id": "19380514-2382"}}, "ogiltigt_personnummer"),
        ({"person": PERSON | {"id": "19381314-2381"}}, "ogiltigt_personnummer"),
        ({"person": PERSON | {"id_typ": "reservnummer"}}, "ogiltigt_personnummer"),
        ({"person": PERSON | {"id_typ": "pass"}}, "okant_varde"),
    ],
)
def test_what_cannot_be_understood_is_told_in_swedish_without_repeating_it(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Unreadable) as problem:
        translate(notice(**changes), now=NOW)

    assert problem.value.code == code
    assert problem.value.message.endswith(".")
    assert "2381" not in problem.value.message
    assert "Margareta" not in problem.value.message


def test_a_bad_personnummer_leaves_the_rest_so_that_a_person_can_say_whom_it_is_about() -> None:
    with pytest.raises(Unreadable) as problem:
        translate(notice(person=PERSON | {"id": "19380514-2382"}), now=NOW)

    partial = problem.value.partial
    assert partial is not None
    assert partial.payload["identitetstyp"] == "okand"
    assert partial.payload["mottagare_kommunkod"] == "1880"
    assert partial.person is None
    assert "Margareta" not in json.dumps(partial.payload)


@pytest.mark.parametrize(
    ("person", "kind", "number"),
    [
        (PERSON | {"id": "380514-2381"}, "personnummer", "193805142381"),
        (PERSON | {"id_typ": "samordningsnummer", "id": "196109732393"}, "samordningsnummer", "196109732393"),
        (PERSON | {"id_typ": "personnummer", "id": "196109732393"}, "samordningsnummer", "196109732393"),
        (PERSON | {"id_typ": "reservnummer", "id": "98240301AA06"}, "reservnummer", "98240301AA06"),
        (PERSON | {"id_typ": "okand", "id": None}, "okand", ""),
    ],
)
def test_every_kind_of_identity_is_read(person: dict[str, Any], kind: str, number: str) -> None:
    told = translate(notice(person=person), now=NOW).person

    assert told is not None
    assert (told.identity_type, told.identity_number) == (kind, number)


def test_an_unknown_mark_of_protection_is_taken_as_protection() -> None:
    told = translate(notice(person=PERSON | {"skydd": "kvarskrivning"}), now=NOW).person

    assert told is not None
    assert told.protection == "sekretessmarkering"


def test_a_cancellation_may_name_what_it_cancels_inside_its_content() -> None:
    content = {"orsak": "fel person", "ersatter_meddelande_id": "m-0"}

    assert translate(notice(typ="makulering", innehall=content), now=NOW).replaces == "m-0"


def test_a_message_about_a_stay_needs_no_person() -> None:
    assert translate(notice(typ="utskriven", innehall=CONTENT["utskriven"], person=None), now=NOW).person is None


def test_a_receipt_is_found_by_what_it_is_about_and_needs_no_stay() -> None:
    content = {"meddelande_id": "vart-1", "status": "last", "dt": "2026-11-23T09:00:00+01:00", "av_hsa_id": "SE2"}

    message = translate(notice("k-1", typ="kvittens", inskrivning_id=None, person=None, innehall=content), now=NOW)

    assert (message.name, dict(message.keys)) == ("kvittens", {"meddelande_id": "vart-1"})
    with pytest.raises(Unreadable, match="okant_varde"):
        translate(notice("k-1", typ="kvittens", innehall=content | {"status": "kanske"}), now=NOW)


def test_what_the_region_may_send_is_told_for_the_catalogue() -> None:
    kind = connectors.incoming_kinds()["region.utskriven"]

    assert kind.fields == {"utskriven_dt": "dt", "till": "str"}
    assert kind.required == {"utskriven_dt", "till"}
    assert kind.choices == {"till": ("hem", "korttid", "sarskilt", "annat_sjukhus")}
