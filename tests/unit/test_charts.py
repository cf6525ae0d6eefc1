"""A chart has no script and no style, says itself in words, and can be drawn of whatever there is."""

from __future__ import annotations

import io
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from pypdf import PdfReader

from web import charts, paper
from web.charts import Point

SVG = "{http://www.w3.org/2000/svg}"
AT = datetime(2026, 11, 29, tzinfo=UTC)
WAITS = [
    Point(name="Första uppföljningen i hemmet med anhöriga", value=5, told="5 dagar"),
    Point(name="<b>&amp;", value=-2, low=-4, high=1, told="−2"),
    Point(name="Få", value=None, told="visas inte"),
    Point(name="Andra", value=3, told="3", is_other=True),
]
MONTHS = [Point(name=f"m{number}", value=value) for number, value in enumerate([1.0, 2.5, None, 4.0, 3.0, 0.5])]


def drawn(chart: charts.Chart | None) -> etree._Element:
    assert chart is not None
    return etree.fromstring(chart.svg)


@pytest.mark.parametrize("chart", [charts.bars("Väntan", WAITS), charts.over_time("Timmar", MONTHS, told=str)])
def test_a_page_that_allows_no_script_and_no_style_shows_it_whole(chart: charts.Chart) -> None:
    root = drawn(chart)
    named = {re.sub(r"^\{.*?\}", "", str(part.tag)) for part in root.iter()}
    assert named <= {"svg", "g", "rect", "path", "circle", "text", "tspan"}
    told = {str(name) for part in root.iter() for name in part.attrib}
    assert not told & {"style", "id", "fill", "stroke"}
    assert not {name for name in told if name.startswith("on") or "href" in name}
    assert (root.get("role"), root.get("aria-label")) == ("img", f"{chart.title}. Samma siffror står i tabellen.")


def test_bars_are_in_the_order_of_the_table_with_names_and_values_in_words() -> None:
    root = drawn(charts.bars("Väntan", WAITS))
    labels = [list(map(str, text.itertext())) for text in root.iter(f"{SVG}text")]
    assert [" ".join(label) for label in reversed(labels)] == [
        "Första uppföljningen i hemmet med … 5 dagar",
        "<b>&amp; −2",
        "Få visas inte",
        "Andra 3",
    ]
    classes = [bar.get("class") for bar in root.iter(f"{SVG}rect") if "rect" in str(bar.get("class"))]
    assert len(classes) == 3
    assert [("other" in str(one)) for one in classes].count(True) == 1


def test_names_of_months_have_room_and_what_is_very_unsure_does_not_flatten_the_rest() -> None:
    months = [Point(name=f"nov {1960 + number}", value=-12.0 + number % 3, low=-20, high=-2) for number in range(60)]
    root = drawn(charts.over_time("Timmar", [*months, Point(name="dec 2026", value=-9, low=-300, high=300)], told=str))
    shown = [str(text.text) for text in root.iter(f"{SVG}text") if text.get("class") != "minor"]
    assert 1 < sum(one.startswith("nov") for one in shown) <= 4
    heights = [float(text) for text in shown if re.fullmatch(r"-?[0-9.]+", text)]
    assert max(map(abs, heights)) <= 24


def test_all_of_what_is_sure_is_inside_the_picture() -> None:
    root = drawn(charts.bars("Väntan", [Point(name="a", value=2, low=-30, high=90), Point(name="b", value=1)]))
    (path,) = [str(part.get("d")) for group in root.iter(f"{SVG}g") if group.get("class") == "ci" for part in group]
    across = [float(number) for number in re.findall(r"[ML](-?[\d.]+)", path)]
    assert 0 <= min(across) < max(across) <= charts.WIDTH - charts.LABELS


def test_where_there_is_no_value_the_line_is_broken() -> None:
    root = drawn(charts.over_time("Timmar", MONTHS, told=str))
    lines = [part for group in root.iter(f"{SVG}g") if "series" in str(group.get("class")) for part in group]
    assert len([part for part in lines if "line" in str(part.get("class"))]) == 2


@pytest.mark.parametrize("values", [[], [None], [0], [None, 0.0]])
def test_nothing_is_drawn_of_nothing(values: list[float | None]) -> None:
    found = [Point(name="a", value=value) for value in values]
    assert charts.bars("x", found) is None
    assert charts.over_time("x", found, told=str) is None


def test_the_library_changes_nothing_of_how_modules_are_found() -> None:
    assert charts.bars("Väntan", WAITS)
    assert not [finder for finder in sys.meta_path if "pygal" in type(finder).__module__]


def test_the_same_is_drawn_each_time() -> None:
    first, second = charts.bars("Väntan", WAITS), charts.bars("Väntan", WAITS)
    assert first == second


def test_on_paper_it_brings_its_looks_and_its_words_can_be_read() -> None:
    chart = charts.bars("Väntan", WAITS)
    assert chart is not None
    made = paper.drawn(paper.Drawing(title="Väntan", mark="", foot="", at=AT, size="a4", pictures=[chart.picture]))
    text = PdfReader(io.BytesIO(made)).pages[0].extract_text()
    assert "5 dagar" in text
    assert "visas inte" in text


def test_the_style_sheet_knows_every_class_that_tells_something() -> None:
    style = Path("web/static/web/charts.css").read_text(encoding="utf-8")
    assert [name for name in ("other", "ci", "dot", "guide", "minor", "told") if f".{name}" not in style] == []
    assert [name for name in ("other", "ci", "dot", "guide", "minor", "told") if f".{name}" not in charts.PAPER] == []
