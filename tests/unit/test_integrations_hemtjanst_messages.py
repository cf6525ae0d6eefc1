"""What home care planning sends becomes a message about a person it knows by our reference only."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from integrations.hemtjanst.messages import translate
from workflows.connectors import Unreadable

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
REF = "6f1f8a4e-2b1c-4a53-9c52-0f3a8d1f6f10"


def missed(**changes: Any) -> dict[str, Any]:
    return {
        "meddelande_id": "h-1",
        "typ": "utebliven_insats",
        "skickad_dt": "2026-11-23T08:55:00+01:00",
        "person_ref": REF,
        "innehall": {
            "besok_id": "202611230001",
            "bestallning_id": "b-7",
            "planerad_start": "2026-11-23T08:00:00+01:00",
            "orsak": "ingen öppnade, ring 19380514-2381",
            "status": "utebliven",
            "personal_namn": "Okänt fält",
        },
        **changes,
    }


def test_a_missed_visit_is_understood() -> None:
    message = translate(missed(), now=NOW)

    assert message.individual_ref == UUID(REF)
    assert dict(message.keys) == {"meddelande_id": "h-1", "person_ref": REF, "bestallning_id": "b-7"}
    assert message.payload["besok_id"] == "202611230001"
    assert message.payload["status"] == "utebliven"
    assert "2381" not in json.dumps(message.payload)
    assert "personal_namn" not in message.payload


def test_fields_may_lie_flat_beside_the_envelope() -> None:
    flat = missed(innehall=None, besok_id="b-1", status="avbojd")

    assert translate(flat, now=NOW).payload["status"] == "avbojd"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"typ": "okand"}, "okand_typ"),
        ({"skickad_dt": "2026-11-23T08:55:00"}, "naiv_tid"),
        ({"person_ref": None}, "falt_saknas"),
        ({"person_ref": "193805142381"}, "okand_person"),
        ({"meddelande_id": None}, "falt_saknas"),
        ({"innehall": {"status": "utebliven"}}, "falt_saknas"),
        ({"innehall": {"besok_id": "1", "status": "borta"}}, "okant_varde"),
    ],
)
def test_what_cannot_be_understood_is_told(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Unreadable) as problem:
        translate(missed(**changes), now=NOW)

    assert problem.value.code == code
    assert "2381" not in problem.value.message
