"""Dispensers that fall silent, many at once, come back, remind, and tell in three vendors' words."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations import configuration, jobs
from integrations.jobs import JobFailed
from integrations.medicingivare import intake, watch
from integrations.models import Dispenser, DispenserEvent, DispenserVendor
from people.models import Individual
from workflows import definitions
from workflows.models import InboxMessage, Incident, IncidentState, ProcessInstance, UserTask
from workflows.services import deployments

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def larm() -> None:
    folder = definitions.read(Path(settings.FORLOPP_BPMN_DIR) / "medicingivare_larm")
    deployments.publish(folder=folder, by=None, now=NOW)


def dispensers(count: int, vendor: str = "pahittad") -> list[Dispenser]:
    people = Individual.objects.bulk_create(
        Individual(identity_type="reservnummer", identity_number=f"{vendor}-{number}") for number in range(count)
    )
    return Dispenser.objects.bulk_create(
        Dispenser(vendor=vendor, serial=f"MG-{number}", individual=person) for number, person in enumerate(people)
    )


def event(kind: str, serial: str = "MG-0", *, at: datetime = NOW, **changes: Any) -> dict[str, Any]:
    told = {"handelse_id": f"{serial}-{kind}-{at:%H%M%S}", "typ": kind, "leverantor": "pahittad"}
    return told | {"enhet_serienr": serial, "intraffad_dt": at.isoformat()} | changes


def take(told: dict[str, Any], *, now: datetime | None = None, via: str = "") -> str:
    body = json.dumps(told).encode()
    moment = now or datetime.fromisoformat(told["intraffad_dt"])
    return intake.accept(via or f"w-{told['handelse_id']}", body, told, now=moment)


def look(*, until: datetime, since: datetime = NOW) -> None:
    """Each minute, as the job does."""
    while since <= until:
        watch.look(now=since)
        since += MINUTE


def stops() -> list[tuple[str, str]]:
    rows = Incident.objects.filter(state=IncidentState.OPEN, message=None).order_by("code", "group")
    return list(rows.values_list("code", "group"))


def tasks() -> int:
    return UserTask.objects.filter(state="open").count()


class TestOneDispenser:
    @pytest.fixture(autouse=True)
    def one(self) -> None:
        dispensers(1)

    def test_a_lost_connection_that_comes_back_within_the_hour_is_nobodys_task(self) -> None:
        take(event("frankopplad"))
        look(until=NOW + 59 * MINUTE)
        take(event("ateransluten", at=NOW + 59 * MINUTE))
        look(since=NOW + HOUR, until=NOW + 3 * HOUR)

        assert not InboxMessage.objects.exists()
        assert (tasks(), stops()) == (0, [])

    def test_one_that_does_not_is_a_task_after_an_hour_and_ends_when_it_is_back(self) -> None:
        take(event("frankopplad"))
        look(until=NOW + 59 * MINUTE)
        assert tasks() == 0
        look(since=NOW + HOUR, until=NOW + 2 * HOUR)
        assert tasks() == 1

        take(event("ateransluten", at=NOW + 2 * HOUR))
        assert tasks() == 0
        assert ProcessInstance.objects.get().outcome == "ateransluten"

    def test_an_all_clear_that_was_lost_is_told_by_anything_heard_from_it(self) -> None:
        take(event("frankopplad"))
        look(until=NOW + HOUR)
        take(event("lucka_oppnad", at=NOW + 2 * HOUR))

        assert ProcessInstance.objects.get().outcome == "ateransluten"

    def test_silence_for_two_intervals_is_told_to_the_nurse_and_to_it_and_closes_by_itself(self) -> None:
        take(event("puls"))
        look(until=NOW + 2 * HOUR + 4 * MINUTE)
        assert (tasks(), stops()) == (0, [])
        look(since=NOW + 2 * HOUR + 5 * MINUTE, until=NOW + 5 * HOUR)
        assert tasks() == 1
        assert stops() == [("givare_tyst", "it_drift")]
        assert "Har inte hörts av" in str(InboxMessage.objects.get().payload)

        take(event("puls", at=NOW + 5 * HOUR))
        look(since=NOW + 5 * HOUR, until=NOW + 5 * HOUR)
        assert (tasks(), stops()) == (0, [])
        look(since=NOW + 8 * HOUR, until=NOW + 8 * HOUR)

    def test_a_dispenser_that_never_gives_signs_of_life_is_not_waited_for(self) -> None:
        take(event("dos_tillganglig"))
        look(until=NOW + 3 * HOUR)

        assert (tasks(), stops()) == (0, [])

    def test_a_reminder_of_the_same_is_no_second_message_until_its_time_is_out_or_it_ended(self) -> None:
        dose = (NOW - HOUR).isoformat()
        take(event("dos_missad", planerad_dt=dose))
        take(event("dos_missad", planerad_dt=dose, at=NOW + 14 * MINUTE))
        take(event("dos_missad", planerad_dt=NOW.isoformat(), at=NOW + 14 * MINUTE, handelse_id="annan"))
        take(event("dos_missad", planerad_dt=dose, at=NOW + 16 * MINUTE))
        assert InboxMessage.objects.filter(name="dos_missad").count() == 3

        for minutes in (0, 30, 90):
            take(event("batteri_lagt", at=NOW + minutes * MINUTE))
        assert InboxMessage.objects.filter(name="batteri_lagt").count() == 2

        take(event("pafyllning_behovs"))
        take(event("pafyllning_behovs", at=NOW + 5 * HOUR))
        take(event("pafylld", at=NOW + 6 * HOUR))
        take(event("pafyllning_behovs", at=NOW + 7 * HOUR))
        assert InboxMessage.objects.filter(name="pafyllning_behovs").count() == 2
        assert DispenserEvent.objects.count() == 11

    def test_a_clock_ahead_is_told_to_whoever_gets_the_alarm(self) -> None:
        take(event("dos_missad", planerad_dt=NOW.isoformat()), now=NOW - 6 * MINUTE)

        payload = InboxMessage.objects.get().payload or {}
        assert payload["klockan_gar_fel"] is True
        assert payload["mottagen_dt"] == (NOW - 6 * MINUTE).isoformat()
        assert payload["intraffad_dt"] == NOW.isoformat()

    def test_what_both_ways_bring_is_one_event_whichever_came_first(self) -> None:
        told = event("dos_missad", planerad_dt=NOW.isoformat())
        assert take(told) == "stored"
        assert take(dict(reversed(told.items())), via="hamtad") == "duplicate"

        assert InboxMessage.objects.count() == 1
        assert tasks() == 1

    def test_a_dose_taken_late_closes_the_alarm_with_its_own_outcome(self) -> None:
        dose = (NOW - HOUR).isoformat()
        take(event("dos_missad", planerad_dt=dose))
        take(event("dos_tagen", planerad_dt=dose, at=NOW + MINUTE))

        assert ProcessInstance.objects.get().outcome == "dos_tagen_sent"
        assert tasks() == 0


class TestMany:
    def test_two_hundred_at_once_are_one_matter_for_it_and_one_for_the_care_and_end_by_themselves(self) -> None:
        serials = [one.serial for one in dispensers(200)]
        for number, serial in enumerate(serials):
            take(event("frankopplad", serial, at=NOW + timedelta(seconds=number)))
        look(since=NOW + 4 * MINUTE, until=NOW + 90 * MINUTE)
        assert stops() == [("leverantorsavbrott", "it_drift"), ("leverantorsavbrott", "sjukskoterska")]
        assert [incident.attempts for incident in Incident.objects.all()] == [1, 1]
        assert tasks() == 0

        for serial in serials[3:]:
            take(event("ateransluten", serial, at=NOW + 95 * MINUTE))
        look(since=NOW + 96 * MINUTE, until=NOW + 97 * MINUTE)

        # Over, and the three that did not come back are told each by itself.
        assert [code for code, _group in stops()] == []
        assert tasks() == 3
        assert InboxMessage.objects.count() == 3
        assert DispenserEvent.objects.count() == 200 + 197

    def test_nine_are_nine_and_another_vendors_are_not_counted(self) -> None:
        for vendor, count in (("pahittad", 9), ("gillie", 5)):
            for one in dispensers(count, vendor):
                take(event("frankopplad", one.serial, leverantor=vendor, handelse_id=f"{vendor}{one.serial}"))
        look(since=NOW + MINUTE, until=NOW + HOUR)

        assert stops() == []
        assert tasks() == 14

    def test_a_vendor_that_dies_makes_its_dispensers_silent_one_by_one_and_is_still_one_matter(self) -> None:
        for number, one in enumerate(dispensers(200)):
            take(event("puls", one.serial, at=NOW + timedelta(seconds=10 * number)))
        look(since=NOW + 2 * HOUR, until=NOW + 3 * HOUR)

        assert stops() == [("leverantorsavbrott", "it_drift"), ("leverantorsavbrott", "sjukskoterska")]
        assert tasks() == 0

    def test_a_vendors_own_silence_is_told_to_both_and_closes_when_it_is_heard(self) -> None:
        alive = {"transactionId": "1", "messageType": "IM_ALIVE", "eventTime": NOW.isoformat()}
        told = {"dialekt": "evondos", "handelse": alive}
        intake.accept("w", json.dumps(told).encode(), told, now=NOW)
        look(until=NOW + 3 * HOUR)
        assert stops() == [("leverantor_tyst", "it_drift"), ("leverantor_tyst", "sjukskoterska")]

        intake.accept("w", json.dumps(told).encode(), told, now=NOW + 3 * HOUR)
        look(since=NOW + 3 * HOUR, until=NOW + 3 * HOUR)
        assert stops() == []

    def test_a_look_costs_the_same_however_many_are_well(self) -> None:
        counts = []
        for vendor, count in (("a", 5), ("b", 300)):
            for one in dispensers(count, vendor):
                take(event("puls", one.serial, leverantor=vendor, handelse_id=f"{vendor}{one.serial}"))
            with CaptureQueriesContext(
                connection,
            ) as asked:
                watch.look(now=NOW + MINUTE)
            counts.append(len(asked))

        assert counts[0] == counts[1] <= 8


class TestFetching:
    """Asked of the vendor beside its webhooks."""

    @pytest.fixture(autouse=True)
    def asked(self) -> Any:
        dispensers(1)
        with configuration.told(medicingivare={"url": "http://vendor.test", "poll": True}):
            yield

    @responses.activate
    def test_what_webhooks_lost_is_fetched_once_and_from_where_it_was_left(self) -> None:
        first, second = event("dos_missad", planerad_dt=NOW.isoformat()), event("batteri_lagt")
        responses.get("http://vendor.test/api/handelser", json={"handelser": [first], "nasta": "7"})
        responses.get("http://vendor.test/api/handelser", json={"handelser": [], "nasta": "7"})
        take(first)

        for _ in range(2):
            jobs.run("medicingivare", "hamta")
        responses.get("http://vendor.test/api/handelser", json={"handelser": [first, second, "skräp"], "nasta": "9"})
        jobs.run("medicingivare", "hamta")

        urls = [str(call.request.url).partition("?")[2] for call in responses.calls]
        assert urls[0] == "efter=&max=200"
        assert urls[-1].startswith("efter=7")
        assert InboxMessage.objects.filter(name="dos_missad").count() == 1
        assert InboxMessage.objects.filter(name="batteri_lagt").count() == 1
        assert Incident.objects.filter(code="unreadable").count() == 1
        assert DispenserVendor.objects.get().cursor == "9"

    @responses.activate
    @pytest.mark.parametrize(
        "answer", [{"status": 500}, {"body": "<html>"}, {"json": {"handelser": "x"}}, {"json": []}]
    )
    def test_a_vendor_that_is_ill_is_asked_again_from_the_same_place(self, answer: dict[str, Any]) -> None:
        responses.get(re.compile(".*/api/handelser.*"), **answer)
        with pytest.raises(JobFailed):
            jobs.run("medicingivare", "hamta")

        assert DispenserVendor.objects.get().cursor == ""
