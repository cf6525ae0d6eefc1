"""The dispensers' vendor in every bad mood, over real HTTP both ways: each event has one effect, each call one deed."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from integrations import configuration
from integrations.medicingivare import simulator
from integrations.medicingivare.dialects import DIALECTS
from integrations.models import Dispenser, DispenserEvent, SystemState
from integrations.simulators import Surroundings
from people.models import Individual
from tests.fakes.simulators import patience, served, until
from workflows import connectors
from workflows.connectors import BusinessError, Delivery, DeliveryError, PermanentError, TransientError
from workflows.models import InboxMessage, Incident

pytestmark = pytest.mark.django_db(transaction=True)

EVENTS = ("dos_missad", "dos_tagen", "batteri_lagt", "puls", "frankopplad", "ateransluten", "mekaniskt_fel")


class Played:
    """The simulator and what one does to it."""

    def __init__(self, application: Any) -> None:
        self.store = application.state.store
        self._vendor = simulator.Vendor(self.store, "", "")

    def be(self, mood: str, seconds: float = 0) -> None:
        self.store.put("fault", {"lage": mood, "sekunder": seconds})

    def sends(self, *kinds: str, **more: str) -> None:
        for kind in kinds:
            self._vendor.send({"typ": kind, "enhet_serienr": "MG-1001", **more})

    def is_rid_of_all(self) -> bool:
        return not self.store.waiting(1)

    def has_tried_all(self) -> bool:
        return all(row["attempts"] or row["acknowledged_at"] for row in self.store.waiting(100))


@pytest.fixture
def individual() -> Individual:
    person = Individual.objects.create(identity_type="personnummer", identity_number="193805142381")
    for vendor in (simulator.VENDOR, *(dialect.vendor for dialect in DIALECTS.values())):
        Dispenser.objects.create(vendor=vendor, serial="MG-1001", individual=person)
    return person


@pytest.fixture
def vendor(
    individual: Individual, live_server: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Played]:
    monkeypatch.setattr(simulator, "FIRST_WAIT", 0.05)
    application = simulator.create(Surroundings(tmp_path, "1880", live_server.url, configuration.of))
    secrets = ",".join(configuration.of("medicingivare").words("webhook_secrets"))
    monkeypatch.setenv("VENDOR_SECRETS", secrets)
    with served(application) as url:
        told = {"url": url, "webhook_secrets": {"env": "VENDOR_SECRETS"}}
        with configuration.told(medicingivare=told):
            yield Played(application)


def effects() -> Counter[str]:
    return Counter(InboxMessage.objects.values_list("name", flat=True))


WHOLE = Counter({"dos_missad": 1, "dos_tagen": 1, "batteri_lagt": 1, "utrustning_fel": 1})


@pytest.mark.parametrize("mood", ["ok", "slow", "duplicate", "reorder", "forged", "old", "down"])
def test_each_event_has_one_effect_however_it_is_sent(vendor: Played, mood: str) -> None:
    vendor.be(mood, 0.05)
    vendor.sends(*EVENTS)
    if mood in ("forged", "old"):
        until(vendor.has_tried_all)
        assert not DispenserEvent.objects.exists()
        assert SystemState.objects.get(system="medicingivare", job="").refused >= len(EVENTS)
    if mood != "reorder":
        vendor.be("ok")
    until(vendor.is_rid_of_all)

    assert DispenserEvent.objects.count() == len(EVENTS)
    assert effects() == WHOLE


def test_a_torn_event_is_a_stop_and_the_others_come(vendor: Played) -> None:
    vendor.be("garbage")
    vendor.sends("dos_missad")
    until(vendor.has_tried_all)
    vendor.be("ok")
    vendor.sends("batteri_lagt")
    until(lambda: InboxMessage.objects.filter(name="batteri_lagt").exists())

    assert list(Incident.objects.values_list("code", flat=True)) == ["unreadable"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_events_in_a_vendors_own_words_have_the_same_effect(vendor: Played, dialect: str) -> None:
    vendor.sends(*EVENTS, dialekt=dialect)
    until(vendor.is_rid_of_all)

    assert effects() == WHOLE
    assert {row.vendor for row in DispenserEvent.objects.all()} == {DIALECTS[dialect].vendor}


@pytest.mark.parametrize(
    ("mood", "error", "code", "is_done"),
    [
        ("slow", TransientError, "inget_svar", True),
        ("down", TransientError, "upptaget", False),
        ("error", TransientError, "upptaget", True),
        ("unauthorized", PermanentError, "obehorig", False),
        ("html", TransientError, "ovantat_svar", False),
        ("garbage", TransientError, "ovantat_svar", True),
        ("cut", TransientError, "inget_svar", True),
        ("reject", BusinessError, "mottagare_okand", False),
    ],
)
def test_a_pause_is_tried_again_or_given_to_a_person_and_done_once(
    vendor: Played, individual: Individual, mood: str, error: type[DeliveryError], code: str, is_done: bool
) -> None:
    Dispenser.objects.exclude(vendor=simulator.VENDOR).delete()
    params = {"fran": "2026-11-25T12:00:00+01:00", "orsak": "sjukhus"}
    delivery = Delivery(uuid.uuid4(), "medicingivare.pause", params, individual.ref, 1, timezone.now())
    pause = connectors.get_operation(delivery.operation).run
    vendor.be(mood, 0.6)

    with patience(mood), pytest.raises(error) as problem:
        pause(delivery)
    assert problem.value.code == code
    vendor.be("ok")
    assert pause(delivery)["status"] == "pausad"

    (row,) = vendor.store.rows("SELECT * FROM received")
    assert row["repeats"] == is_done
