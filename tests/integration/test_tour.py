"""The tour of docs/developers.md: a discharge notice becomes a coordinator's task, and the region gets its receipt."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path

import pytest
import responses
from django.conf import settings
from django.utils import timezone

from integrations import jobs
from integrations.runner.attempt import LEASE, Attempt
from people.models import Individual
from tests import pages
from workflows import definitions
from workflows.models import InboxMessage, InboxState, OutboxMessage, OutboxState, UserTask
from workflows.services import deployments, outbox, user_tasks

FOLDER = Path(settings.FORLOPP_BPMN_DIR) / "trygg_hemgang"
NOTICE = json.loads((FOLDER / "samples" / "inskrivningsmeddelande.json").read_text(encoding="utf-8"))
ANSWERS = {
    "kand_hos_oss": "ingen",
    "beraknad_utskrivning": date(2026, 11, 27).isoformat(),
    "ansvarig_handlaggare": "SE2120001967-1001",
    "kontakt_avdelning": "Avd 3",
    "kommunal_hsl_behov": "ja",
}


@pytest.mark.django_db(transaction=True)
@responses.activate
def test_a_notice_at_the_region_becomes_a_task_and_a_receipt() -> None:
    deployments.publish(folder=definitions.read(FOLDER), by=None, now=timezone.now())
    coordinator = pages.staff("samordnare", "samordnare")
    responses.get(re.compile(".*/api/meddelanden"), json={"meddelanden": [NOTICE]})
    responses.get(re.compile(".*/api/meddelanden"), json={"meddelanden": []})
    receipts = responses.post(re.compile(".*/api/kvittenser"), json={})

    # 1–2 fetched, stored before it is acknowledged, understood; the person goes to the register and nowhere else
    jobs.run("region", "hamta")
    assert receipts.call_count == 1
    message = InboxMessage.objects.get()
    assert message.state == InboxState.DONE
    assert NOTICE["person"]["id"] not in json.dumps(message.payload)
    individual = Individual.objects.get()

    # 3–6 started, run to where it must wait, and written down
    task = UserTask.objects.get(element_id="a1_kvittera")
    assert task.group == "samordnare"
    assert task.individual == individual

    # 7 the inbox shows it
    page = pages.text(pages.logged_in(coordinator).get("/uppgifter/"))
    assert "Kvittera och börja planera" in page
    assert individual.family_name in page

    # 8 completed
    user_tasks.complete(task=task, answers=ANSWERS, by=coordinator, now=timezone.now())

    # 9 the step's call to the region goes out under its key
    row = OutboxMessage.objects.get(operation="region.confirm_notice")
    for claimed in outbox.claim(worker="tour", now=timezone.now(), lease=LEASE, limit=50):
        if claimed.key == row.key:
            assert Attempt(claimed, clock=timezone.now).run()
    row.refresh_from_db()
    assert row.state == OutboxState.DONE
    assert receipts.call_count == 2
