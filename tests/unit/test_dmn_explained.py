"""An answer says how it came about, in plain JSON, without the values nobody asked for."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.test_dmn_requirements import decision, need
from tests.unit.test_dmn_tables import decide, model, table
from workflows import dmn

RULES = [
    (['"sip"', "-", "-"], ['"team"']),
    (["-", "[10..20]", "true"], ['"samordnare"']),
    (["-", "> 10", "-"], ['"chef"']),
]
COLUMNS = ["onskemal", "timmar", "skyddad"]


def test_a_hit_shows_its_cells_and_a_miss_the_cell_that_did_not_fit() -> None:
    data = model(table(COLUMNS, RULES, policy='hitPolicy="FIRST"'))
    found = dmn.explained(decide(data, onskemal="annat", timmar=30, skyddad=True))
    assert found["answer"] == "chef"
    assert found["tables"] == [
        {
            "table": "beslut_t",
            "policy": "FIRST",
            "columns": [
                {"label": "onskemal", "text": "onskemal", "value": "annat"},
                {"label": "timmar", "text": "timmar", "value": 30},
                {"label": "skyddad", "text": "skyddad"},  # no row came so far as to ask
            ],
            "rows": [
                {"row": 1, "rule": "beslut_r1", "hit": False, "cells": [{"column": 0, "text": '"sip"', "fits": False}]},
                {
                    "row": 2,
                    "rule": "beslut_r2",
                    "hit": False,
                    "cells": [{"column": 1, "text": "[10..20]", "fits": False}],
                },
                {
                    "row": 3,
                    "rule": "beslut_r3",
                    "hit": True,
                    "cells": [{"column": 1, "text": "> 10", "fits": True}],
                    "answers": ['"chef"'],
                    "why": ["därför"],
                },
            ],
        }
    ]


def test_an_expression_shows_what_it_read_and_a_large_value_only_its_size() -> None:
    text = "if person.alder > 80 then count(besok) else person.namn"
    person = {"alder": 82, "namn": "Astrid (påhittad)", "adress": {"gata": "Påhittade vägen 1"}}
    result = decide(model(decision("svar", text)), "svar", person=person, besok=[{"min": n} for n in range(200)])
    assert dmn.explained(result)["reads"] == {
        "besok": "lista med 200 värden",
        "person.alder": 82,
        "person.namn": "Astrid (påhittad)",
    }


def test_required_decisions_are_explained_once_each_and_notes_stand_where_they_belong() -> None:
    data = model(
        decision("a", "1 + null"),
        decision("b", "a", need("Decision", "#a")),
        decision("c", "a", need("Decision", "#a")),
        decision("svar", "[b, c]", need("Decision", "#b"), need("Decision", "#c")),
    )
    found = dmn.explained(decide(data, "svar"))
    required = found["required"]
    assert isinstance(required, dict)
    assert sorted(required) == ["a", "b", "c"]
    assert "notes" not in found
    assert required["a"]["notes"] == [{"element": "a", "message": "Det går inte att lägga ihop när ett värde saknas."}]


@settings(max_examples=15)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=80), st.integers(0, 30), st.text(max_size=400))
def test_an_explanation_is_small_strict_json_whatever_the_table(limits: list[int], value: int, text: str) -> None:
    rules = [([f"> {limit}", "-"], [f'"{limit}"']) for limit in limits]
    data = model(table(["x", "y"], rules, policy='hitPolicy="COLLECT"'))
    written = json.dumps(dmn.explained(decide(data, x=value, y=text)), allow_nan=False)
    assert len(written) < 20_000
    assert len(text) < 3 or json.dumps(text) not in written
