"""What the simulators send is known in the demo's registers, and is read as it is meant."""

import datetime
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from integrations.hemtjanst.messages import translate as from_hemtjanst
from integrations.hemtjanst.simulator import KINDS, Planning
from integrations.medicingivare.messages import translate as from_medicingivare
from integrations.medicingivare.schemas import MESSAGES
from integrations.medicingivare.simulator import DEVICES, EVENTS, UNKNOWN_DEVICE, Vendor
from integrations.models import Dispenser
from integrations.region.messages import translate as from_region
from integrations.region.simulator import NAMES, Region
from integrations.simulation import Store
from people import invented
from workflows.connectors import Unreadable

pytestmark = pytest.mark.any_database

NOW = datetime.datetime(2026, 11, 22, 9, 0, tzinfo=datetime.UTC)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store.sqlite3")


@pytest.fixture
def _demo(settings: Settings) -> None:
    settings.FORLOPP_DEMO = True
    for _ in range(2):
        call_command("demo_data", stdout=io.StringIO())
        call_command("demo_dispensers", stdout=io.StringIO())


@pytest.mark.django_db
@pytest.mark.parametrize("kind", NAMES)
def test_every_message_of_the_region_is_read(store: Store, kind: str) -> None:
    region = Region(store, "1880")
    first = region.send({"typ": "inskrivningsmeddelande", "person": "margareta"})
    sent = region.send({"typ": kind, "person": "margareta"})
    read = from_region(sent["meddelande"], now=NOW)
    assert read.name == sent["meddelande"]["typ"]
    assert read.keys["inskrivning_id"] == sent["inskrivning_id"]
    assert read.person is not None
    assert (read.person.given_name, read.person.family_name) == ("Margareta", "Lindqvist (påhittad)")
    assert (read.person.street_address, read.person.city) == ("Påhittade gatan 1", "Örebro")
    assert "Lindqvist" not in str(read.payload)
    assert read.replaces == (first["meddelande_id"] if kind == "makulering" else None)


@pytest.mark.django_db
@pytest.mark.parametrize("person", invented.PEOPLE, ids=lambda person: person.key)
def test_every_invented_person_is_read_as_registered(store: Store, person: invented.InventedPerson) -> None:
    sent = Region(store, "1880").send_next({"person": person.key})
    read = from_region(sent["meddelande"], now=NOW).person
    assert read is not None
    assert (read.identity_type, read.identity_number) == (person.identity_type, person.number)
    assert (read.protection, read.municipality_code) == (person.protection, person.municipality_code)


@pytest.mark.django_db
@pytest.mark.parametrize("variant", ["ogiltigt_personnummer", "naiv_tid"])
def test_what_cannot_be_trusted_is_not_read(store: Store, variant: str) -> None:
    sent = Region(store, "1880").send({"typ": "inskrivningsmeddelande", "person": "karl", "variant": variant})
    with pytest.raises(Unreadable):
        from_region(sent["meddelande"], now=NOW)


@pytest.mark.parametrize("kind", KINDS)
def test_every_message_of_home_care_planning_is_read(store: Store, tmp_path: Path, kind: str) -> None:
    ref = "5e0e3a52-1111-4000-8000-000000000001"
    told: dict[str, Any] = {"typ": kind, "person_ref": ref, "bestallning_id": "best-1"}
    read = from_hemtjanst(Planning(store, tmp_path, "1880").send(told)["meddelande"], now=NOW)
    assert (read.name, str(read.individual_ref), read.keys["bestallning_id"]) == (kind, ref, "best-1")


@pytest.mark.django_db
@pytest.mark.usefixtures("_demo")
def test_each_invented_dispenser_is_in_the_register_once() -> None:
    registered = dict(Dispenser.objects.values_list("serial", "individual__identity_number"))
    assert registered == {serial: invented.BY_KEY[key].number for serial, key in DEVICES.items()}


@pytest.mark.django_db
@pytest.mark.usefixtures("_demo")
@pytest.mark.parametrize("kind", sorted(MESSAGES & EVENTS.keys()))
def test_every_event_of_a_dispenser_is_read(store: Store, kind: str) -> None:
    event = Vendor(store, "http://127.0.0.1:1/", "x").send({"typ": kind, "person": "ingrid"})["handelse"]
    read = from_medicingivare(event, now=NOW)
    dispenser = Dispenser.objects.get(serial="MG-1001")
    assert read.name in MESSAGES
    assert read.individual_ref == dispenser.individual.ref


@pytest.mark.django_db
@pytest.mark.usefixtures("_demo")
def test_a_dispenser_nobody_has_told_of_is_not_guessed(store: Store) -> None:
    vendor = Vendor(store, "http://127.0.0.1:1/", "x")
    event = vendor.send({"typ": "dos_missad", "enhet_serienr": UNKNOWN_DEVICE})["handelse"]
    with pytest.raises(Unreadable) as refused:
        from_medicingivare(event, now=NOW)
    assert refused.value.code == "okand_enhet"


@pytest.mark.django_db
def test_invented_dispensers_are_refused_outside_the_demo() -> None:
    with pytest.raises(CommandError, match="demo"):
        call_command("demo_dispensers")
    assert not Dispenser.objects.exists()
