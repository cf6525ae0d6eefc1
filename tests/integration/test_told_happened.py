"""What the staff tells an ärende that listens for it: a change of förlopp with the goals kept, by those it is for."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from people.models import Individual, Staff
from tests import pages
from workflows import definitions
from workflows.models import HistoryEntry, ProcessInstance
from workflows.services import deployments, instances, steps

pytestmark = pytest.mark.django_db
BPMN = Path(__file__).parents[2] / "bpmn"
WHY = "Orkar inte träna mer, behöver hjälp varje dag."


@pytest.fixture
def ongoing(anna: Staff, berit: Individual) -> ProcessInstance:
    deployments.publish(folder=definitions.read(BPMN / "grundforlopp"), by=None, now=timezone.now())
    told: dict[str, Any] = {"kalla": "egen_verksamhet", "beskrivning": "Vill klara trappan."}
    form = {"akut": False}
    return instances.start(
        definition_key="grundforlopp", individual=berit, by=anna, now=timezone.now(), answers=told | form
    )


def tell(member: Staff, instance: ProcessInstance, **data: str) -> Any:
    return pages.logged_in(member).post(
        f"/arenden/{instance.public_id}/hant/", {"action_id": str(uuid.uuid4()), **data}
    )


def test_who_works_with_the_person_has_another_forlopp_chosen_and_the_goals_follow(
    ongoing: ProcessInstance, anna: Staff
) -> None:
    page = pages.text(pages.logged_in(anna).get(f"/personer/{ongoing.individual.ref}/"))
    assert f"/arenden/{ongoing.public_id}/hant/" in page
    shown = pages.text(pages.logged_in(anna).get(f"/arenden/{ongoing.public_id}/hant/"))
    assert "Ett annat förlopp kan passa bättre" in shown
    assert "Målet är nått" not in shown  # nothing waits for that yet
    assert tell(anna, ongoing, vad=WHY).status_code == 422
    assert tell(anna, ongoing, hant="byt_forlopp").status_code == 422
    assert tell(anna, ongoing, hant="mal_uppnatt", vad=WHY).status_code == 422
    told = {"hant": "byt_forlopp", "vad": WHY, "action_id": str(uuid.uuid4())}
    assert [tell(anna, ongoing, **told).status_code for _ in range(2)] == [302, 302]  # a double click
    ongoing.refresh_from_db()
    assert [task.element_id for task in ongoing.user_tasks.filter(ended_at=None)] == ["bedom_formaga"]
    assert steps.variables_of(ongoing)["byt_forlopp"]["vad"] == WHY
    row = HistoryEntry.objects.get(action_id=told["action_id"])
    assert (row.by, row.name) == (anna, "byt_forlopp")


def test_who_the_arende_is_not_for_cannot_tell_it(ongoing: ProcessInstance) -> None:
    for role in ("it_drift", "socialsekreterare"):
        assert tell(pages.staff(role, role), ongoing, hant="byt_forlopp", vad=WHY).status_code == 404
