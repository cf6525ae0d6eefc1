"""What a region tells on the telephone has the effect it would have had, with who registered it and why."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from integrations.region.by_hand import READMISSION
from people.models import AccessLog, Individual, Staff
from tests import pages
from workflows import connectors, definitions
from workflows.models import HistoryEntry, InboxMessage, InboxState, ProcessInstance, UserTask
from workflows.services import by_hand, deployments, user_tasks
from workflows.services.by_hand import Told

pytestmark = pytest.mark.django_db(transaction=True)

ANSWERS = {
    "kand_hos_oss": "ingen",
    "beraknad_utskrivning": "2026-11-27",
    "ansvarig_handlaggare": "SE2120001967-1001",
    "kontakt_avdelning": "Avd 3",
    "kommunal_hsl_behov": "ja",
}
HOW = {"sagt_dt": "2026-11-23T08:30", "sagt_av": "Sköterska, avd 3", "hur": "telefon"}
TYPES = {"dt": "2026-11-23T08:00", "date": "2026-11-27", "bool": "ja", "str": "avd 3", "text": "avd 3"}


@pytest.fixture
def coordinator(db: None) -> Staff:
    folder = definitions.read(Path(settings.FORLOPP_BPMN_DIR) / "trygg_hemgang")
    deployments.publish(folder=folder, by=None, now=timezone.now())
    return pages.staff("samordnare", "samordnare")


@pytest.fixture
def margareta(db: None) -> Individual:
    return Individual.objects.create(
        identity_type="personnummer",
        identity_number="193805142381",
        given_name="Margareta",
        family_name="Lindqvist (påhittad)",
        municipality_code=settings.FORLOPP_MUNICIPALITY_CODE,
    )


def typed(kind: str) -> dict[str, Any]:
    """Something in every field of the form."""
    fields = connectors.registrable()["region"].forms[kind]["fields"]
    return {one["key"]: one["choices"][0]["value"] if "choices" in one else TYPES[one["type"]] for one in fields}


def posted(by: Staff, about: Individual, kind: str, **more: str) -> Any:
    told = {"action_id": str(uuid.uuid4()), **HOW, **typed(kind), **more}
    fields = {name: value for name, value in told.items() if not str(value).startswith("2026-11-23T")}
    for name, value in told.items():
        if name not in fields:
            fields |= {name: value, f"{name}_0": value[:10], f"{name}_1": value[11:]}
    return pages.logged_in(by).post(f"/personer/{about.ref}/meddelande/region/{kind}/", fields)


def admitted(by: Staff, about: Individual) -> ProcessInstance:
    assert posted(by, about, "inskrivningsmeddelande").status_code == 302
    return ProcessInstance.objects.get()


def test_somebody_ready_by_telephone_is_ready_from_when_it_was_said(coordinator: Staff, margareta: Individual) -> None:
    instance = admitted(coordinator, margareta)
    task = UserTask.objects.get(element_id="a1_kvittera")
    user_tasks.complete(task=task, answers=ANSWERS, by=coordinator, now=timezone.now())
    action_id = str(uuid.uuid4())

    for _ in range(2):
        assert posted(coordinator, margareta, "utskrivningsklar", action_id=action_id).status_code == 302

    row = InboxMessage.objects.get(name="utskrivningsklar")
    assert (row.source, row.state, row.individual) == ("manuell", InboxState.DONE, margareta)
    assert (row.payload or {})["skickad_dt"] == "2026-11-23T08:30:00+01:00"
    assert b"Sk\xc3\xb6terska, avd 3" in bytes(row.raw)
    assert row.deliveries.get().instance == instance
    entry = HistoryEntry.objects.get(instance=instance, name="utskrivningsklar")
    assert entry.by == coordinator
    assert AccessLog.objects.filter(individual=margareta, object_type="register", staff=coordinator).exists()


def test_every_message_of_the_set_can_be_registered(coordinator: Staff, margareta: Individual) -> None:
    instance = admitted(coordinator, margareta)
    listed = pages.text(pages.logged_in(coordinator).get(f"/personer/{margareta.ref}/meddelande/"))
    for kind, form in connectors.registrable()["region"].forms.items():
        assert form["title"] in listed
        content = {
            one["key"]: "2026-11-23T08:00:00+01:00" if one["type"] == "dt" else True if one["type"] == "bool" else value
            for one in form["fields"]
            for value in [typed(kind)[one["key"]]]
        }
        row = by_hand.register(
            system="region",
            kind=kind,
            content=content,
            individual=margareta,
            instance=instance,
            sent_at=timezone.now(),
            told=Told(by_whom="avd 3", how="telefon"),
            by=coordinator,
            now=timezone.now(),
            action_id=uuid.uuid4(),
        ).message
        assert row.name == ("inskrivningsmeddelande" if kind == READMISSION else kind)
        assert row.state in (InboxState.DONE, InboxState.BUFFERED, InboxState.IGNORED), kind
        stay = row.keys["inskrivning_id"]
        assert (stay == instance.business_key.partition(":")[2]) == (kind != READMISSION)


def test_an_admission_by_telephone_of_somebody_new_begins_at_the_page_that_starts(
    coordinator: Staff, margareta: Individual
) -> None:
    told = {"forlopp": "_meddelande", "personnummer": "19380514-2381"}

    answer = pages.logged_in(coordinator).post("/arenden/starta/", told)

    assert answer.headers["Location"] == f"/personer/{margareta.ref}/meddelande/"
    assert admitted(coordinator, margareta).individual == margareta


def test_what_is_missing_is_told_and_nothing_is_registered(coordinator: Staff, margareta: Individual) -> None:
    answer = pages.logged_in(coordinator).post(f"/personer/{margareta.ref}/meddelande/region/utskriven/", {})

    assert answer.status_code == 422
    assert "Vem lämnade det?" in pages.text(answer)
    assert not InboxMessage.objects.exists()


def test_only_who_may_start_an_arende_registers(coordinator: Staff, margareta: Individual) -> None:
    stranger = pages.staff("rehab", "fysioterapeut")
    for address in ("", "region/utskriven/"):
        assert pages.logged_in(stranger).get(f"/personer/{margareta.ref}/meddelande/{address}").status_code == 404
    for address in ("region/kvittens/", "nagon/utskriven/"):
        assert pages.logged_in(coordinator).get(f"/personer/{margareta.ref}/meddelande/{address}").status_code == 404
    margareta.protection = "sekretessmarkering"
    margareta.save()
    assert pages.logged_in(coordinator).get(f"/personer/{margareta.ref}/meddelande/").status_code == 404
