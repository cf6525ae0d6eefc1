"""Files and photos of a task: added, read by those who may, taken back, and never half there."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from pytest_django.fixtures import Settings

from people.models import AccessLog, Individual, Staff
from tests import attached, pages
from workflows.attachments import shelf
from workflows.models import Attachment, UserTask
from workflows.services import attachments, instances, user_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_shelf(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """What is received is gone when each request is over, whatever became of it."""
    settings.FORLOPP_FILES = tmp_path / "files"
    yield settings.FORLOPP_FILES
    assert not shelf.root().exists() or list(shelf.incoming().iterdir()) == []


def fetched(client: Client, address: str) -> tuple[Any, bytes]:
    """The answer and all of what it sends."""
    answer: Any = client.get(address)
    try:
        return answer, b"".join(answer.streaming_content) if answer.streaming else answer.content
    finally:
        for close in answer._resource_closers:  # its own close would close the database of the test as well
            close()


def url(task: UserTask) -> str:
    return f"/uppgifter/{task.public_id}/"


def send(client: Client, task: UserTask, *files: tuple[str, bytes], **more: str) -> Any:
    data = {"action_id": str(uuid.uuid4()), **more}
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(f"{url(task)}filer/", {**data, "fil": sent})


def add(task: UserTask, by: Staff, name: str = "Bild.jpg", content: bytes | None = None) -> Attachment:
    assert send(pages.logged_in(by), task, (name, content or attached.photo())).status_code == 302
    return Attachment.objects.latest("id")


def test_a_photo_is_turned_right_and_tells_nothing_of_place_or_camera(task: UserTask, anna: Staff) -> None:
    kept = add(task, anna, "IMG 0001.HEIC")
    _answer, raw = fetched(pages.logged_in(anna), f"/filer/{kept.public_id}/")
    image = Image.open(io.BytesIO(raw))
    assert (kept.name, image.format, image.size) == ("IMG 0001.jpg", "JPEG", (40, 60))
    assert dict(image.getexif()) == {}
    assert not any(told in raw for told in (b"KAMERA-AB", b"Exif", b"HEMLIGT"))
    top, bottom = image.convert("RGB").getpixel((20, 10)), image.convert("RGB").getpixel((20, 50))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert top[0] > 200 > bottom[0]


def test_what_iphones_take_becomes_what_everyone_can_see(task: UserTask, anna: Staff) -> None:
    heic = (Path(__file__).parents[1] / "fixtures" / "foto.heic").read_bytes()
    kept = add(task, anna, "IMG_2.HEIC", heic)
    assert (kept.kind, kept.name) == ("jpeg", "IMG_2.jpg")
    with Image.open(shelf.path_of(kept.public_id)) as image:
        assert (image.format, image.size) == ("JPEG", (96, 64))


def test_several_at_once_and_only_those_that_can_be_taken(task: UserTask, anna: Staff) -> None:
    files = [("a.pdf", attached.PDF), ("b.docx", attached.word()), ("åäö.txt", "Hej åäö".encode()), ("c.exe", b"MZ\0")]
    answer = send(pages.logged_in(anna), task, *files)
    page = pages.text(answer)
    assert (answer.status_code, Attachment.objects.count()) == (415, 3)
    assert "<strong>c.exe:</strong> Filtypen kan inte läggas till" in page
    assert "3 filer har lagts till." in page
    assert "åäö.txt" in page


def test_a_file_is_sent_so_that_no_browser_runs_it(task: UserTask, anna: Staff) -> None:
    kept = add(task, anna, "sida.txt", b"<script>alert(1)</script>")
    answer, _content = fetched(pages.logged_in(anna), f"/filer/{kept.public_id}/")
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    photo, _content = fetched(pages.logged_in(anna), f"/filer/{add(task, anna).public_id}/")
    assert photo["Content-Disposition"].startswith("inline")
    assert photo["Content-Type"] == "image/jpeg"


def test_each_reading_is_written_down_before_it_is_sent(task: UserTask, anna: Staff, berit: Individual) -> None:
    kept, client = add(task, anna), pages.logged_in(anna)
    for address in (f"/filer/{kept.public_id}/liten/", f"/filer/{kept.public_id}/"):
        assert len(fetched(client, address)[1]) > 100
    rows = AccessLog.objects.filter(object_type="attachment", individual=berit, object_id=str(kept.public_id))
    assert [row.action for row in rows.order_by("id")] == ["add", "preview", "read"]


def test_who_may_not_see_the_task_gets_what_one_gets_for_no_file(task: UserTask, anna: Staff) -> None:
    kept = add(task, anna)
    other = pages.logged_in(pages.staff("ivar", "it_drift"))
    for address in (f"/filer/{kept.public_id}/", f"/filer/{kept.public_id}/liten/", f"/filer/{uuid.uuid4()}/"):
        assert other.get(address).status_code == 404
    assert send(other, task, ("a.pdf", attached.PDF)).status_code == 404
    assert Client().get(f"/filer/{kept.public_id}/").status_code == 302


def test_a_protected_person_s_files_are_hidden_with_the_person(task: UserTask, anna: Staff, berit: Individual) -> None:
    kept = add(task, anna)
    Individual.objects.filter(pk=berit.pk).update(protection="sekretessmarkering")
    assert pages.logged_in(anna).get(f"/filer/{kept.public_id}/").status_code == 404


def test_who_may_see_the_arende_reads_the_file_and_adds_none(task: UserTask, anna: Staff) -> None:
    siri, kept = pages.logged_in(pages.staff("siri", "sjukskoterska")), add(task, anna)
    assert fetched(siri, f"/filer/{kept.public_id}/")[0].status_code == 200
    assert send(siri, task, ("a.pdf", attached.PDF)).status_code == 404
    assert Attachment.objects.count() == 1


def test_the_same_press_twice_adds_once(task: UserTask, anna: Staff) -> None:
    client, same = pages.logged_in(anna), str(uuid.uuid4())
    for _ in range(2):
        assert send(client, task, ("a.pdf", attached.PDF), ("b.pdf", attached.PDF), action_id=same).status_code == 302
    assert Attachment.objects.count() == 2
    assert sum(len(shelf.keys_in(folder)) for folder in range(shelf.FOLDERS)) == 2


def test_one_takes_back_ones_own_while_the_task_is_open_and_it_shows(task: UserTask, anna: Staff, bo: Staff) -> None:
    kept = add(task, anna, "Fel person.jpg")
    address, data = f"{url(task)}filer/ta-bort/", {"fil": str(kept.public_id)}
    pages.logged_in(bo).post(address, data)
    assert "Fel person" in pages.text(pages.logged_in(bo).get(url(task)))
    pages.logged_in(anna).post(address, data)
    page = pages.text(pages.logged_in(bo).get(url(task)))
    assert "Fel person" not in page
    assert "Borttagen av Anna Prov" in page
    assert pages.logged_in(anna).get(f"/filer/{kept.public_id}/").status_code == 404
    assert not shelf.path_of(kept.public_id).exists()
    assert not shelf.path_of(kept.public_id, is_small=True).exists()
    assert AccessLog.objects.filter(action="withdraw", object_id=str(kept.public_id)).count() == 1


def test_a_done_task_and_its_arende_show_its_files_and_they_stay(task: UserTask, anna: Staff, bo: Staff) -> None:
    kept = add(task, anna, "Hallen.jpg")
    answers = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
    user_tasks.complete(task=task, answers=answers, by=bo, now=timezone.now())
    client = pages.logged_in(anna)
    client.post(f"{url(task)}filer/ta-bort/", {"fil": str(kept.public_id)})
    page = pages.text(client.get(url(task)))
    assert "Hallen.jpg" in page
    assert 'name="fil"' not in page
    assert "Hallen.jpg" in pages.text(client.get(f"/arenden/{task.instance.public_id}/"))
    late = send(client, task, ("a.pdf", attached.PDF))
    assert (late.status_code, "sparades inte" in pages.text(late)) == (409, True)
    assert fetched(client, f"/filer/{kept.public_id}/")[0].status_code == 200


def test_no_more_files_than_a_task_may_have(task: UserTask, anna: Staff, settings: Settings) -> None:
    settings.FORLOPP_FILES_PER_TASK = 2
    answer = send(pages.logged_in(anna), task, *[(f"{n}.pdf", attached.PDF) for n in range(3)])
    assert (answer.status_code, Attachment.objects.count()) == (422, 2)
    assert "fler filer än 2" in pages.text(answer)
    assert sum(len(shelf.keys_in(folder)) for folder in range(shelf.FOLDERS)) == 2


def test_what_is_too_large_is_told_and_nothing_of_it_is_kept(
    task: UserTask, anna: Staff, settings: Settings, own_shelf: Path
) -> None:
    settings.FORLOPP_FILE_MEGABYTES = 1
    large, small = ("stor.pdf", attached.PDF + bytes(1_100_000)), ("liten.pdf", attached.PDF)
    answer = send(pages.logged_in(anna), task, large, small)
    assert (answer.status_code, [kept.name for kept in Attachment.objects.all()]) == (413, ["liten.pdf"])
    assert "högst 1 MB" in pages.text(answer)
    whole = send(pages.logged_in(anna), task, ("enorm.pdf", bytes(21_500_000)))
    assert (whole.status_code, "högst 1 MB" in pages.text(whole)) == (413, True)


def test_a_form_without_its_token_adds_nothing_and_leaves_nothing(task: UserTask, anna: Staff) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    assert send(client, task, ("a.pdf", attached.PDF)).status_code == 403
    assert not Attachment.objects.exists()


def test_the_script_is_told_in_json(task: UserTask, anna: Staff) -> None:
    client, asks = pages.logged_in(anna), {"Accept": "application/json"}
    data = {"action_id": str(uuid.uuid4()), "fil": SimpleUploadedFile("a.pdf", attached.PDF)}
    assert client.post(f"{url(task)}filer/", data, headers=asks).json() == {"till": f"{url(task)}#filer"}
    empty = {"fil": SimpleUploadedFile("b.pdf", b"")}
    answer = client.post(f"{url(task)}filer/", empty, headers=asks)
    assert answer.json() == {"sparat": "", "fel": [{"namn": "b.pdf", "text": "Filen är tom."}]}


def test_who_dies_between_file_and_row_leaves_what_the_worker_removes(
    task: UserTask, anna: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def dies(*_arguments: object, **_more: object) -> None:
        raise Killed

    now = timezone.now()
    with monkeypatch.context() as patch:
        patch.setattr(attachments, "_insert", dies)
        patch.setattr(shelf, "remove", lambda _keys: None)  # the dead tidy nothing
        with pytest.raises(Killed):
            send(pages.logged_in(anna), task, ("a.pdf", attached.PDF))
    kept = add(task, anna)
    found = {key for folder in range(shelf.FOLDERS) for key in shelf.keys_in(folder)}
    assert len(found) == 2
    for seconds in range(0, 10 * shelf.FOLDERS, 10):
        attachments.tidy(now=now + timedelta(seconds=seconds))
    assert {key for folder in range(shelf.FOLDERS) for key in shelf.keys_in(folder)} == found  # perhaps under way
    later = timezone.now() + shelf.UNDER_WAY + timedelta(minutes=1)
    assert sum(attachments.tidy(now=later + timedelta(seconds=s)) for s in range(0, 10 * shelf.FOLDERS, 10)) == 1
    assert {key for folder in range(shelf.FOLDERS) for key in shelf.keys_in(folder)} == {kept.public_id}
    assert [path.name for path in (shelf.root() / shelf.ASIDE).iterdir()] == [str(*found - {kept.public_id})]
    attachments.tidy(now=later + shelf.KEPT_ASIDE)
    assert list((shelf.root() / shelf.ASIDE).iterdir()) == []


def test_a_file_that_is_not_there_is_told_of(task: UserTask, anna: Staff) -> None:
    kept = add(task, anna, "Hallen.jpg")
    shelf.path_of(kept.public_id).unlink()
    answer = pages.logged_in(anna).get(f"/filer/{kept.public_id}/")
    assert answer.status_code == 404
    assert "Hallen.jpg lades till av Anna Prov" in pages.text(answer)


def test_the_files_of_a_cancelled_arende_are_there_still(task: UserTask, anna: Staff) -> None:
    kept = add(task, anna, "Hallen.jpg")
    instances.cancel(instance=task.instance, reason="Flyttat", by=anna, now=timezone.now())
    assert "Hallen.jpg" in pages.text(pages.logged_in(anna).get(url(task)))
    assert fetched(pages.logged_in(anna), f"/filer/{kept.public_id}/")[0].status_code == 200
