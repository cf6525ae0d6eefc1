"""What a running förlopp tells its process owner and those who work in it: notes, and how decisions came about."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from people.models import Staff
from tests import pages
from tests.deciding import answer, decides, publish, started
from tests.unit.engine_bpmn import chain, flow
from workflows import engine
from workflows.models import HistoryKind

pytestmark = pytest.mark.django_db(transaction=True)

CONDITION = "a.borta &gt; 1"
BODY = (
    '<laneSet id="lanes"><lane id="lane_samordnare"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    '<startEvent id="s"/><userTask id="a" name="Fråga"/><exclusiveGateway id="g" name="Dags?" default="g_a"/>'
    '<endEvent id="end_klar"/>' + chain("s", "a", "g") + flow("g", "end_klar", CONDITION) + flow("g", "a")
)


def notes(**options: Any) -> str:
    out = StringIO()
    call_command("expression_notes", stdout=out, **options)
    return out.getvalue()


def test_a_loop_notes_a_condition_once_in_an_instance_and_the_command_counts_instances(anna: Staff) -> None:
    publish(BODY)
    first = started(anna)
    answer(first, times=5)
    rows = first.history.filter(kind=HistoryKind.NOTED)
    assert {(row.element_id, row.element_type, row.name) for row in rows} == {("g", "exclusiveGateway", "Dags?")}
    assert sum("varken ja eller nej" in row.detail["text"] for row in rows) == 1
    told = notes()
    assert "prov version 1  g  1 ärenden" in told
    assert "a.borta > 1" in told
    assert "Greta" not in told
    assert notes(forlopp="annat") == "0 anmärkningar.\n"


# -- decisions --------------------------------------------------------------------------------------------------------


def test_a_decision_is_kept_with_its_history_row_by_row_with_what_it_saw(anna: Staff) -> None:
    instance = decides(anna, "FIRST", ("&lt; 65", "-", "7"), ("&gt;= 65", '"nej"', "5"), ("&gt;= 65", "-", "2"))
    answer(instance)
    entry = instance.history.get(element_id="x")
    assert entry.detail["version"] == 1
    told = entry.detail["decision"]
    assert (told["decision"], told["name"], told["answer"]) == ("beslut", "Hur snart?", 2)
    (table,) = told["tables"]
    assert {column["label"]: column["value"] for column in table["columns"]}["Svar"] == "Greta 19610118-2803"
    assert [(row["hit"], [(cell["text"], cell["fits"]) for cell in row["cells"]]) for row in table["rows"]] == [
        (False, [("< 65", False)]),
        (False, [('"nej"', False)]),
        (True, [(">= 65", True)]),
    ]


def test_two_hits_in_a_unique_table_are_a_stopp_that_names_the_rows(anna: Staff) -> None:
    seen = ('starts with(?, "X")', 'starts with(?, "G")', 'contains(?, "reta")')  # what the analysis cannot see through
    instance = decides(anna, "UNIQUE", *(("-", cell, "5") for cell in seen))
    with pytest.raises(engine.EngineError) as stopp:
        answer(instance)
    assert stopp.value.element == "x"
    assert stopp.value.message.startswith("Beslutet ”Hur snart?”: Rad 2 och 3 träffar samtidigt")


def test_a_decision_without_a_hit_is_noted_for_the_process_owner_without_values(anna: Staff) -> None:
    instance = decides(anna, "FIRST", ("&lt; 65", "-", "7"))
    answer(instance)
    assert instance.history.get(element_id="x", kind="completed").detail["decision"]["answer"] is None
    assert "Ingen rad i tabellen träffade" in notes()
    assert "Greta" not in notes()


def test_the_page_shows_how_a_decision_came_about_to_those_who_may_see_the_instance(anna: Staff) -> None:
    instance = decides(
        anna, "FIRST", ("&lt; 65", "-", "7"), ("-", '"<nej>"'.replace("<", "&lt;"), "5"), ("-", "-", "2")
    )
    answer(instance)
    page = pages.text(pages.logged_in(anna).get(f"/arenden/{instance.public_id}/"))
    for part in ("Så här kom beslutet till", "Svar: 2", "Ålder", "Ingen träff", "Träff", "stämmer inte", "&lt;nej&gt;"):
        assert part in page
    stranger = pages.staff("it", "it_drift")
    assert pages.logged_in(stranger).get(f"/arenden/{instance.public_id}/").status_code == 404


def test_a_protected_persons_decisions_are_hidden_with_the_rest(anna: Staff) -> None:
    instance = decides(anna, "FIRST", ("-", "-", "2"))
    answer(instance)
    instance.individual.protection = "skyddad_folkbokforing"
    instance.individual.save()
    assert pages.logged_in(anna).get(f"/arenden/{instance.public_id}/").status_code == 404
