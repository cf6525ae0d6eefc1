"""Units make a tree: who leads, coordinates, reviews or counts above sees what is below, and nobody else does."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from audit import selectors
from audit.models import Round
from people import places, tree
from people.models import Assignment, Contact, Profession, Staff, Unit
from people.services import absences, directory, plan
from tests import pages
from workflows.models import UserTask

pytestmark = pytest.mark.django_db
TREE = {"kommun": "", "omsorg": "kommun", "norr": "omsorg", "soder": "omsorg", "skola": "kommun"}


@pytest.fixture(autouse=True)
def units() -> dict[str, Unit]:
    made = {key: Unit.objects.get_or_create(key=key, defaults={"name": key.capitalize()})[0] for key in TREE}
    directory.part_of(parents=TREE)
    return made


def employed(username: str, *held: tuple[str, str]) -> Staff:
    member = Staff.objects.create_user(username, first_name=username.capitalize(), last_name="Prov")
    for profession, unit in held:
        role, _ = Profession.objects.get_or_create(key=profession, defaults={"name": profession, "sphere": "bada"})
        where = Unit.objects.get(key=unit)
        Assignment.objects.create(staff=member, profession=role, unit=where, valid_from=datetime.date(2020, 1, 1))
    return member


def below(member: Staff, *roles: str) -> set[str]:
    found = tree.units(member, roles, on=timezone.localdate())
    return set(Unit.objects.filter(pk__in=found).values_list("key", flat=True))


@pytest.mark.parametrize(
    ("role", "unit", "seen"),
    [
        ("enhetschef", "omsorg", {"omsorg", "norr", "soder"}),
        ("samordnare", "kommun", set(TREE)),
        ("enhetschef", "norr", {"norr"}),
        ("sjukskoterska", "omsorg", {"omsorg"}),
        ("statistik", "omsorg", {"omsorg"}),
    ],
)
def test_the_boards_of_the_units_below_are_for_who_leads_or_coordinates_above(
    role: str, unit: str, seen: set[str]
) -> None:
    client = pages.logged_in(employed("vera", (role, unit)))
    answers = {key: client.get(f"/enhet/{key}/").status_code for key in TREE}
    assert answers == {key: 200 if key in seen else 404 for key in TREE}


def test_a_board_above_names_the_units_below(units: dict[str, Unit]) -> None:
    shown = pages.text(pages.logged_in(employed("eva", ("enhetschef", "omsorg"))).get("/enhet/norr/"))
    assert "2 enheter under" in shown
    assert "Norr, en del av Omsorg" in shown
    assert "Skola" not in shown
    assert "Överlämning" not in shown


def test_what_one_shift_tells_the_next_is_not_for_those_above() -> None:
    client = pages.logged_in(employed("eva", ("enhetschef", "omsorg")))
    answers = [client.get(f"/enhet/{key}/overlamning/").status_code for key in ("omsorg", "norr")]
    assert answers == [200, 404]


def test_to_find_them_is_one_statement_however_many_there_are() -> None:
    eva = Staff.objects.get(pk=employed("eva", ("enhetschef", "kommun")).pk)
    for number in range(30):
        Unit.objects.create(key=f"u{number}", name=f"U{number}", parent=Unit.objects.get(key="norr"))
    with CaptureQueriesContext(connection) as asked:
        assert len(places.of(eva, on=timezone.localdate())) == len(TREE) + 30
    assert len(asked) == 1


def test_who_leads_above_says_who_is_away_and_no_one_beside() -> None:
    nils, today = employed("nils", ("sjukskoterska", "norr")), timezone.localdate()
    assert absences.may_register(employed("eva", ("enhetschef", "omsorg")), nils, on=today)
    assert not absences.may_register(employed("sven", ("enhetschef", "soder")), nils, on=today)
    assert not absences.may_register(employed("stina", ("samordnare", "omsorg")), nils, on=today)


def test_figures_are_for_who_leads_or_counts_above() -> None:
    eva, sten = employed("eva", ("enhetschef", "omsorg")), employed("sten", ("statistik", "omsorg"))
    siri = employed("siri", ("samordnare", "omsorg"))
    for member, answer in ((eva, 200), (sten, 200), (siri, 404)):
        assert pages.logged_in(member).get("/laget/norr/").status_code == answer
        assert pages.logged_in(member).get("/laget/skola/").status_code == 404
    shown = pages.text(pages.logged_in(sten).get("/laget/norr/"))
    assert "/enhet/norr/" not in shown.replace("/laget/norr/", "")


def test_the_log_is_reviewed_by_who_is_placed_above_and_by_all_reviewers_where_there_is_no_tree(
    units: dict[str, Unit],
) -> None:
    for unit in units.values():
        Round.objects.create(unit=unit, month=datetime.date(2026, 10, 1), sampled_at=timezone.now())
    lova, eva = employed("lova", ("logggranskare", "omsorg")), employed("eva", ("enhetschef", "norr"))

    def reviewed(member: Staff) -> set[str]:
        return {one.unit.key for one in selectors.reviewed_by(member)}

    assert (reviewed(lova), reviewed(eva)) == ({"omsorg", "norr", "soder"}, {"norr"})
    assert reviewed(employed("siri", ("samordnare", "kommun"))) == set()
    Unit.objects.update(parent=None)
    assert (reviewed(lova), reviewed(eva)) == (set(TREE), {"norr"})


def test_a_person_of_a_unit_below_is_met_from_above_and_not_from_beside() -> None:
    anna = employed("anna", ("samordnare", "norr"))
    pages.publish()
    berit = pages.person()
    pages.start(berit, anna)
    UserTask.objects.update(group="sjukskoterska")  # else all coordinators are let in by what is offered to them
    told = {"slag": "enhet", "enhet": "norr", "fran": "2020-01-01"}
    plan.add(Contact, individual=berit, told=told, by=anna, now=timezone.now())
    above, beside = (pages.logged_in(employed(unit, ("samordnare", unit))) for unit in ("omsorg", "soder"))
    assert above.get(f"/personer/{berit.ref}/").status_code == 200
    assert beside.get(f"/personer/{berit.ref}/").status_code == 404
    lists = [pages.text(client.get("/personer/")) for client in (above, beside)]
    assert ["Berit Provsson" in shown for shown in lists] == [True, False]


def test_an_uppdrag_that_is_not_acted_in_reaches_nothing_below() -> None:
    eva = employed("eva", ("enhetschef", "omsorg"))
    Assignment.objects.filter(staff=eva).update(commission="a")
    eva.commission = "b"
    eva.keep_roles({"enhetschef": "Enhetschef"}, {})
    assert below(eva, "enhetschef") == set()
    eva.commission = "a"
    assert below(eva, "enhetschef") == {"omsorg", "norr", "soder"}


def test_no_unit_becomes_part_of_itself(units: dict[str, Unit]) -> None:
    with pytest.raises(directory.InARing, match="kommun → norr → omsorg → kommun"):
        directory.part_of(parents={"kommun": "norr", "skola": ""})
    assert Unit.objects.get(key="skola").parent == units["kommun"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(key="norr").update(parent=units["norr"])


def test_a_tree_that_somebody_has_spoiled_by_hand_ends_all_the_same(units: dict[str, Unit]) -> None:
    Unit.objects.filter(key="kommun").update(parent=units["norr"])
    assert below(employed("eva", ("enhetschef", "soder")), "enhetschef") == {"soder"}
    assert below(employed("ebba", ("enhetschef", "norr")), "enhetschef") == set(TREE)


def test_the_directorys_file_tells_the_tree_and_of_what_cannot_be(tmp_path: Path) -> None:
    def sync(*rows: str, first: str = "nyckel;namn;overordnad") -> str:
        (tmp_path / "enheter.csv").write_text("\n".join([first, *rows]), encoding="utf-8")
        said = io.StringIO()
        try:
            call_command("sync_directory", str(tmp_path), stdout=said)
        except CommandError:
            said.write("FEL")
        return said.getvalue()

    assert "1 enheter som flyttats" in sync("soder;Soder;skola", "norr;Norr;omsorg")
    assert Unit.objects.get(key="soder").parent == Unit.objects.get(key="skola")
    assert "flyttats" not in sync("soder;Soder", first="nyckel;namn")
    said = sync("kommun;Kommun;norr", "skola;Skola;", "ny;Ny;skola", "fel;Fel;finns_inte")
    assert "rad 2: enheten kan inte vara en del av sig själv: kommun → norr → omsorg → kommun." in said
    assert "rad 5: den överordnade enheten finns inte här" in said
    assert "2 enheter som flyttats" in said
    assert said.endswith("FEL")
    parents = dict(Unit.objects.values_list("key", "parent__key"))
    assert [parents[key] or "" for key in ("kommun", "skola", "ny", "fel")] == ["", "", "skola", ""]
