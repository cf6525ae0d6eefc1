"""SDK through folders: what comes is registered by a person, what goes is followed until its receiver has it."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from integrations import configuration, health, simulation
from integrations.models import SdkSent
from integrations.runner.attempt import LEASE, Attempt
from integrations.sdk import intake, outgoing, receipts, watch
from integrations.sdk.simulator import Counterpart
from people.models import AccessLog, Individual, Staff
from tests import attached, pages
from workflows import definitions
from workflows.attachments import scanning, shelf
from workflows.connectors import BusinessError, Delivery, PermanentError, TransientError
from workflows.models import (
    Attachment,
    HistoryEntry,
    InboxMessage,
    InboxState,
    Incident,
    IncidentState,
    OutboxMessage,
    ProcessInstance,
    UserTask,
)
from workflows.services import attachments, deployments, instances, outbox, user_tasks
from workflows.services.attachments import Received

BERIT = "193805142381"
AVD3 = "sdk.region.avd3"
FOUR_HOURS = timedelta(hours=4)
BOOK = settings.BASE_DIR / "config" / "sdk_adressbok.toml"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with configuration.told(sdk={"folder": str(tmp_path / "sdk"), "adressbok": str(BOOK)}):
        yield tmp_path / "sdk"


@pytest.fixture
def far(folder: Path, tmp_path: Path) -> Counterpart:
    return Counterpart(simulation.Store(tmp_path / "memory.sqlite3"), folder)


@pytest.fixture
def anna(far: Counterpart) -> Staff:
    """A coordinator where both förlopp are published."""
    for path in (Path(settings.FORLOPP_BPMN_DIR) / "sdk_meddelande", pages.FORLOPP / "fraga_med_sdk"):
        deployments.publish(folder=definitions.read(path), by=None, now=timezone.now())
    return pages.staff("anna", "samordnare")


def arrive(far: Counterpart, **told: Any) -> str:
    """The id of a message that has been sent and looked for."""
    sent = far.send(told)["meddelande_id"]
    intake.look()
    return str(sent)


def address(message_id: str) -> str:
    return f"/integrationer/sdk/post/{message_id}/"


def registered(client: Client, message_id: str, **told: str) -> Any:
    person = Individual.objects.get(identity_number=BERIT)
    return client.post(address(message_id), {"gor": "registrera", "individ": str(person.ref), **told})


def stops(**about: Any) -> list[str]:
    rows = Incident.objects.filter(state=IncidentState.OPEN, **about)
    return list(rows.order_by("pk").values_list("code", flat=True))


def names(path: Path) -> list[str]:
    return sorted(entry.name for entry in path.iterdir() if entry.is_file()) if path.is_dir() else []


def deliver(now: datetime | None = None) -> None:
    for claimed in outbox.claim(worker="w", now=now or timezone.now(), lease=LEASE):
        Attempt(claimed, clock=timezone.now).run()


def judge(after: timedelta = timedelta(), patience: timedelta = FOUR_HOURS) -> None:
    receipts.tell(now=timezone.now() + after, patience=patience)


def asked(by: Staff, *, to: str = AVD3, file: bytes = b"") -> ProcessInstance:
    """An ärende about Berit that has sent a question."""
    instance = instances.start(definition_key="fraga_med_sdk", individual=pages.person(), by=by, now=timezone.now())
    task = pages.task(instance, "skriv")
    path = shelf.incoming() / uuid.uuid4().hex
    path.write_bytes(file or attached.PDF)
    received = [Received(name="plan.pdf", path=path, size=path.stat().st_size)]
    attachments.add(task=task, received=received, by=by, now=timezone.now(), action_id=uuid.uuid4())
    user_tasks.complete(task=task, answers={"text": "Kan vi ses?", "adress": to}, by=by, now=timezone.now())
    deliver()
    return instance


# -- in ----------------------------------------------------------------------------------------------------------------


def test_a_message_is_registered_by_a_person_and_becomes_a_task_with_its_files(far: Counterpart, anna: Staff) -> None:
    berit, client = pages.person(), pages.logged_in(anna)
    message_id = arrive(far, bilaga="ja", text="Berit Provsson, 19380514-2381, kan komma hem.", personnummer=BERIT)

    row = InboxMessage.objects.get()
    assert (row.state, row.individual, row.payload) == (InboxState.STOPPED, None, None)
    assert "Ett meddelande att registrera" in pages.text(client.get("/stopp/"))
    assert address(message_id) in pages.text(client.get("/integrationer/sdk/post/"))
    shown = pages.text(client.get(address(message_id)))
    assert "kan komma hem" in shown
    assert f'value="{BERIT}"' in shown, "what the sender gave as a reference is proposed"
    assert AccessLog.objects.filter(object_type="sdk-message", action="read", staff=anna).exists()

    found = pages.text(client.post(address(message_id), {"gor": "sok", "personnummer": BERIT}))
    assert "Berit Provsson" in found
    assert registered(client, message_id).status_code == 302

    instance = ProcessInstance.objects.get()
    task = UserTask.objects.get()
    assert (instance.individual, task.element_id, task.group) == (berit, "ta_hand_om", "samordnare")
    assert [file.name for file in task.attachments.order_by("number")] == ["Meddelandet.txt", "Vårdplan.pdf"]
    assert "kan komma hem" in shelf.path_of(task.attachments.get(name="Meddelandet.txt").public_id).read_text()
    told = InboxMessage.objects.get().payload or {}
    assert told["text"] == "[borttaget] [borttaget], [borttaget], kan komma hem."
    assert stops() == []
    assert Incident.objects.get().resolved_by == anna
    page = pages.text(client.get(f"/uppgifter/{task.public_id}/"))
    assert "Vårdplan.pdf" in page
    assert "kan komma hem" in page
    file = task.attachments.get(name="Vårdplan.pdf")
    read = client.get(f"/filer/{file.public_id}/")
    assert read["Content-Disposition"].startswith("attachment")
    read.close()
    assert not attachments.withdraw(task=task, key=file.public_id, by=anna, now=timezone.now())
    far.collect()
    assert far.store.latest("outgoing")[0]["status"] == "ACCEPTED"


def test_only_the_profession_of_the_address_reads_it(far: Counterpart, anna: Staff) -> None:
    message_id = arrive(far, bilaga="ja")
    file = Attachment.objects.get(name="Vårdplan.pdf")
    for other in (pages.staff("siri", "sjukskoterska"), pages.staff("ivar", "it_drift")):
        client = pages.logged_in(other)
        assert client.get(address(message_id)).status_code == 404
        assert client.get(f"{address(message_id)}filer/{file.public_id}/").status_code == 404
        assert message_id not in pages.text(client.get("/integrationer/sdk/post/"))
    client = pages.logged_in(anna)
    answer = client.get(f"{address(message_id)}filer/{file.public_id}/")
    assert answer.status_code == 200
    assert "sandbox" in answer["Content-Security-Policy"]
    answer.close()
    assert AccessLog.objects.filter(action="read-file", staff=anna).exists()
    assert client.get(f"/filer/{file.public_id}/").status_code == 404, "it has no task yet"


def test_somebody_new_is_added_and_of_a_protected_person_nothing_is_told(far: Counterpart, anna: Staff) -> None:
    pages.person("193902282387", "Doris", protection="sekretessmarkering")
    client = pages.logged_in(anna)
    for number in ("193902282387", "193301252395"):
        message_id = arrive(far)
        answer = client.post(address(message_id), {"gor": "sok", "personnummer": number})
        assert (answer.status_code, "skriv namnet" in pages.text(answer)) == (422, True)
        assert "Doris" not in pages.text(answer)
        name = {"fornamn": "Sven", "efternamn": "Öhman (påhittad)"}
        assert client.post(address(message_id), {"gor": "ny", "personnummer": number} | name).status_code == 302
    assert Individual.objects.get(identity_number="193301252395").given_name == "Sven"
    assert Individual.objects.get(identity_number="193902282387").given_name == "Doris"
    assert UserTask.objects.filter(is_restricted=True).count() == 1
    protected = InboxMessage.objects.get(individual__given_name="Doris")
    assert client.get(address(protected.message_id)).status_code == 404


def test_what_is_about_nobody_is_filed_with_a_reason_and_can_still_be_read(far: Counterpart, anna: Staff) -> None:
    client, message_id = pages.logged_in(anna), arrive(far)
    assert client.post(address(message_id), {"gor": "avskriv"}).status_code == 422
    client.post(address(message_id), {"gor": "avskriv", "skal": "Reklam"})
    assert InboxMessage.objects.get().state == InboxState.DISMISSED
    assert "Reklam" in pages.text(client.get(address(message_id)))
    client.post(address(message_id), {"gor": "sok", "personnummer": "fel"})
    pages.person()
    registered(client, message_id)
    assert not ProcessInstance.objects.exists(), "what has been filed is not registered too"


def test_without_a_forlopp_that_takes_it_nothing_is_lost(far: Counterpart) -> None:
    client, message_id = pages.logged_in(pages.staff("anna", "samordnare")), arrive(far)
    pages.person()
    answer = registered(client, message_id)
    assert (answer.status_code, InboxMessage.objects.get().state) == (422, InboxState.STOPPED)
    assert stops() == ["registrera"]


def test_what_nobody_registers_is_told_the_head_once(far: Counterpart, anna: Staff) -> None:
    arrive(far)
    for hours in (1, 5, 6):
        watch.ask_head(now=timezone.now() + timedelta(hours=hours), patience=FOUR_HOURS)
    assert Incident.objects.get(group="enhetschef").attempts == 1
    head = pages.logged_in(pages.staff("chefen", "enhetschef"))
    assert head.get(address(InboxMessage.objects.get().message_id)).status_code == 200
    pages.person()
    registered(pages.logged_in(anna), InboxMessage.objects.get().message_id)
    assert stops() == []


def test_the_same_message_twice_is_one_and_another_under_its_id_is_refused(far: Counterpart, folder: Path) -> None:
    message_id = arrive(far, som="dubblett")
    assert (InboxMessage.objects.get().copies, stops()) == (2, ["registrera"])
    assert Attachment.objects.count() == 1
    handled = next((folder / "in" / "hanterat").glob("*-kopia.xml")).read_bytes()
    changed = handled.replace(b"Ring ", b"Skriv ")
    far._put("in", "other.xml", changed, stated=changed)
    intake.look()
    assert stops() == ["registrera", "conflict", "ej_mottaget"]
    assert names(folder / "in" / "karantan") == ["other.xml", "other.xml.sha256"]
    assert b"duplicate" in (folder / "ut" / f"kvittens-{message_id}.xml").read_bytes()


def test_a_crash_between_the_message_and_its_files_loses_none(
    far: Counterpart, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = attachments.keep_with_message
    is_full = [True]

    def full_once(**told: Any) -> None:
        if is_full and is_full.pop():
            raise OSError("full")
        keep(**told)

    monkeypatch.setattr(attachments, "keep_with_message", full_once)
    with pytest.raises(OSError, match="full"):
        arrive(far, bilaga="ja")
    assert (InboxMessage.objects.count(), Attachment.objects.count()) == (1, 0)
    assert len(names(folder / "in")) == 2, "it has not been set aside"
    intake.look()
    assert (InboxMessage.objects.count(), Attachment.objects.count()) == (1, 2)
    assert attachments.tidy(now=timezone.now() + timedelta(days=1)) == 0


@pytest.mark.parametrize(("way", "code", "tells"), [
    ("latin1", None, "UTF-8"),
    ("bomb", None, "DOCTYPE"),
    ("program", "not-supported", "av ett slag som inte tas emot"),
    ("stor", None, "större än vad som tas emot"),
    ("okand", "not-found", "adressboken"),
])  # fmt: skip
def test_what_cannot_be_taken_is_kept_told_of_and_refused(
    far: Counterpart, folder: Path, way: str, code: str | None, tells: str
) -> None:
    told = {"folder": str(folder), "adressbok": str(BOOK), "megabyte": 1 if way == "stor" else 30}
    with configuration.told(sdk=told):
        message_id = arrive(far, som=way)
    stop = Incident.objects.get()
    assert (stop.code, stop.group, InboxMessage.objects.count()) == ("ej_mottaget", "it_drift", 0)
    assert tells in stop.text
    assert message_id not in stop.page
    assert names(folder / "in") == []
    assert f"{message_id}.xml" in names(folder / "in" / "karantan")
    written = folder / "ut" / f"kvittens-{message_id}.xml"
    assert written.is_file() == (code is not None)
    if code:
        assert code.encode() in written.read_bytes()


@pytest.mark.parametrize("way", ["halv", "fel_summa"])
def test_a_file_that_is_not_whole_is_left_and_after_a_quarter_told_of(far: Counterpart, folder: Path, way: str) -> None:
    name = f"{arrive(far, som=way)}.xml"
    assert (stops(), InboxMessage.objects.count()) == ([], 0)
    intake.look(clock=lambda: timezone.now() + timedelta(minutes=16))
    intake.look(clock=lambda: timezone.now() + timedelta(minutes=17))
    assert Incident.objects.get().attempts == 2
    assert name in names(folder / "in")
    far.send({})
    whole = next(path for path in (folder / "in").glob("*.xml") if path.name != name)
    whole.replace(folder / "in" / name)
    Path(f"{whole}.sha256").replace(folder / "in" / f"{name}.sha256")
    intake.look()
    assert (stops(), InboxMessage.objects.count()) == (["registrera"], 1)


def test_a_virus_is_refused_and_what_waits_for_the_scanner_is_not_read(
    far: Counterpart, anna: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "scan", lambda _path: scanning.Verdict.INFECTED)
    message_id = arrive(far, bilaga="ja")
    assert (stops(), b"forbidden" in (far.folder / "ut" / f"kvittens-{message_id}.xml").read_bytes()) == (
        ["ej_mottaget"],
        True,
    )
    monkeypatch.setattr(scanning, "scan", lambda _path: scanning.Verdict.AWAY)
    message_id = arrive(far, bilaga="ja")
    client = pages.logged_in(anna)
    assert "Väntar på viruskontroll" in pages.text(client.get(address(message_id)))
    file = Attachment.objects.get(name="Vårdplan.pdf")
    assert client.get(f"{address(message_id)}filer/{file.public_id}/").status_code == 404


# -- out ---------------------------------------------------------------------------------------------------------------


def test_a_question_goes_once_with_the_files_of_its_step_and_its_answer_comes_to_it(
    far: Counterpart, folder: Path, anna: Staff
) -> None:
    instance = asked(anna)
    row = OutboxMessage.objects.get()
    written = (folder / "ut" / f"{row.key}.xml").read_bytes()
    assert b"plan.pdf" in written
    assert str(instance.public_id).encode() in written
    sent = Delivery(row.key, row.operation, row.params, None, 2, row.created_at)
    far.collect()
    outgoing.send(sent)
    assert names(folder / "ut") == [], "what has been sent is not sent again"

    other = asked(anna)
    client, message_id = pages.logged_in(anna), arrive(far, svar_pa=str(row.key), text="Ja, i morgon.", bilaga="ja")
    assert "Svar på det ni skickade" in pages.text(client.get(address(message_id)))
    client.post(address(message_id), {"gor": "svar"})

    task = pages.task(instance, "las")
    assert [file.name for file in task.attachments.all()] == ["Meddelandet.txt", "Vårdplan.pdf"]
    assert HistoryEntry.objects.filter(instance=instance, name="sdk_svar").exists()
    assert not UserTask.objects.filter(instance=other, element_id="las").exists()


def test_an_answer_can_be_said_to_belong_elsewhere(far: Counterpart, anna: Staff) -> None:
    waiting = asked(anna)
    pages.publish()
    hembesok = pages.start(pages.person(), anna)
    far.collect()
    client = pages.logged_in(anna)
    message_id = arrive(far, svar_pa=str(OutboxMessage.objects.get().key))
    listed = pages.text(client.post(address(message_id), {"gor": "sok", "personnummer": BERIT}))
    assert listed.count("Väntar på svar med SDK") == 1
    registered(client, message_id, arende=str(hembesok.public_id))
    told = InboxMessage.objects.get(message_id=message_id).payload or {}
    assert (told["hor_till"], told["hor_till_ref"]) == ("Hembesök", str(hembesok.public_id))
    assert UserTask.objects.filter(element_id="ta_hand_om").exists()
    assert not UserTask.objects.filter(instance=waiting, element_id="las").exists()


def test_an_answer_to_an_answer_keeps_the_thread_and_gives_the_reference_back(
    far: Counterpart, folder: Path, anna: Staff
) -> None:
    pages.person()
    message_id = arrive(far)
    registered(pages.logged_in(anna), message_id)
    answers = {"atgard": "besvara", "svar_text": "Vi ringer i dag.", "med_filer": False}
    user_tasks.complete(task=UserTask.objects.get(), answers=answers, by=anna, now=timezone.now())
    deliver()
    row = OutboxMessage.objects.get()
    written = (folder / "ut" / f"{row.key}.xml").read_text()
    assert re.search(rf"conversationId>{message_id}<.*refToMessageId>{message_id}<", written)
    assert "AVD3-2026-17" in written
    far.collect()
    intake.look()
    judge()
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
    registered(pages.logged_in(anna), arrive(far))
    answers = {"atgard": "besvara", "svar_text": "Vi ringer i dag.", "med_filer": False}
    user_tasks.complete(task=UserTask.objects.get(), answers=answers, by=anna, now=timezone.now())
    deliver()
    far.store.put("fault", {"lage": fault})
    far.collect()
    intake.look()
    judge(after)
    judge(after)
    assert (InboxMessage.objects.get(name="sdk_kvittens").payload or {})["status"] == status
    assert UserTask.objects.filter(element_id="kontakta_avsandaren", state="open").exists()
    assert stops() == []


@pytest.mark.parametrize(("fault", "code", "when"), [
    ("reject", "ej_levererat", timedelta(minutes=3)),
    ("silent", "ingen_kvittens", timedelta(hours=5)),
    ("away", "ingen_kvittens", timedelta(hours=5)),
])  # fmt: skip
def test_where_no_arende_waits_a_person_is_told_once_and_a_late_receipt_closes_it(
    far: Counterpart, anna: Staff, fault: str, code: str, when: timedelta
) -> None:
    instance = asked(anna)
    far.store.put("fault", {"lage": fault})
    far.collect()
    intake.look()
    judge(timedelta(minutes=1))
    assert stops() == []
    judge(when)
    judge(when)
    stop = Incident.objects.get()
    assert (stop.code, stop.instance, stop.attempts, stop.group) == (code, instance, 1, "samordnare")
    far.store.put("fault", {"lage": "ok"})
    far.receipt(str(SdkSent.objects.get().key), is_accepted=True)
    intake.look()
    assert (stops(), SdkSent.objects.get().state) == ([], "delivered")


def test_a_second_receipt_that_says_otherwise_changes_nothing(far: Counterpart, anna: Staff) -> None:
    asked(anna)
    far.store.put("fault", {"lage": "twice"})
    far.collect()
    intake.look()
    judge(timedelta(hours=5))
    assert (SdkSent.objects.get().state, stops()) == ("delivered", [])


def test_an_unknown_or_unreadable_receipt_ends_with_it(far: Counterpart, folder: Path) -> None:
    far.receipt(str(uuid.uuid4()), is_accepted=True)
    far._put("kvittenser", "skrap.xml", b"<a/>", stated=b"<a/>")
    intake.look()
    assert names(folder / "kvittenser" / "karantan") == ["skrap.xml", "skrap.xml.sha256"]
    intake.look(clock=lambda: timezone.now() + timedelta(minutes=16))
    assert len(names(folder / "kvittenser" / "karantan")) == 4
    assert Incident.objects.get().attempts == 2


@pytest.mark.parametrize(("params", "error", "code"), [
    ({"funktionsadress": "sdk.okand", "text": "x"}, BusinessError, "okand_adress"),
    ({"funktionsadress": AVD3, "text": " "}, BusinessError, "tomt"),
    ({"funktionsadress": AVD3, "text": "x" * 30_000_001}, BusinessError, "for_stort"),
    ({"funktionsadress": AVD3, "text": "x", "bilagor": ["skriv"]}, BusinessError, "bilaga_saknas"),
])  # fmt: skip
def test_what_cannot_be_sent_says_why(
    far: Counterpart, params: dict[str, Any], error: type[Exception], code: str
) -> None:
    told = Delivery(uuid.uuid4(), "sdk.send_message", params, None, 1, timezone.now())
    with pytest.raises(error) as refused:
        outgoing.send(told)
    assert getattr(refused.value, "code", "") == code
    assert names(far.folder / "ut") == []


def test_a_file_that_waits_for_the_scanner_holds_the_message_back(far: Counterpart, anna: Staff) -> None:
    asked(anna)
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
    registered(pages.logged_in(anna), arrive(far, text="HEMLIGT", amne="LÖNDOM"))
    asked(anna)
    texts = [*Incident.objects.values_list("text", flat=True), caplog.text.replace(str(far.folder), "")]
    assert not any(word in text for text in texts for word in ("HEMLIGT", "LÖNDOM", "Kan vi ses"))
