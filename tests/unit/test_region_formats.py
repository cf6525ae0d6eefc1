"""One message in three formats: what the envelope says comes back whole from FHIR and from XML, whatever it says."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from integrations.region import formats, simulator
from integrations.region.fhir import bundles, names, validity
from integrations.region.schemas import FIELDS, SCHEMA, SENT
from integrations.region.soap import views, xml
from integrations.simulation import Store
from people import invented
from tests.fakes.region import notice
from workflows.connectors import Unreadable

Json = dict[str, Any]

KINDS = {**FIELDS, **SENT}
_SIGNS = st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"), include_characters="\n\t")
TEXT = st.text(_SIGNS, min_size=1, max_size=40)
REF = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=40)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=1))])
DATE = st.dates(date(1990, 1, 1), date(2090, 1, 1))
DAY = DATE.map(str)
MOMENT = st.builds(datetime.combine, DATE, st.times(), tzinfo=ZONES)
NUMBER = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False, width=32)
NAME = st.text(st.characters(categories=("L", "N"), include_characters=" _-."), min_size=1, max_size=12)
DATA = st.recursive(
    st.none() | st.booleans() | NUMBER | TEXT | st.just(""),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAME, inner, max_size=3),
    max_leaves=8,
)


def of(kind: str) -> st.SearchStrategy[Any]:
    plain = kind.rstrip("!")
    if plain.startswith("word:"):
        return st.sampled_from(plain.removeprefix("word:").split("|"))
    return {
        "moment": MOMENT.map(datetime.isoformat),
        "day": DAY,
        "text": TEXT,
        "ref": REF,
        "flag": st.booleans(),
        "number": NUMBER,
        "data": DATA.filter(lambda value: value is not None),
    }[plain]


def some(**parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """An object with any of the parts."""
    return st.fixed_dictionaries({}, optional=parts)


PERSON = st.one_of(
    st.fixed_dictionaries({"id_typ": st.sampled_from(sorted(names.PERSON)), "id": REF}),
    st.just({"id_typ": "okand", "id": ""}),
).flatmap(
    lambda identity: st.builds(
        lambda protection, rest: {**identity, "skydd": protection, **rest},
        st.sampled_from(["ingen", "sekretessmarkering", "skyddad_folkbokforing"]),
        some(namn=TEXT, telefon=TEXT, folkbokforingskommun=st.just("1880"), adress=TEXT),
    )
)


@st.composite
def envelopes(draw: st.DrawFn) -> Json:
    kind = draw(st.sampled_from(sorted(KINDS)))
    fields = {name: of(declared) for name, declared in KINDS[kind].items()}
    needed = {name: strategy for name, strategy in fields.items() if KINDS[kind][name].endswith("!")}
    rest = {name: strategy for name, strategy in fields.items() if name not in needed}
    content = draw(st.fixed_dictionaries(needed, optional=rest))
    envelope: Json = {
        "schema": SCHEMA,
        "meddelande_id": draw(REF),
        "typ": kind,
        "version": draw(st.integers(1, 10_000)),
        "skickad_dt": draw(MOMENT).isoformat(),
        "innehall": content,
    }
    place = some(orgnr=REF, hsa_id=REF, enhet=TEXT, telefon=TEXT, kommunkod=st.just("1880")).filter(bool)
    whither = some(kommunkod=st.just("1880"), funktionsadress=TEXT, hsa_id=REF).filter(bool)
    more = some(inskrivning_id=REF, ersatter_meddelande_id=REF, avsandare=place, mottagare=whither, person=PERSON)
    return envelope | draw(more)


@given(envelopes())
def test_any_envelope_comes_back_from_fhir_and_the_library_takes_it(envelope: Json) -> None:
    bundle = bundles.written(envelope)
    sent = json.loads(json.dumps(bundle))

    validity.require(sent)

    assert bundles.read(sent) == envelope


@given(envelopes())
def test_any_envelope_comes_back_from_xml(envelope: Json) -> None:
    text = xml.text_of(xml.written(envelope))

    assert xml.read(xml.parse(text.encode())) == envelope


def messages(tmp_path: Path) -> list[Json]:
    """Every message that the simulator can send."""
    region = simulator.Region(Store(tmp_path / "region.sqlite3"), "1880")
    person = invented.PEOPLE[0].key
    return [region.send({"typ": kind, "person": person})["meddelande"] for kind in simulator.NAMES]


def test_what_the_region_sends_is_fhir_with_swedish_names_and_xml_that_fits_our_schema(
    tmp_path: Path,
) -> None:
    wsdl = etree.parse(views.WSDL)
    (described,) = wsdl.iter("{http://www.w3.org/2001/XMLSchema}schema")
    schema = etree.XMLSchema(described)
    for message in messages(tmp_path):
        bundle = bundles.written(message)
        validity.require(bundle)
        assert bundle["entry"][0]["resource"]["resourceType"] == "MessageHeader"
        patient = next(entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Patient")
        assert patient["identifier"][0]["system"].startswith("http://electronichealth.se/identifier/")
        schema.assertValid(xml.written(message))


def patient(**parts: Any) -> Json:
    told = bundles.written(notice())
    entry = next(entry for entry in told["entry"] if entry["resource"]["resourceType"] == "Patient")
    entry["resource"].update(parts)
    person: Json = formats.envelope({"fhir": told})["person"]
    return person


@pytest.mark.parametrize(
    ("system", "kind"),
    [
        ("http://electronichealth.se/identifier/personnummer", "personnummer"),
        ("urn:oid:1.2.752.129.2.1.3.1", "personnummer"),
        ("urn:oid:1.2.752.129.2.1.3.3", "samordningsnummer"),
        ("http://electronichealth.se/identifier/nationelltReservnumer", "reservnummer"),
        ("urn:oid:1.2.3", "okand"),
    ],
)
def test_older_names_of_numbers_are_known_and_others_are_not_guessed(system: str, kind: str) -> None:
    assert patient(identifier=[{"system": system, "value": "193805142381"}])["id_typ"] == kind


@pytest.mark.parametrize(
    ("codes", "protection"),
    [
        (["DEMO", "N"], "ingen"),
        (["sekretessmarkering"], "sekretessmarkering"),
        (["DEMO", "sekretessmarkering", "skyddadFolkbokforing"], "skyddad_folkbokforing"),
        (["protected-information"], "sekretessmarkering"),
        (["R"], "sekretessmarkering"),
    ],
)
def test_a_label_of_secrecy_protects_also_when_it_is_not_known(codes: list[str], protection: str) -> None:
    assert patient(meta={"security": [{"code": code} for code in codes]})["skydd"] == protection


def test_a_message_by_the_nordic_words_and_none_of_ours_is_read() -> None:
    moment = "2026-11-27T10:00:00+01:00"
    header = {"resourceType": "MessageHeader", "id": "m-1", "source": {"name": "Avd 3", "endpoint": "urn:x"}}
    event = {"system": "http://medcomfhir.dk/x", "code": "discharge-inpatient-home"}
    stay: Json = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"code": "IMP"},
        "period": {"end": moment},
    }
    stay["identifier"] = [{"system": "urn:x", "value": "vard-1"}]
    name = [{"family": "Lindqvist", "given": ["Margareta", "Elisabet"]}]
    address = [{"line": ["Gatan 1"], "postalCode": "70210", "city": "Örebro"}]
    who = {"resourceType": "Patient", "name": name, "address": address}
    entries = [{"resource": one} for one in (header | {"eventCoding": event}, stay, who)]
    bundle = {"resourceType": "Bundle", "type": "message", "timestamp": moment, "entry": entries}

    told = formats.envelope({"fhir": bundle})

    assert (told["meddelande_id"], told["typ"], told["inskrivning_id"]) == ("m-1", "utskriven", "vard-1")
    assert told["innehall"] == {"utskriven_dt": moment, "till": "hem"}
    assert told["avsandare"] == {"enhet": "Avd 3"}
    assert told["person"]["namn"] == "Lindqvist, Margareta Elisabet"
    assert told["person"]["adress"] == {"gatuadress": "Gatan 1", "postnummer": "70210", "postort": "Örebro"}


def test_plain_xml_without_our_attributes_is_read() -> None:
    plain = """<meddelande><meddelande_id>m-1</meddelande_id><typ>utskrivningsklar</typ><version>2</version>
        <innehall><bedomd_av>Läkare</bedomd_av><sip_behov> true </sip_behov>
        <behov_efter><text>Stöd</text><kod>x</kod></behov_efter><kan_lamna_fran><post>a</post></kan_lamna_fran></innehall>
        </meddelande>"""

    told = formats.envelope({"xml": plain})

    assert told["version"] == 2
    assert told["innehall"]["sip_behov"] is True
    assert told["innehall"]["behov_efter"] == {"text": "Stöd", "kod": "x"}
    assert told["innehall"]["kan_lamna_fran"] == ["a"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({"fhir": "skräp"}, "ogiltig_fhir"),
        ({"fhir": {"resourceType": "Bundle", "type": "message", "skräp": 1}}, "ogiltig_fhir"),
        ({"fhir": {"resourceType": "Bundle", "type": "batch"}}, "inget_fhir_meddelande"),
        ({"fhir": {"resourceType": "Bundle", "type": "message"}}, "inget_fhir_meddelande"),
        ({"xml": "<meddelande>"}, "olaslig_xml"),
        ({"xml": "<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><meddelande>&a;</meddelande>"}, "olaslig_xml"),
        ({"xml": "<annat/>"}, "okand_xml"),
    ],
)
def test_what_is_neither_becomes_a_stop(raw: Json, code: str) -> None:
    with pytest.raises(Unreadable, match=code):
        formats.envelope(raw)


def test_a_fault_in_fhir_is_told_by_its_place_and_not_by_what_stands_there() -> None:
    bundle = bundles.written(notice())
    bundle["entry"][1]["resource"]["namn"] = "Margareta"

    with pytest.raises(Unreadable) as problem:
        formats.envelope({"fhir": bundle})

    assert "entry.1.resource" in problem.value.message
    assert "Margareta" not in problem.value.message
