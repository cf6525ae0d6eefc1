"""The files to Socialstyrelsen: golden ones, what may not stand in them, and that each reads back as it was written."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.socialstyrelsen import versions
from integrations.socialstyrelsen.facts import Facts, Measure, Order
from integrations.socialstyrelsen.layouts import NUMBER, Layout, NotTheLayout
from integrations.socialstyrelsen.versions import hslf_2016_86, hslf_2017_67

OCTOBER = date(2026, 10, 1)
LAYOUTS = [layout for regulation in versions.REGULATIONS for layout in regulation.layouts]
# All that each column may hold, as far as a sample goes.
EXAMPLES = {
    "KOMMUN": ["1880", "0180"],
    "PERIOD": ["202610", "202612"],
    "BOFORM": ["1", "2", "3"],
    "HTJTIM": ["0", "9", "10", "99", "100", "743", "744", "777", "888", "999"],
    "KORTMAN": ["0", "31", "888", "999"],
    "INSATS": ["HTJ", "TRYGG", "KORTTID"],
    "START": ["20261001"],
    "SLUT": ["", "20261031"],
    "DATUM": ["20261031"],
    "ATGARD": ["AV027", "QM011"],
    "YRKE": ["XS910", "XS918", "XS919"],
}


def order(key: str, individual: int = 1, **other: Any) -> Order:
    usual: dict[str, Any] = {
        "service": "hemtjanst",
        "minutes_a_week": 600,
        "starts_on": date(2026, 1, 1),
        "ends_on": None,
        "is_ended": False,
        "told_on": date(2026, 1, 2),
    }
    return Order(key=key, individual=individual, **(usual | other))


def written(regulation: Any, facts: Facts) -> dict[str, str]:
    """By layout, with the individual where the number goes."""
    drafts = list(regulation.drafts(facts))
    return {
        layout.key: layout.written((f"{one.individual:012}", one.values) for one in drafts if one.layout == layout.key)
        .decode()
        .replace("\r\n", "\n")
        for layout in regulation.layouts
    }


def test_the_golden_file_of_ongoing_decisions() -> None:
    orders = [
        order("B-1"),
        order("B-2", minutes_a_week=45),
        order("B-3", service="larm"),
        order("B-4", 2, service="larm"),
        order("B-5", 3, minutes_a_week=None),
        order("B-6", 4, ends_on=date(2026, 10, 30)),
        order("B-7", 5, ends_on=date(2026, 10, 31)),
        order("B-8", 6, starts_on=date(2026, 10, 31)),
        order("B-9", 7, is_ended=True),
        order("B-10", 8, minutes_a_week=5),
    ]
    facts = Facts("1880", OCTOBER, orders, housing="1", services={"larm": "TRYGG", "korttid": "KORTTID"})
    # 645 minutes a week over 31 days are 47.6 hours; 600 are 44.3; 5 are 0.4.
    assert written(hslf_2016_86.REGULATION, facts)["bilaga1"] == (
        "1880;202610;000000000001;1;1;48;9;1;9;9;2;888\n"
        "1880;202610;000000000002;1;2;888;9;1;9;9;2;888\n"
        "1880;202610;000000000003;1;1;999;9;2;9;9;2;888\n"
        "1880;202610;000000000005;1;1;44;9;2;9;9;2;888\n"
        "1880;202610;000000000006;1;1;44;9;2;9;9;2;888\n"
        "1880;202610;000000000008;1;1;0;9;2;9;9;2;888\n"
    )


def test_the_golden_file_of_what_began_and_ended() -> None:
    orders = [
        order("B-1"),
        order("B-2", starts_on=date(2026, 10, 3)),
        order("B-3", 2, starts_on=date(2026, 10, 3), ends_on=date(2026, 10, 31)),
        order("B-4", 3, ends_on=date(2026, 10, 1), service="larm"),
        order("B-5", 4, starts_on=date(2026, 10, 5), ends_on=date(2026, 12, 1)),
    ]
    facts = Facts("1880", OCTOBER, orders, services={"larm": "TRYGG"})
    assert written(hslf_2016_86.REGULATION, facts)["bilaga2"] == (
        "1880;202610;000000000001;HTJ;20261003;\n"
        "1880;202610;000000000002;HTJ;20261003;20261031\n"
        "1880;202610;000000000003;TRYGG;20260101;20261001\n"
        "1880;202610;000000000004;HTJ;20261005;\n"
    )


def test_the_golden_files_of_health_care() -> None:
    measures = [
        Measure("t-1", 1, date(2026, 10, 3), "AV027", "sjukskoterska"),
        Measure("t-2", 1, date(2026, 10, 9), "QM011", "arbetsterapeut"),
        Measure("t-3", 2, date(2026, 10, 31), "QM011", "fysioterapeut"),
    ]
    assert written(hslf_2017_67.REGULATION, Facts("1880", OCTOBER, measures=measures)) == {
        "khsl1": "1880;000000000001;202610\n1880;000000000002;202610\n",
        "khsl2": (
            "1880;000000000001;20261003;AV027;XS919\n"
            "1880;000000000001;20261009;QM011;XS910\n"
            "1880;000000000002;20261031;QM011;XS918\n"
        ),
    }


def test_what_nobody_has_told_is_a_persons_and_never_invented() -> None:
    told = [
        order("B-1", starts_on=None, told_on=date(2026, 10, 7)),
        order("B-2", 2, is_ended=True),
        order("B-3", 3, service="larm"),
    ]
    facts = Facts("1880", OCTOBER, told, [Measure("t-1", 4, OCTOBER, "", "underskoterska")], services={})
    wrong = {}
    for regulation in versions.in_force(OCTOBER):
        for draft in regulation.drafts(facts):
            wrong[draft.layout, draft.key] = regulation.layout(draft.layout).wrong(draft.values)
    assert wrong == {
        ("bilaga2", "B-1"): ["START: Uppgiften saknas."],
        ("bilaga1", "1"): ["BOFORM: Uppgiften saknas."],
        ("bilaga2", "B-2"): ["SLUT: beslutet är avslutat men ingen har sagt vilken dag."],
        ("bilaga1", "3"): ["BOFORM: Uppgiften saknas."],
        ("khsl1", "4"): [],
        ("khsl2", "t-1"): ["ATGARD: Uppgiften saknas.", "YRKE: Uppgiften saknas."],
    }


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"HTJTIM": "745"}, "HTJTIM: Ska vara"),
        ({"HTJTIM": "07"}, "HTJTIM: Ska vara"),
        ({"HTJTIM": "888"}, "går inte ihop med hemtjänst"),
        ({"HTJ": "2"}, "HTJTIM: ska vara 888"),
        ({"BOFORM": "2"}, "särskilt boende"),
        ({"BOFORM": ""}, "BOFORM: Uppgiften saknas."),
        ({"KORTTID": "1"}, "KORTMAN: 888"),
        ({"KORTMAN": "31"}, "KORTMAN: ska vara 888"),
        ({"KORTMAN": "32"}, "KORTMAN: Ska vara"),
        ({"TRYGG": "ja"}, "TRYGG: Ska vara"),
        ({"KOMMUN": "1880;"}, "KOMMUN: Ska vara"),
        ({"PERIOD": "202613"}, "PERIOD: Ska vara"),
    ],
)
def test_what_would_be_rejected_is_told_in_words(change: dict[str, str], says: str) -> None:
    facts = Facts("1880", OCTOBER, [order("B-1")], housing="1", services={"korttid": "KORTTID"})
    (draft,) = hslf_2016_86.REGULATION.drafts(facts)
    assert hslf_2016_86.ONGOING.wrong(draft.values) == []
    assert any(says in told for told in hslf_2016_86.ONGOING.wrong({**draft.values, **change}))


@pytest.mark.parametrize("code", ["PD000", "AV27", "av027", "AV0271", "XX0000"])
def test_a_code_of_a_measure_is_as_detailed_as_it_can_be(code: str) -> None:
    values = {"KOMMUN": "1880", "DATUM": "20261003", "ATGARD": code, "YRKE": "XS919"}
    assert len(hslf_2017_67.MEASURES.wrong(values)) == 1
    assert hslf_2017_67.MEASURES.wrong({**values, "ATGARD": "PD008"}) == []
    assert len(hslf_2017_67.MEASURES.wrong({**values, "ATGARD": "PD008", "YRKE": "XS921"})) == 1, "no licence"


def rows(layout: Layout) -> st.SearchStrategy[list[tuple[str, dict[str, str]]]]:
    values = {column.name: st.sampled_from(EXAMPLES.get(column.name, ["1", "2", "9"])) for column in layout.asked}
    number = st.integers(10**11, 10**12 - 1).map(str)
    return st.lists(st.tuples(number, st.fixed_dictionaries(values)), max_size=20)


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.key)
@given(st.data())
def test_a_file_reads_back_into_the_same_rows(layout: Layout, data: st.DataObject) -> None:
    made = data.draw(rows(layout))
    content = layout.written(made)
    assert list(layout.read(content)) == made
    for line, (_number, values) in zip(content.decode().splitlines(), made, strict=True):
        assert line.endswith(";") == (values[layout.columns[-1].name] == ""), "only where the last value is missing"


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.key)
def test_examples_are_what_the_columns_may_hold_and_a_torn_row_is_none(layout: Layout) -> None:
    for column in layout.asked:
        assert [column.wrong(value) for value in EXAMPLES.get(column.name, ["1", "2", "9"]) if value] == [
            "" for value in EXAMPLES.get(column.name, ["1", "2", "9"]) if value
        ]
    assert NUMBER in [column.name for column in layout.columns]
    with pytest.raises(NotTheLayout):
        list(layout.read(b"1880;202610"))


def test_each_month_is_told_by_the_version_of_that_month_and_when_the_law_says() -> None:
    assert [regulation.key for regulation in versions.in_force(OCTOBER)] == ["hslf-2016-86", "hslf-2017-67"]
    assert [regulation.key for regulation in versions.in_force(date(2018, 12, 1))] == ["hslf-2016-86"]
    first, second = versions.REGULATIONS
    assert [first.due(month) for month in (OCTOBER, date(2026, 12, 1))] == [date(2026, 11, 15), date(2027, 1, 15)]
    assert [second.due(month) for month in (OCTOBER, date(2026, 12, 1))] == [date(2026, 12, 31), date(2027, 2, 28)]
