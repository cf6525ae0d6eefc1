"""Drafts: begun from nothing, a version or a file; saved by several at once; seen by those who own förlopp."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from people.models import Profession, Staff
from tests import pages, workbench
from tests.workbench import PLAN
from workbench import beginning, drafting
from workbench.models import Draft, Saving
from workbench.services import drafts
from workflows import definitions
from workflows.models import ProcessVersion

pytestmark = pytest.mark.django_db
WISH = {
    "titel": "Första hjälpen på äldre dar",
    "syfte": "För den som har ramlat.",
    "profession": ["samordnare", "sjukskoterska"],
    "forst": "sjukskoterska",
    "sfar": "bada",
    "gallring": "P10Y",
}


@pytest.fixture
def owner() -> Staff:
    for key, name in (("samordnare", "Samordnare"), ("sjukskoterska", "Sjuksköterska")):
        Profession.objects.get_or_create(key=key, defaults={"name": name})
    return workbench.owner()


@pytest.fixture
def client(owner: Staff) -> Client:
    return pages.logged_in(owner)


def test_a_new_forlopp_begins_with_a_lane_for_each_profession_and_can_run_as_it_is(client: Client) -> None:
    answer = client.post("/verkstad/ny/", WISH)
    made = Draft.objects.get()
    assert answer["Location"] == f"/verkstad/{made.ref}/"
    checked = drafting.checked(made)
    assert [item for item in checked.findings if item.severity == "error"] == []
    assert checked.compiled is not None
    folder = drafting.folder(made)
    assert folder.key == "forsta_hjalpen_pa_aldre_dar"
    assert folder.config["start_by"] == ["sjukskoterska"]
    assert "lane_samordnare" in folder.sources["forsta_hjalpen_pa_aldre_dar.bpmn"]
    assert "Inga fel" in pages.text(client.get(answer["Location"]))


@pytest.mark.parametrize("missing", ["titel", "profession", "sfar", "gallring"])
def test_what_is_missing_of_a_new_one_is_told_where_it_is_and_nothing_is_made(client: Client, missing: str) -> None:
    answer = client.post("/verkstad/ny/", {key: value for key, value in WISH.items() if key != missing})
    assert answer.status_code == 422
    assert f'href="#{missing}' in answer.content.decode()
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    ("title", "key"),
    [("Åldras hemma – tryggt!", "aldras_hemma_tryggt"), ("2 steg", "forlopp_2_steg"), ("§", "forlopp")],
)
def test_a_title_gives_the_name_of_a_folder(title: str, key: str) -> None:
    assert beginning.key_of(title) == key


def test_a_draft_of_a_version_has_its_files_and_says_where_it_began(client: Client) -> None:
    pages.publish()
    client.post("/verkstad/fran/hembesok/1/")
    made = Draft.objects.get()
    version = ProcessVersion.objects.get()
    assert made.base == version
    assert drafting.texts(made) == version.sources
    assert "Från version 1" in pages.text(client.get("/verkstad/"))


def test_a_save_is_checked_with_the_whole_draft_and_counted(client: Client, owner: Staff) -> None:
    made = workbench.draft(owner)
    answer = workbench.save(client, made, PLAN, '{"title": "Planera"', 1)
    assert answer.status_code == 200
    assert answer.json()["revision"] == 2
    assert {item["file"] for item in answer.json()["findings"] if item["severity"] == "error"} >= {PLAN}
    assert client.get(workbench.address(made, PLAN)).json()["text"] == '{"title": "Planera"'


def test_the_same_save_once_more_changes_nothing(client: Client, owner: Staff) -> None:
    made = workbench.draft(owner)
    for _ in range(2):
        assert workbench.save(client, made, PLAN, "{}", 1).json()["revision"] == 2
    assert not Saving.objects.filter(is_aside=True).exists()


def test_saves_of_one_sitting_are_one_in_the_history_and_another_person_s_never_written_over(owner: Staff) -> None:
    made, other, now = workbench.draft(owner), workbench.owner("per"), timezone.now()
    for number, (by, text) in enumerate([(owner, "1"), (owner, "2"), (other, "3"), (owner, "4")], start=1):
        drafts.save(draft=made, name=PLAN, text=text, revision=number, by=by, now=now)
    assert [saving.text for saving in made.savings.filter(name=PLAN, revision__gt=1)] == ["4", "3", "2"]


@pytest.mark.parametrize(
    ("name", "text"),
    [("_shared/forms/x.json", "{}"), ("forms/../../etc.json", "{}"), ("kod.py", "import os"), (PLAN, "a\0b")],
)
def test_what_does_not_belong_in_a_forlopp_is_not_stored(client: Client, owner: Staff, name: str, text: str) -> None:
    made = workbench.draft(owner)
    before = drafting.texts(made)
    answer = workbench.save(client, made, name, text, 0)
    assert answer.status_code in (404, 422)
    assert drafting.texts(made) == before


@pytest.mark.parametrize(
    "body", [b"", b"[]", b'{"text": 1, "revision": 1}', b'{"text": "", "revision": true}', b"\xff"]
)
def test_a_body_that_is_none_is_told_of(client: Client, owner: Staff, body: bytes) -> None:
    made = workbench.draft(owner)
    answer = client.post(workbench.address(made, PLAN), body, content_type="application/json")
    assert answer.status_code == 422
    assert "gick inte att läsa" in answer.json()["message"]


def test_a_package_and_a_bare_diagram_become_drafts_with_findings(client: Client, owner: Staff) -> None:
    package = client.get(f"/verkstad/{workbench.draft(owner).ref}/paket.zip").content
    assert "process.toml" in zipfile.ZipFile(io.BytesIO(package)).namelist()
    Draft.objects.all().delete()
    client.post("/verkstad/las-in/", {"fil": SimpleUploadedFile("hembesok.zip", package)})
    assert drafting.texts(Draft.objects.get()) == drafting.texts(workbench.draft(owner))
    diagram = (pages.FORLOPP / "hembesok" / "hembesok.bpmn").read_bytes()
    answer = client.post("/verkstad/las-in/", {"fil": SimpleUploadedFile("Från annat håll.bpmn", diagram)})
    page = pages.text(client.get(answer["Location"]))
    assert "fel att rätta" in page
    assert "process.toml" in page


def test_a_draft_put_away_is_not_changed_and_comes_back(client: Client, owner: Staff) -> None:
    made = workbench.draft(owner)
    client.post(f"/verkstad/{made.ref}/undan/")
    assert workbench.save(client, made, PLAN, "{}", 1).status_code == 422
    assert "Inga utkast" in pages.text(client.get("/verkstad/"))
    client.post(f"/verkstad/{made.ref}/undan/", {"gor": "ta_tillbaka"})
    assert workbench.save(client, made, PLAN, "{}", 1).status_code == 200


def test_a_draft_that_says_another_name_is_wrong(owner: Staff) -> None:
    made = workbench.draft(owner)
    text = drafting.texts(made)["process.toml"].replace('key = "hembesok"', 'key = "annat"')
    drafts.save(draft=made, name="process.toml", text=text, revision=1, by=owner, now=timezone.now())
    assert "other-key" in {item.code for item in drafting.checked(made).findings}


def test_the_editors_are_offered_what_there_is(client: Client, owner: Staff) -> None:
    told = client.get(f"/verkstad/{workbench.draft(owner).ref}/kunskap").json()
    assert {"key": "planera_besok", "title": "Planera besöket", "file": PLAN} in told["forms"]
    assert {"id": "hembesok", "title": "Hembesök", "file": "hembesok.bpmn"} in told["processes"]
    assert any(one["key"] == "region.confirm_notice" and one["params"] for one in told["operations"])


def test_only_those_who_own_forlopp_come_in(owner: Staff) -> None:
    made = workbench.draft(owner)
    nurse = pages.logged_in(pages.staff("siv", "sjukskoterska"))
    for address in ("/verkstad/", "/verkstad/ny/", f"/verkstad/{made.ref}/", workbench.address(made, PLAN)):
        assert nurse.get(address).status_code == 404
    assert workbench.save(nurse, made, PLAN, "{}", 1).status_code == 404
    assert definitions.read(pages.FORLOPP / "hembesok").sources[PLAN] == drafting.texts(made)[PLAN]
