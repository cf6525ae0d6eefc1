"""The directory as files: what is wrong is told row by row, the same again changes nothing, who has left is out."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from people.models import Assignment, DirectoryEntry, Profession, Staff, Unit
from tests import identity, pages

pytestmark = pytest.mark.django_db
UNITS = "nyckel;namn;omrade;postnummer\nnorr;Hemsjukvården norr;Norr;703\nrehab;Rehabenheten;;\n"
PROFESSIONS = "nyckel;namn;lagrum\nsjukskoterska;Sjuksköterska;hsl\nsamordnare;Samordnare;båda\n"
FIRST = "id;hsa_id;fornamn;efternamn;titel;epost;profession;enhet\n"
SIRI = "a1;SE2321000000-9001;Siri;Strand (påhittad);Sjuksköterska;siri@example.se;sjukskoterska;norr\n"
BOTH = SIRI + "a1;SE2321000000-9001;Siri;Strand (påhittad);Sjuksköterska;siri@example.se;samordnare;rehab\n"
BO = "a2;;Bo;Berg (påhittad);;;samordnare;norr\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path, BOTH + BO)
    (tmp_path / "enheter.csv").write_text(UNITS, encoding="utf-8")
    (tmp_path / "professioner.csv").write_text(PROFESSIONS, encoding="utf-8")
    return tmp_path


def write(folder: Path, staff: str, first: str = FIRST) -> None:
    (folder / "personal.csv").write_text(first + staff, encoding="utf-8-sig")


def run(folder: Path, *words: str) -> str:
    said = io.StringIO()
    call_command("sync_directory", str(folder), *words, stdout=said)
    return said.getvalue()


def wrong(folder: Path, *words: str) -> str:
    said = io.StringIO()
    with pytest.raises(CommandError) as problem:
        call_command("sync_directory", str(folder), *words, stdout=said)
    return said.getvalue() + str(problem.value)


def test_units_professions_and_staff_are_made(folder: Path) -> None:
    assert "Ändrade: 2 enheter, 2 professioner, 2 personal, 0 har slutat. 0 rader" in run(folder)
    siri = Staff.objects.get(hsa_id="SE2321000000-9001")
    assert (siri.first_name, siri.title, siri.has_usable_password()) == ("Siri", "Sjuksköterska", False)
    assert set(siri.professions) == {"sjukskoterska", "samordnare"}
    assert Profession.objects.get(key="samordnare").sphere == "bada"
    assert (Unit.objects.get(key="norr").area, Assignment.objects.count()) == ("Norr", 3)


def test_the_same_again_changes_nothing(folder: Path) -> None:
    run(folder)
    rows = list(Assignment.objects.values_list("pk", flat=True))
    assert "Ändrade: 0 enheter, 0 professioner, 0 personal, 0 har slutat." in run(folder)
    assert list(Assignment.objects.values_list("pk", flat=True)) == rows


def test_to_try_tells_and_does_nothing(folder: Path) -> None:
    assert "Skulle ha ändrat: 2 enheter" in run(folder, "--try")
    assert not Staff.objects.exists()
    assert not Unit.objects.exists()


def test_who_has_left_is_closed_out_at_the_next_click_and_still_there(folder: Path) -> None:
    run(folder)
    bo = Staff.objects.get(first_name="Bo")
    client = pages.logged_in(bo)
    assert client.get("/uppgifter/").status_code == 200
    write(folder, BOTH)
    assert "1 har slutat" in run(folder)
    assert client.get("/uppgifter/").status_code == 302
    bo.refresh_from_db()
    assert (bo.is_active, bo.professions, bo.last_name) == (False, [], "Berg (påhittad)")
    write(folder, BOTH + BO)
    run(folder)
    bo.refresh_from_db()
    assert (bo.is_active, bo.professions) == (True, ["samordnare"])
    assert Staff.objects.count() == 2


def test_a_profession_that_is_gone_is_gone_at_the_next_click_and_what_we_gave_stays(folder: Path) -> None:
    run(folder)
    siri = Staff.objects.get(first_name="Siri")
    pages.join(siri, "it_drift")
    write(folder, SIRI + BO)
    run(folder)
    assert set(Staff.objects.get(pk=siri.pk).professions) == {"sjukskoterska", "it_drift"}


def test_who_is_known_by_hsa_id_is_the_same(folder: Path) -> None:
    known = Staff.objects.create(username="siri", hsa_id="SE2321000000-9001")
    run(folder)
    assert DirectoryEntry.objects.get(external_id="a1").staff == known


def test_a_row_that_is_wrong_is_told_of_and_the_others_are_done(folder: Path) -> None:
    write(folder, SIRI + "a3;;Eva;Ek;;;lakare;norr\n;;Nils;Nord;;;samordnare;norr\na4;;Ove;Öst;;;samordnare;\n" + BO)
    said = wrong(folder)
    assert "personal.csv rad 3: professionen finns inte här" in said
    assert "personal.csv rad 4: id är tom." in said
    assert "personal.csv rad 5: profession och enhet ska anges tillsammans." in said
    assert "Eva" not in said
    assert set(Staff.objects.values_list("first_name", flat=True)) == {"Siri", "Bo"}


def test_who_has_a_row_that_is_wrong_stays_as_they_are(folder: Path) -> None:
    run(folder)
    write(folder, SIRI + "a1;;Siri;Strand;;;lakare;norr\n" + BO)
    wrong(folder)
    siri = Staff.objects.get(first_name="Siri")
    assert (siri.is_active, set(siri.professions)) == (True, {"sjukskoterska", "samordnare"})


def test_two_with_one_hsa_id_is_told_of(folder: Path) -> None:
    write(folder, SIRI + SIRI.replace("a1", "a9"))
    assert "HSA-id:t eller användarnamnet hör till någon annan." in wrong(folder)
    assert Staff.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "saknas i första raden"),
        (b"id,fornamn,efternamn,profession,enhet\n", "semikolon"),
        ("id;fornamn;efternamn;profession;enhet\n1;Å;B;;\n".encode("latin-1"), "inte UTF-8"),
        (b"id;fornamn;efternamn;profession;enhet\n", "Filen är tom"),
        (b"id;fornamn;efternamn;profession;enhet\n1;A\x00;B;;\n", "inte hör hemma"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(content: bytes, says: str, folder: Path) -> None:
    (folder / "personal.csv").write_bytes(content)
    assert says in wrong(folder)
    assert not Unit.objects.exists()


def test_half_a_file_does_not_close_half_the_municipality(folder: Path) -> None:
    many = "".join(f"p{number};;F{number};E{number};;;samordnare;norr\n" for number in range(20))
    write(folder, many)
    run(folder)
    write(folder, "".join(many.splitlines(keepends=True)[:10]))
    assert "10 av 20 saknas" in wrong(folder)
    assert Staff.objects.filter(is_active=True).count() == 20
    assert "10 har slutat" in run(folder, "--many-leave")


def test_one_whom_the_directory_has_closed_is_let_in_by_nobody(folder: Path, client: Client) -> None:
    run(folder)
    bo = Staff.objects.get(first_name="Bo")
    bo.set_password("en-lång-fras-för-prov")
    bo.save()
    write(folder, BOTH)
    run(folder)
    client.post("/logga-in/", {"username": bo.username, "password": "en-lång-fras-för-prov"})
    assert identity.who(client) is None
