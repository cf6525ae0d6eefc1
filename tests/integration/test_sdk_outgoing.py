"""What goes with SDK goes once, and is followed until its receiver has it or a person knows that they have not."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from integrations import configuration, health
from integrations.models import SdkSent
from integrations.sdk import intake, outgoing
from integrations.sdk.simulator import Counterpart
from people.models import Staff
from tests import pages, sdk
from workflows.connectors import BusinessError, Delivery, PermanentError, TransientError
from workflows.models import (
    Attachment,
    HistoryEntry,
    InboxMessage,
    Incident,
    OutboxMessage,
    ProcessInstance,
    UserTask,
)
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def far(tmp_path: Path) -> Iterator[Counterpart]:
    with sdk.counterpart(tmp_path) as everybody_else:
        yield everybody_else


@pytest.fixture
def folder(far: Counterpart) -> Path:
    return far.folder


@pytest.fixture
def anna(far: Counterpart) -> Staff:
    return sdk.coordinator()


def test_a_question_goes_once_with_the_files_of_its_step_and_its_answer_comes_to_it(
    far: Counterpart, folder: Path, anna: Staff
) -> None:
    instance = sdk.asked(anna)
    row = OutboxMessage.objects.get()
    written = (folder / "ut" / f"{row.key}.xml").read_bytes()
    assert b"plan.pdf" in written
    assert str(instance.public_id).encode() in written
    sent = Delivery(row.key, row.operation, row.params, None, 2, row.created_at)
    far.collect()
    outgoing.send(sent)
    assert sdk.names(folder / "ut") == [], "what has been sent is not sent again"

    other = sdk.asked(anna)
    client, message_id = pages.logged_in(anna), sdk.arrive(far, svar_pa=str(row.key), text="Ja, i morgon.", bilaga="ja")
    assert "Svar på det ni skickade" in pages.text(client.get(sdk.address(message_id)))
    client.post(sdk.address(message_id), {"gor": "svar"})

    task = pages.task(instance, "las")
    assert [file.name for file in task.attachments.all()] == ["Meddelandet.txt", "Vårdplan.pdf"]
    assert HistoryEntry.objects.filter(instance=instance, name="sdk_svar").exists()
    assert not UserTask.objects.filter(instance=other, element_id="las").exists()


def test_an_answer_can_be_said_to_belong_elsewhere(far: Counterpart, anna: Staff) -> None:
    waiting = sdk.asked(anna)
    pages.publish()
    hembesok = pages.start(pages.person(), anna)
    far.collect()
    client = pages.logged_in(anna)
    message_id = sdk.arrive(far, svar_pa=str(OutboxMessage.objects.get().key))
    listed = pages.text(client.post(sdk.address(message_id), {"gor": "sok", "personnummer": sdk.BERIT}))
    assert listed.count("Väntar på svar med SDK") == 1
    sdk.registered(client, message_id, arende=str(hembesok.public_id))
    told = InboxMessage.objects.get(message_id=message_id).payload or {}
    assert (told["hor_till"], told["hor_till_ref"]) == ("Hembesök", str(hembesok.public_id))
    assert UserTask.objects.filter(element_id="ta_hand_om").exists()
    assert not UserTask.objects.filter(instance=waiting, element_id="las").exists()


def test_an_answer_to_an_answer_keeps_the_thread_and_gives_the_reference_back(
    far: Counterpart, folder: Path, anna: Staff
) -> None:
    pages.person()
    message_id = sdk.arrive(far)
    sdk.registered(pages.logged_in(anna), message_id)
    answers = {"atgard": "besvara", "svar_text": "Vi ringer i dag.", "med_filer": False}
    user_tasks.complete(task=UserTask.objects.get(), answers=answers, by=anna, now=timezone.now())
    sdk.deliver()
    row = OutboxMessage.objects.get()
    written = (folder / "ut" / f"{row.key}.xml").read_text()
    assert re.search(rf"conversationId>{message_id}<.*refToMessageId>{message_id}<", written)
    assert "AVD3-2026-17" in written
    far.collect()
    intake.look()
    sdk.judge()
    assert SdkSent.objects.get().state == "delivered"
    assert ProcessInstance.objects.get().outcome == "besvarat"


@pytest.mark.parametrize(("fault", "after", "status"), [
    ("reject", timedelta(), "misslyckad"),
    ("silent", timedelta(hours=5), "ingen_kvittens"),
])  # fmt: skip
def test_an_arende_that_waits_for_a_receipt_is_told_what_became_of_it(
    far: Counterpart, anna: Staff, fault: str, after: timedelta, status: str
) -> None:
    pages.person()
    sdk.registered(pages.logged_in(anna), sdk.arrive(far))
    answers = {"atgard": "besvara", "svar_text": "Vi ringer i dag.", "med_filer": False}
    user_tasks.complete(task=UserTask.objects.get(), answers=answers, by=anna, now=timezone.now())
    sdk.deliver()
    far.store.put("fault", {"lage": fault})
    far.collect()
    intake.look()
    sdk.judge(after)
    sdk.judge(after)
    assert (InboxMessage.objects.get(name="sdk_kvittens").payload or {})["status"] == status
    assert UserTask.objects.filter(element_id="kontakta_avsandaren", state="open").exists()
    assert sdk.stops() == []


@pytest.mark.parametrize(("fault", "code", "when"), [
    ("reject", "ej_levererat", timedelta(minutes=3)),
    ("silent", "ingen_kvittens", timedelta(hours=5)),
    ("away", "ingen_kvittens", timedelta(hours=5)),
])  # fmt: skip
def test_where_no_arende_waits_a_person_is_told_once_and_a_late_receipt_closes_it(
    far: Counterpart, anna: Staff, fault: str, code: str, when: timedelta
) -> None:
    instance = sdk.asked(anna)
    far.store.put("fault", {"lage": fault})
    far.collect()
    intake.look()
    sdk.judge(timedelta(minutes=1))
    assert sdk.stops() == []
    sdk.judge(when)
    sdk.judge(when)
    stop = Incident.objects.get()
    assert (stop.code, stop.instance, stop.attempts, stop.group) == (code, instance, 1, "samordnare")
    far.store.put("fault", {"lage": "ok"})
    far.receipt(str(SdkSent.objects.get().key), is_accepted=True)
    intake.look()
    assert (sdk.stops(), SdkSent.objects.get().state) == ([], "delivered")


def test_a_second_receipt_that_says_otherwise_changes_nothing(far: Counterpart, anna: Staff) -> None:
    sdk.asked(anna)
    far.store.put("fault", {"lage": "twice"})
    far.collect()
    intake.look()
    sdk.judge(timedelta(hours=5))
    assert (SdkSent.objects.get().state, sdk.stops()) == ("delivered", [])


def test_an_unknown_or_unreadable_receipt_ends_with_it(far: Counterpart, folder: Path) -> None:
    far.receipt(str(uuid.uuid4()), is_accepted=True)
    far._put("kvittenser", "skrap.xml", b"<a/>", stated=b"<a/>")
    intake.look()
    assert sdk.names(folder / "kvittenser" / "karantan") == ["skrap.xml", "skrap.xml.sha256"]
    intake.look(clock=lambda: timezone.now() + timedelta(minutes=16))
    assert len(sdk.names(folder / "kvittenser" / "karantan")) == 4
    assert Incident.objects.get().attempts == 2


@pytest.mark.parametrize(("params", "error", "code"), [
    ({"funktionsadress": "sdk.okand", "text": "x"}, BusinessError, "okand_adress"),
    ({"funktionsadress": sdk.AVD3, "text": " "}, BusinessError, "tomt"),
    ({"funktionsadress": sdk.AVD3, "text": "x" * 30_000_001}, BusinessError, "for_stort"),
    ({"funktionsadress": sdk.AVD3, "text": "x", "bilagor": ["skriv"]}, BusinessError, "bilaga_saknas"),
])  # fmt: skip
def test_what_cannot_be_sent_says_why(
    far: Counterpart, params: dict[str, Any], error: type[Exception], code: str
) -> None:
    told = Delivery(uuid.uuid4(), "sdk.send_message", params, None, 1, timezone.now())
    with pytest.raises(error) as refused:
        outgoing.send(told)
    assert getattr(refused.value, "code", "") == code
    assert sdk.names(far.folder / "ut") == []


def test_a_file_that_waits_for_the_scanner_holds_the_message_back(far: Counterpart, anna: Staff) -> None:
    sdk.asked(anna)
    row = OutboxMessage.objects.get()
    SdkSent.objects.all().delete()
    told = Delivery(row.key, row.operation, row.params, None, 1, row.created_at)
    Attachment.objects.update(state="unscanned")
    with pytest.raises(TransientError):
        outgoing.send(told)
    Attachment.objects.update(state="stopped")
    with pytest.raises(PermanentError):
        outgoing.send(told)


def test_the_check_sees_folders_book_and_what_lies_unfetched(far: Counterpart, folder: Path, tmp_path: Path) -> None:
    def told() -> str:
        return next(one.text for one in health.report() if one.system == "sdk")

    assert "2 egna adresser och 2 motparter" in told()
    left = folder / "ut" / "x.xml"
    left.write_bytes(b"x")
    an_hour_ago = (timezone.now() - timedelta(hours=1)).timestamp()
    os.utime(left, (an_hour_ago, an_hour_ago))
    assert "inte hämtat" in told()
    left.unlink()
    (folder / "in").rename(folder / "borta")
    assert "går inte att läsa" in told()
    wrong = tmp_path / "fel.toml"
    wrong.write_text('organisation = "0203:a"\n[[egen]]\nadress = "x"\n')
    with configuration.told(sdk={"folder": str(folder), "adressbok": str(wrong)}):
        assert "saknas på någon rad" in told()


def test_nothing_of_what_is_said_is_logged(far: Counterpart, anna: Staff, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    pages.person()
    sdk.registered(pages.logged_in(anna), sdk.arrive(far, text="HEMLIGT", amne="LÖNDOM"))
    sdk.asked(anna)
    texts = [*Incident.objects.values_list("text", flat=True), caplog.text.replace(str(far.folder), "")]
    assert not any(word in text for text in texts for word in ("HEMLIGT", "LÖNDOM", "Kan vi ses"))
