"""Every word of every vendor is one of ours, and an event reads the same whoever tells it."""

from __future__ import annotations

from typing import Any

import pytest

from integrations.medicingivare.dialects import DIALECTS, kept, plain
from integrations.medicingivare.dialects.table import Dialect
from integrations.medicingivare.messages import read
from integrations.medicingivare.schemas import MESSAGES, ROWS
from workflows import strict_json
from workflows.connectors import Unreadable

EVERY = pytest.mark.parametrize("dialect", DIALECTS.values(), ids=DIALECTS)
TOLD: dict[str, dict[str, Any]] = {
    "gillie": {
        "eventId": "e-1",
        "event": "medicine_not_taken",
        "timestamp": 1_795_420_800_000,
        "device": {"id": "G-1", "battery": 80},
        "medicine": {"scheduledAt": 1_795_417_200_000},
        "message": "Not taken",
        "client": {"name": "Margareta"},
    },
    "evondos": {
        "transactionId": "e-1",
        "messageType": "DOSE_MISSED",
        "eventTime": "2026-11-23T09:00:00+01:00",
        "robot": {"serialNumber": "E-1"},
        "dose": {"scheduledTime": "2026-11-23T08:00:00+01:00"},
    },
    "dosell": {
        "id": "e-1",
        "type": "dose.missed",
        "occurred_at": "2026-11-23T09:00:00+01:00",
        "unit": {"serial": "D-1"},
        "dose": {"planned_at": "2026-11-23T08:00:00+01:00"},
    },
}


@EVERY
def test_every_word_is_one_of_ours_and_every_one_of_ours_but_two_has_a_word(dialect: Dialect) -> None:
    assert set(dialect.words.values()) == (MESSAGES | ROWS) - {"utrustning_fel"}


@EVERY
def test_a_missed_dose_is_the_same_whoever_tells_it(dialect: Dialect) -> None:
    event = read(plain({"dialekt": dialect.key, "handelse": TOLD[dialect.key]}))

    assert (event.kind, event.event_id, event.vendor) == ("dos_missad", "e-1", dialect.vendor)
    assert event.fields["allvar"] == "larm"
    assert event.planned_at is not None
    assert (event.occurred_at - event.planned_at).total_seconds() == 3600
    assert event.occurred_at.astimezone().isoformat() == "2026-11-23T09:00:00+01:00"


@EVERY
def test_an_unknown_word_a_naive_time_and_no_time_are_not_guessed(dialect: Dialect) -> None:
    told = TOLD[dialect.key]
    for changes, code in (
        ({dialect.kind: "nagot_annat"}, "okand_typ"),
        ({dialect.kind: ["lista"]}, "okand_typ"),
        ({dialect.occurred: "2026-11-23T09:00:00"}, "naiv_tid"),
        ({dialect.occurred: None}, "falt_saknas"),
    ):
        with pytest.raises(Unreadable, match=code):
            read({"dialekt": dialect.key, "handelse": told | changes})


def test_a_vendors_own_sign_of_life_needs_no_dispenser() -> None:
    told = {"transactionId": "t", "messageType": "IM_ALIVE", "eventTime": "2026-11-23T09:00:00+01:00"}

    assert read({"dialekt": "evondos", "handelse": told}).serial == "*"
    with pytest.raises(Unreadable):
        read({"dialekt": "evondos", "handelse": told | {"messageType": "DOSE_MISSED"}})


def test_a_body_is_kept_as_it_came() -> None:
    body = b'{"id":  "\xc3\xa5"}'

    stored = kept("dosell", body)

    assert body in stored
    assert strict_json.parse(stored) == {"dialekt": "dosell", "handelse": {"id": "å"}}
    with pytest.raises(Unreadable, match="okand_dialekt"):
        plain({"dialekt": "annan", "handelse": {}})
