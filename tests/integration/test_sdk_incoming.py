"""What comes with SDK is stored once, registered by a person, and becomes a task with its files."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from integrations import configuration
from integrations.sdk import intake, watch
from integrations.sdk.simulator import Counterpart
from people.models import AccessLog, Individual, Staff, Unit
from tests import pages, sdk
from workflows.attachments import scanning, shelf
from workflows.models import (
    Attachment,
    InboxMessage,
    InboxState,
    Incident,
    ProcessInstance,
    UserTask,
)
from workflows.services import attachments, restricted

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


def test_a_message_is_registered_by_a_person_and_becomes_a_task_with_its_files(far: Counterpart, anna: Staff) -> None:
    berit, client = pages.person(), pages.logged_in(anna)
    message_id = sdk.arrive(
        far, bilaga="ja", text="Berit Provsson, 19380514-2381, kan komma hem.", personnummer=sdk.BERIT
    )

    row = InboxMessage.objects.get()
    assert (row.state, row.individual, row.payload) == (InboxState.STOPPED, None, None)
    assert "Ett meddelande att registrera" in pages.text(client.get("/stopp/"))
    assert sdk.address(message_id) in pages.text(client.get("/integrationer/sdk/post/"))
    shown = pages.text(client.get(sdk.address(message_id)))
    assert "kan komma hem" in shown
    assert f'value="{sdk.BERIT}"' in shown, "what the sender gave as a reference is proposed"
    assert AccessLog.objects.filter(object_type="sdk-message", action="read", staff=anna).exists()

    found = pages.text(client.post(sdk.address(message_id), {"gor": "sok", "personnummer": sdk.BERIT}))
    assert "Berit Provsson" in found
    assert sdk.registered(client, message_id).status_code == 302

    instance = ProcessInstance.objects.get()
    task = UserTask.objects.get()
    assert (instance.individual, task.element_id, task.group) == (berit, "ta_hand_om", "samordnare")
    assert [file.name for file in task.attachments.order_by("number")] == ["Meddelandet.txt", "Vårdplan.pdf"]
    assert "kan komma hem" in shelf.path_of(task.attachments.get(name="Meddelandet.txt").public_id).read_text()
    told = InboxMessage.objects.get().payload or {}
    assert told["text"] == "[borttaget] [borttaget], [borttaget], kan komma hem."
    assert sdk.stops() == []
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
    message_id = sdk.arrive(far, bilaga="ja")
    file = Attachment.objects.get(name="Vårdplan.pdf")
    for other in (pages.staff("siri", "sjukskoterska"), pages.staff("ivar", "it_drift")):
        client = pages.logged_in(other)
        assert client.get(sdk.address(message_id)).status_code == 404
        assert client.get(f"{sdk.address(message_id)}filer/{file.public_id}/").status_code == 404
        assert message_id not in pages.text(client.get("/integrationer/sdk/post/"))
    client = pages.logged_in(anna)
    answer = client.get(f"{sdk.address(message_id)}filer/{file.public_id}/")
    assert answer.status_code == 200
    assert "sandbox" in answer["Content-Security-Policy"]
    answer.close()
    assert AccessLog.objects.filter(action="read-file", staff=anna).exists()
    assert client.get(f"/filer/{file.public_id}/").status_code == 404, "it has no task yet"


def test_somebody_new_is_added_and_of_a_protected_person_nothing_is_told(far: Counterpart, anna: Staff) -> None:
    pages.person("193902282387", "Doris", protection="sekretessmarkering")
    client = pages.logged_in(anna)
    for number in ("193902282387", "193301252395"):
        message_id = sdk.arrive(far)
        answer = client.post(sdk.address(message_id), {"gor": "sok", "personnummer": number})
        assert (answer.status_code, "skriv namnet" in pages.text(answer)) == (422, True)
        assert "Doris" not in pages.text(answer)
        name = {"fornamn": "Sven", "efternamn": "Öhman (påhittad)"}
        assert client.post(sdk.address(message_id), {"gor": "ny", "personnummer": number} | name).status_code == 302
    assert Individual.objects.get(identity_number="193301252395").given_name == "Sven"
    assert Individual.objects.get(identity_number="193902282387").given_name == "Doris"
    assert UserTask.objects.filter(is_restricted=True).count() == 1
    protected = InboxMessage.objects.get(individual__given_name="Doris")
    assert client.get(sdk.address(protected.message_id)).status_code == 404


LETTERS = (
    {"text": "Gäller Doris, 19390228-2387.", "personnummer": ""},
    {"text": "Gäller Doris, 390228-2387.", "personnummer": ""},
    {"text": "Kan komma hem.", "personnummer": "193902282387"},
)


@pytest.mark.parametrize("told", LETTERS, ids=("twelve digits", "ten", "in its own place"))
def test_a_letter_that_tells_the_number_of_a_protected_person_is_read_by_who_may_see_them(
    far: Counterpart, anna: Staff, told: dict[str, str]
) -> None:
    pages.person("193902282387", "Doris", protection="sekretessmarkering")
    head = pages.staff("chefen", "enhetschef", may_see_protected=True)
    message_id = sdk.arrive(far, bilaga="ja", **told)
    assert Incident.objects.get().group == "enhetschef", "nobody of the profession of the address may"
    pages.join(anna, "enhetschef")
    file, client = Attachment.objects.get(name="Vårdplan.pdf"), pages.logged_in(anna)
    listing = pages.text(client.get("/integrationer/sdk/post/"))
    assert "Ett meddelande till er rör någon vars uppgifter är skyddade" in listing
    assert message_id not in listing
    closed = sdk.address(message_id), f"{sdk.address(message_id)}filer/{file.public_id}/"
    for address in closed:
        for answer in (client.get(address), client.post(address, {"gor": "sok", "personnummer": "fel"})):
            assert answer.status_code in (403, 404, 405)
            assert "390228" not in pages.text(answer)
    assert message_id in pages.text(pages.logged_in(head).get("/integrationer/sdk/post/"))
    assert pages.logged_in(head).get(sdk.address(message_id)).status_code == 200


def test_a_letter_about_somebody_who_has_a_sparr_against_the_unit_is_closed_to_it(
    far: Counterpart, anna: Staff
) -> None:
    berit, message_id = pages.person(), sdk.arrive(far, personnummer=sdk.BERIT)
    other = pages.staff("olle", "samordnare")
    other.assignments.update(unit=Unit.objects.create(key="soder", name="Söder"))
    restricted.block(
        individual=berit, units=list(Unit.objects.filter(key="soder")), asked_by="Berit", by=other, now=timezone.now()
    )
    assert pages.logged_in(anna).get(sdk.address(message_id)).status_code == 403, "it stands in the list of stops"
    assert pages.logged_in(other).get(sdk.address(message_id)).status_code == 200


def test_a_letter_whose_person_has_been_protected_since_is_closed_with_a_sentence(
    far: Counterpart, anna: Staff
) -> None:
    doris = pages.person("193902282387", "Doris")
    address = sdk.address(sdk.arrive(far, bilaga="ja", text="Gäller Doris, 19390228-2387.", personnummer=""))
    client, file = pages.logged_in(anna), Attachment.objects.get(name="Vårdplan.pdf")
    assert address in client.get("/stopp/").content.decode()
    Individual.objects.filter(pk=doris.pk).update(protection="sekretessmarkering")
    answer = client.get(address)
    assert (answer.status_code, "någon som du inte får se" in pages.text(answer)) == (403, True)
    assert not [word for word in ("Doris", "390228") if word in answer.content.decode()]
    assert client.get(f"{address}filer/{file.public_id}/").status_code == 404
    stranger = pages.logged_in(pages.staff("ulla", "underskoterska"))
    assert stranger.get(address).status_code == 404


def test_not_even_it_reads_the_number_in_what_came(far: Counterpart, anna: Staff) -> None:
    pages.person("193902282387", "Doris", protection="sekretessmarkering")
    sdk.arrive(far, text="Gäller Doris, 19390228-2387.")
    client, row = pages.logged_in(pages.staff("ivar", "it_drift")), InboxMessage.objects.get()
    address = f"/integrationer/meddelande/{row.public_id}/"
    for told in ({"gor": "visa", "varfor": "Felsökning"}, {"gor": "ratta", "innehall": "{}", "skal": "Felsökning"}):
        answer = client.post(address, told)
        assert answer.status_code == 422
        assert "skyddade" in pages.text(answer)
        assert "390228" not in pages.text(answer)


def test_what_is_about_nobody_is_filed_with_a_reason_and_can_still_be_read(far: Counterpart, anna: Staff) -> None:
    client, message_id = pages.logged_in(anna), sdk.arrive(far)
    assert client.post(sdk.address(message_id), {"gor": "avskriv"}).status_code == 422
    client.post(sdk.address(message_id), {"gor": "avskriv", "skal": "Reklam"})
    assert InboxMessage.objects.get().state == InboxState.DISMISSED
    assert "Reklam" in pages.text(client.get(sdk.address(message_id)))
    client.post(sdk.address(message_id), {"gor": "sok", "personnummer": "fel"})
    pages.person()
    sdk.registered(client, message_id)
    assert not ProcessInstance.objects.exists(), "what has been filed is not registered too"


def test_without_a_forlopp_that_takes_it_nothing_is_lost(far: Counterpart) -> None:
    client, message_id = pages.logged_in(pages.staff("anna", "samordnare")), sdk.arrive(far)
    pages.person()
    answer = sdk.registered(client, message_id)
    assert (answer.status_code, InboxMessage.objects.get().state) == (422, InboxState.STOPPED)
    assert sdk.stops() == ["registrera"]


def test_what_nobody_registers_is_told_the_head_once(far: Counterpart, anna: Staff) -> None:
    sdk.arrive(far)
    for hours in (1, 5, 6):
        watch.ask_head(now=timezone.now() + timedelta(hours=hours), patience=sdk.FOUR_HOURS)
    assert Incident.objects.get(group="enhetschef").attempts == 1
    head = pages.logged_in(pages.staff("chefen", "enhetschef"))
    assert head.get(sdk.address(InboxMessage.objects.get().message_id)).status_code == 200
    pages.person()
    sdk.registered(pages.logged_in(anna), InboxMessage.objects.get().message_id)
    assert sdk.stops() == []


def test_the_same_message_twice_is_one_and_another_under_its_id_is_refused(far: Counterpart, folder: Path) -> None:
    message_id = sdk.arrive(far, som="dubblett")
    assert (InboxMessage.objects.get().copies, sdk.stops()) == (2, ["registrera"])
    assert Attachment.objects.count() == 1
    handled = next((folder / "in" / "hanterat").glob("*-kopia.xml")).read_bytes()
    changed = handled.replace(b"Ring ", b"Skriv ")
    far._put("in", "other.xml", changed, stated=changed)
    intake.look()
    assert sdk.stops() == ["registrera", "conflict", "ej_mottaget"]
    assert sdk.names(folder / "in" / "karantan") == ["other.xml", "other.xml.sha256"]
    assert b"duplicate" in (folder / "ut" / f"kvittens-{message_id}.xml").read_bytes()


def test_a_crash_between_the_message_and_its_files_loses_none(
    far: Counterpart, folder: Path, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.FORLOPP_FILES = tmp_path / "files"  # nothing that another test has left
    keep = attachments.keep_with_message
    is_full = [True]

    def full_once(**told: Any) -> None:
        if is_full and is_full.pop():
            raise OSError("full")
        keep(**told)

    monkeypatch.setattr(attachments, "keep_with_message", full_once)
    with pytest.raises(OSError, match="full"):
        sdk.arrive(far, bilaga="ja")
    assert (InboxMessage.objects.count(), Attachment.objects.count()) == (1, 0)
    assert len(sdk.names(folder / "in")) == 2, "it has not been set aside"
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
    told = {"folder": str(folder), "adressbok": str(sdk.BOOK), "megabyte": 1 if way == "stor" else 30}
    with configuration.told(sdk=told):
        message_id = sdk.arrive(far, som=way)
    stop = Incident.objects.get()
    assert (stop.code, stop.group, InboxMessage.objects.count()) == ("ej_mottaget", "it_drift", 0)
    assert tells in stop.text
    assert message_id not in stop.page
    assert sdk.names(folder / "in") == []
    assert f"{message_id}.xml" in sdk.names(folder / "in" / "karantan")
    written = folder / "ut" / f"kvittens-{message_id}.xml"
    assert written.is_file() == (code is not None)
    if code:
        assert code.encode() in written.read_bytes()


@pytest.mark.parametrize("way", ["halv", "fel_summa"])
def test_a_file_that_is_not_whole_is_left_and_after_a_quarter_told_of(far: Counterpart, folder: Path, way: str) -> None:
    name = f"{sdk.arrive(far, som=way)}.xml"
    assert (sdk.stops(), InboxMessage.objects.count()) == ([], 0)
    intake.look(clock=lambda: timezone.now() + timedelta(minutes=16))
    intake.look(clock=lambda: timezone.now() + timedelta(minutes=17))
    assert Incident.objects.get().attempts == 2
    assert name in sdk.names(folder / "in")
    far.send({})
    whole = next(path for path in (folder / "in").glob("*.xml") if path.name != name)
    whole.replace(folder / "in" / name)
    Path(f"{whole}.sha256").replace(folder / "in" / f"{name}.sha256")
    intake.look()
    assert (sdk.stops(), InboxMessage.objects.count()) == (["registrera"], 1)


def test_a_virus_is_refused_and_what_waits_for_the_scanner_is_not_read(
    far: Counterpart, anna: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "scan", lambda _path: scanning.Verdict.INFECTED)
    message_id = sdk.arrive(far, bilaga="ja")
    assert (sdk.stops(), b"forbidden" in (far.folder / "ut" / f"kvittens-{message_id}.xml").read_bytes()) == (
        ["ej_mottaget"],
        True,
    )
    monkeypatch.setattr(scanning, "scan", lambda _path: scanning.Verdict.AWAY)
    message_id = sdk.arrive(far, bilaga="ja")
    client = pages.logged_in(anna)
    assert "Väntar på viruskontroll" in pages.text(client.get(sdk.address(message_id)))
    file = Attachment.objects.get(name="Vårdplan.pdf")
    assert client.get(f"{sdk.address(message_id)}filer/{file.public_id}/").status_code == 404
