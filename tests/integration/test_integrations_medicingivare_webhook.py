"""The dispensers' webhook: rows 62-74 of the table of bad inputs, through Django, and what an alarm tells a case."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from integrations.models import Dispenser, DispenserEvent, SystemState
from people.models import Individual
from web import webhooks
from workflows.models import InboxMessage, InboxState, Incident
from workflows.services import arrivals

URL = "/integrationer/medicingivare/handelser"
SECRET = "only-for-tests"
Post = Callable[..., HttpResponse]

pytestmark = pytest.mark.django_db


@pytest.fixture
def individual() -> Individual:
    now = timezone.now()
    person = Individual.objects.create(
        identity_type="personnummer", identity_number="193805142381", created_at=now, updated_at=now
    )
    Dispenser.objects.create(vendor="pahittad", serial="MG-1", individual=person)
    return person


@pytest.fixture
def post() -> Post:
    def send(
        body: dict[str, Any] | list[Any] | bytes | None, message_id: str = "w-1", *, age: int = 0, **changes: Any
    ) -> HttpResponse:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        timestamp = int(time.time()) - age
        headers = {
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": webhooks.sign(changes.pop("secret", SECRET), message_id, timestamp, raw),
        }
        content_type = changes.pop("content_type", "application/json")
        return Client().post(URL, raw, content_type=content_type, headers=headers | changes)  # type: ignore[return-value]

    return send


def event(event_id: str = "e-1", kind: str = "dos_missad", **changes: Any) -> dict[str, Any]:
    return {
        "handelse_id": event_id,
        "typ": kind,
        "leverantor": "pahittad",
        "enhet_serienr": "MG-1",
        "planerad_dt": "2026-11-23T08:00:00+01:00",
        "intraffad_dt": "2026-11-23T09:00:00+01:00",
        "allvar": "larm",
        **changes,
    }


def stored(message_id: str = "w-1") -> InboxMessage:
    return InboxMessage.objects.get(source="medicingivare", message_id=message_id)


def test_an_alarm_is_stored_before_it_is_answered(individual: Individual, post: Post) -> None:
    assert post(event()).status_code == 202

    message = stored()
    assert message.name == "dos_missad"
    assert message.individual == individual
    assert message.payload is not None
    assert message.payload["missade_7_dagar"] == 1
    assert message.payload["person_ref"] == message.keys["person_ref"] == str(individual.ref)
    assert message.keys["dos"] == "pahittad:MG-1:20261123T0700"
    assert message.sent_at == datetime(2026, 11, 23, 8, tzinfo=UTC)


@pytest.mark.parametrize("changes", [{"secret": "fel"}, {"webhook-signature": ""}, {"webhook-id": "annan"}])
def test_row_62_a_false_signature_stores_nothing_but_a_count(post: Post, changes: dict[str, str]) -> None:
    answer = post(event(), **changes)

    assert answer.status_code == 401
    assert not InboxMessage.objects.exists()
    assert SystemState.objects.get(system="medicingivare").refused == 1


@pytest.mark.usefixtures("individual")
def test_row_64_the_same_again_is_taken_as_known(post: Post) -> None:
    assert [post(event()).status_code, post(event(), age=30).status_code] == [202, 200]
    assert InboxMessage.objects.count() == 1


@pytest.mark.usefixtures("individual")
def test_row_64_the_same_event_under_a_new_webhook_id_is_taken_as_known(post: Post) -> None:
    assert [post(event()).status_code, post(event(), "w-2").status_code] == [202, 200]
    assert InboxMessage.objects.count() == 1


@pytest.mark.usefixtures("individual")
def test_row_65_the_same_id_with_another_body_is_a_conflict_and_a_stop(post: Post) -> None:
    post(event())

    assert post(event(detalj="något annat")).status_code == 409
    assert Incident.objects.filter(code="conflict", message=stored()).count() == 1


@pytest.mark.usefixtures("individual")
def test_row_66_a_dose_taken_before_its_alarm_comes_to_the_inbox_after_it(post: Post) -> None:
    assert post(event("e-1", "dos_tagen"), "w-1").status_code == 202
    assert not InboxMessage.objects.exists()

    post(event("e-2", "dos_missad", intraffad_dt="2026-11-21T09:00:00+01:00"), "w-2")

    names = list(InboxMessage.objects.order_by("pk").values_list("name", flat=True))
    assert names == ["dos_missad", "dos_tagen"]
    payload = stored("w-2").payload
    assert payload is not None
    assert payload["sent_inkommen"] is True


@pytest.mark.usefixtures("individual")
def test_a_dose_taken_as_it_should_be_is_a_row_and_no_message(post: Post) -> None:
    assert [post(event("e-1", "dos_tagen")).status_code, post(event("e-1", "dos_tagen")).status_code] == [202, 200]
    assert not InboxMessage.objects.exists()
    assert DispenserEvent.objects.count() == 1


@pytest.mark.usefixtures("individual")
def test_a_dose_taken_after_its_alarm_is_a_message_at_once(post: Post) -> None:
    post(event("e-1", "dos_missad"), "w-1")
    post(event("e-2", "dos_tagen"), "w-2")

    assert stored("w-2").name == "dos_tagen"


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"enhet_serienr": "MG-9"}, "okand_enhet"), ({"person_ref": "någon annan"}, "fel_person")],
)
@pytest.mark.usefixtures("individual")
def test_row_67_an_alarm_about_nobody_here_goes_to_a_person(post: Post, changes: dict[str, str], code: str) -> None:
    assert post(event(**changes)).status_code == 202

    assert stored().state == InboxState.STOPPED
    assert Incident.objects.get(message=stored()).code == code


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


@pytest.mark.parametrize(
    "body", [b"{", b'{"a":1,"a":2}', nested(100), nested(100_000)[:200_000], b"\xff{}", b'{"a":NaN}']
)
def test_row_68_what_is_not_json_is_told_and_kept(post: Post, body: bytes) -> None:
    answer = post(body)

    assert answer.status_code == 400
    assert bytes(stored().raw) == body


def test_row_69_a_form_is_refused(post: Post) -> None:
    assert post(b"a=1", content_type="application/x-www-form-urlencoded").status_code == 415


@pytest.mark.parametrize("size", [256 * 1024 + 1, 1_100_000])
def test_what_is_too_large_is_refused_unread(post: Post, size: int) -> None:
    assert post(b"x" * size).status_code == 413
    assert not InboxMessage.objects.exists()


def test_only_post_is_answered() -> None:
    assert Client().get(URL).status_code == 405


@pytest.mark.usefixtures("individual")
def test_row_70_a_burst_is_stored_whole(post: Post) -> None:
    doses = [f"2026-11-23T0{number // 60}:{number % 60:02}:00+01:00" for number in range(100)]
    answers = [post(event(f"e-{dose}", planerad_dt=dose), f"w-{dose[:16]}").status_code for dose in doses]

    assert set(answers) == {202}
    assert InboxMessage.objects.count() == 100


@pytest.mark.usefixtures("individual")
def test_row_71_when_the_database_is_down_the_vendor_is_asked_to_try_again(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(**_rest: object) -> None:
        raise OperationalError("down")

    monkeypatch.setattr(arrivals, "store", down)
    answer = post(event())
    monkeypatch.undo()

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert post(event()).status_code == 202
    assert stored().name == "dos_missad"


def test_row_72_a_pulse_is_when_the_dispenser_was_last_seen(individual: Individual, post: Post) -> None:
    before = timezone.now()

    assert post(event(kind="puls", planerad_dt=None)).status_code == 202

    seen = Dispenser.objects.get(individual=individual).last_seen_at
    assert seen is not None
    assert seen >= before
    assert not InboxMessage.objects.exists()


@pytest.mark.usefixtures("individual")
def test_row_73_keys_that_nobody_declared_do_not_pass(post: Post) -> None:
    post(event(person={"ref": "x"}, parametrar={"period_dagar": 1}, arende=1, detalj="ring 19380514-2381"))

    payload = stored().payload
    assert payload is not None
    assert {"person", "parametrar", "arende"}.isdisjoint(payload)
    assert payload["detalj"] == "ring [nummer]"


@pytest.mark.parametrize("body", [[], None])
def test_row_74_what_is_not_an_object_is_told_and_kept(post: Post, body: list[Any] | None) -> None:
    assert post(body).status_code == 422
    assert stored().state == InboxState.STOPPED


@pytest.mark.parametrize("changes", [{"intraffad_dt": "2026-11-23T09:00:00"}, {"typ": "larm"}, {"intraffad_dt": None}])
@pytest.mark.usefixtures("individual")
def test_an_event_that_cannot_be_understood_is_kept_for_a_person(post: Post, changes: dict[str, Any]) -> None:
    assert post(event(**changes)).status_code == 202
    assert stored().state == InboxState.STOPPED


@pytest.mark.usefixtures("individual")
def test_missed_doses_are_counted_by_dose_over_seven_days(post: Post) -> None:
    first = datetime(2026, 11, 23, 9, tzinfo=UTC)
    days = [first, first - timedelta(days=2), first - timedelta(days=6), first - timedelta(days=8)]
    for number, day in enumerate(reversed(days)):
        moment = day.isoformat()
        post(event(f"e-{number}", intraffad_dt=moment, planerad_dt=moment), f"w-{number}")
    later = days[0] + timedelta(seconds=901)
    again = {"intraffad_dt": later.isoformat(), "planerad_dt": days[0].isoformat(), "detalj": "samma dos igen"}
    post(event("e-9", **again), "w-9")

    payload = stored("w-9").payload
    assert payload is not None
    assert payload["missade_7_dagar"] == 3
