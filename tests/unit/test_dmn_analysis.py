"""What a process owner is told of a decision table: each fault with its place and an example that can be pasted."""

from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest

from tests.unit.test_dmn_tables import model
from workflows import dmn
from workflows.dmn.analysis import CODES
from workflows.findings import Finding

ROOT = Path(__file__).parent.parent.parent
Column = tuple[str, str, str]  # expression, type, allowed values
AKTIVITET = ("aktivitetsformaga", "string", '"hog", "utvecklingsbar", "nedsatt"')
STYRA = ("styrformaga", "string", '"sjalv", "nedsatt"')
ALDER = ("ålder", "number", "[0..120]")
JA_NEJ = ("ensam", "boolean", "true, false")
TEXT = ("typ", "string", "")
DAG = ("dag", "date", "")


def findings(
    columns: list[Column], rows: list[str], policy: str = "UNIQUE", *, outputs: str = "", default: str = ""
) -> list[Finding]:
    """Rows are written as in the editor, `cell | cell | answer`."""
    heads = "".join(
        f'<input id="i{n}"><inputExpression id="u{n}" typeRef={quoteattr(kind)}><text>{escape(text)}</text>'
        f"</inputExpression>"
        + (f'<inputValues id="v{n}"><text>{escape(allowed)}</text></inputValues>' if allowed else "")
        + "</input>"
        for n, (text, kind, allowed) in enumerate(columns, 1)
    )
    heads += '<output id="o1">'
    heads += f'<outputValues id="ov1"><text>{escape(outputs)}</text></outputValues>' if outputs else ""
    heads += f'<defaultOutputEntry id="od1"><text>{escape(default)}</text></defaultOutputEntry>' if default else ""
    body = "".join(_row(n, row.split(" | ")) for n, row in enumerate(rows, 1))
    table = f'<decisionTable id="t" hitPolicy="{policy}">{heads}</output>{body}</decisionTable>'
    return dmn.check(model(f'<decision id="b" name="b">{table}</decision>'), "t.dmn")


def _row(number: int, cells: list[str]) -> str:
    tests = "".join(
        f'<inputEntry id="r{number}i{n}"><text>{escape(text)}</text></inputEntry>'
        for n, text in enumerate(cells[:-1], 1)
    )
    answer = f'<outputEntry id="r{number}o1"><text>{escape(cells[-1])}</text></outputEntry>'
    return f'<rule id="r{number}">{tests}{answer}</rule>'


@pytest.mark.parametrize(
    ("columns", "rows", "element", "code", "message"),
    [
        (
            [AKTIVITET, STYRA],
            ['"hog" | "sjalv" | 1', '"utvecklingsbar","nedsatt" | - | 2'],
            "t",
            "gap",
            'aktivitetsformaga = "hog" och styrformaga = "nedsatt" träffar ingen regel.',
        ),
        (
            [ALDER, JA_NEJ],
            ["< 65 | - | 1", "> 80 | - | 2"],
            "t",
            "gap",
            "ålder = 65 träffar ingen regel. Hela luckan: ålder: [65..80].",
        ),
        (
            [("ålder", "number", "")],
            ["null | 0", "<= 64 | 1", ">= 65 | 2"],
            "u1",
            "gap-fraction",
            "ålder = 64.5 träffar ingen regel: tabellen täcker bara heltalen där.",
        ),
        (
            [TEXT],
            ['null,"a" | 1', '"b" | 2'],
            "u1",
            "gap-other",
            'typ = "annat" träffar ingen regel, och inte heller andra värden som tabellen inte nämner.',
        ),
        (
            [("ålder", "number", ""), JA_NEJ],
            ["< 65 | - | 1", "not(< 65) | true | 2", "not(< 65) | false | 3"],
            "",
            "",
            "",
        ),
        (
            [("ålder", "number", "")],
            ["< 65 | 1", ">= 65 | 2"],
            "t",
            "gap-null",
            "När ålder saknas kan det bli så att ingen regel träffar: ålder = null träffar ingen regel.",
        ),
        (
            [DAG],
            ['null, < date("2026-07-01") | 1', '> date("2026-07-01") | 2'],
            "t",
            "gap",
            'dag = date("2026-07-01") träffar ingen regel.',
        ),
        ([DAG], ['null, <= date("2026-06-30") | 1', '>= date("2026-07-01") | 2'], "", "", ""),
        (
            [ALDER],
            ["[0..65] | 1", "[65..120] | 2"],
            "r2",
            "overlap",
            "Rad 1 och 2 träffar båda när ålder = 65, men bara en rad får träffa (UNIQUE).",
        ),
        (
            [ALDER],
            ["[5..1] | 1", "- | 2"],
            "r1i1",
            "cell-null",
            "Cellen [5..1] blir inget värde: Intervallets början ligger efter dess slut.",
        ),
        (
            [ALDER],
            ["? > 80 and ? < 65 | 1", "- | 2"],
            "r1i1",
            "dead-row",
            "Rad 1 kan aldrig träffa: inget av kolumnens indatavärden stämmer med ? > 80 and ? < 65.",
        ),
        (
            [ALDER],
            ['"65" | 1', "- | 2"],
            "r1i1",
            "cell-type",
            '"65" är text, men kolumnen är tal.',
        ),
        (
            [("dag", "date", "")],
            ['"2026-07-01" | 1', "- | 2"],
            "r1i1",
            "cell-type",
            '"2026-07-01" är text, men kolumnen är datum. Skriv date("2026-07-01").',
        ),
        (
            [STYRA],
            ['"sjalf" | 1', '"sjalv", "nedsatt" | 2'],
            "r1i1",
            "cell-value",
            '"sjalf" finns inte bland kolumnens indatavärden. Menade du "sjalv"?',
        ),
        (
            [ALDER],
            ["> 120 | 1", "<= 120 | 2"],
            "r1i1",
            "cell-value",
            "Ett villkor i > 120 stämmer inte med något av kolumnens indatavärden.",
        ),
        (
            [("ålder", "number", ""), ("ålder", "number", "")],
            [">= 18 | <= 65 | 1", "< 18 | > 65 | 2", "- | > 65 | 3", "< 18, null | - | 4"],
            "r2",
            "dead-row",
            "Rad 2 kan aldrig träffa: cellerna om ålder motsäger varandra.",
        ),
        (
            [ALDER],
            ["< gräns | 1", ">= gräns | 2"],
            "t",
            "analysis-partial",
            "Analysen kan inte se om det finns fler luckor eller överlapp: cellerna i ålder (rad 1 och 2) beror på mer",
        ),
    ],
)
def test_a_fault_is_told_with_its_place_and_an_example(
    columns: list[Column], rows: list[str], element: str, code: str, message: str
) -> None:
    found = findings(columns, rows)
    assert [(item.element, item.code) for item in found] == ([(element, code)] if code else [])
    assert not found or found[0].message.startswith(message)
    assert not found or found[0].severity == CODES[code][0]


@pytest.mark.parametrize(
    ("policy", "columns", "rows", "element", "code", "message"),
    [
        (
            "FIRST",
            [AKTIVITET, JA_NEJ],
            ['"hog","nedsatt" | - | 1', '"hog" | true | 2', "- | - | 3"],
            "r2",
            "masked-row",
            "Rad 2 blir aldrig svaret: rad 1 går före och träffar allt som den träffar.",
        ),
        (
            "FIRST",
            [JA_NEJ, AKTIVITET],
            ["true | - | 1", "false | - | 2", 'true,false | "hog" | 3', "- | - | 4"],
            "r3",
            "masked-row",
            "Rad 3 blir aldrig svaret: rad 1 och 2 går före och träffar tillsammans allt som den träffar.",
        ),
        ("FIRST", [JA_NEJ], ["true | 1", "false | 2", "- | 3"], "", "", ""),
        (
            "PRIORITY",
            [JA_NEJ],
            ["true | 2", "- | 1"],
            "r1",
            "masked-row",
            "Rad 1 blir aldrig svaret: rad 2 har högre prioritet och träffar allt som den träffar.",
        ),
        ("ANY", [ALDER], ["<= 65 | 1", ">= 65 | 1"], "", "", ""),
        (
            "ANY",
            [ALDER],
            ["<= 65 | 1", ">= 65 | 2"],
            "r2",
            "overlap",
            "Rad 1 och 2 träffar båda när ålder = 65, men svarar olika (ANY).",
        ),
        ("COLLECT", [ALDER], ["- | 1", "> 65 | 2", "> 65 | 1"], "", "", ""),
        (
            "RULE ORDER",
            [ALDER],
            ["- | 1", "> 65 | 2", "(65..120] | 2"],
            "r3",
            "duplicate-row",
            "Rad 2 och 3 har samma villkor och samma svar, så det räknas två gånger.",
        ),
    ],
)
def test_the_hit_policy_says_what_rows_may_do_together(
    policy: str, columns: list[Column], rows: list[str], element: str, code: str, message: str
) -> None:
    found = [
        item for item in findings(columns, rows, policy, outputs="1, 2, 3, 4") if item.code != "unused-output-value"
    ]
    assert [(item.element, item.code) for item in found] == ([(element, code)] if code else [])
    assert [item.message for item in found] == ([message] if code else [])


def test_answers_are_held_against_the_output_values() -> None:
    found = findings([JA_NEJ], ['true | "akut"', 'false | "nomal"'], outputs='"akut", "normal", "låg"')
    assert [(item.element, item.code, item.message) for item in found] == [
        ("r2o1", "output-value", '"nomal" finns inte bland kolumnens utdatavärden. Menade du "normal"?'),
        ("ov1", "unused-output-value", '"normal" och "låg" är inte svar på någon rad.'),
    ]


def test_a_default_answer_closes_every_gap() -> None:
    assert findings([ALDER], ["> 65 | 1"], default="0") == []


def test_many_gaps_and_overlaps_are_told_by_the_first_ten() -> None:
    gaps = findings([ALDER, ("dygn", "number", "[0..30]")], [f"{n} | {n} | 1" for n in range(12)])
    assert len(gaps) == 11
    assert gaps[-1].message == "Tabellen har fler luckor än de 10 som nämns."
    overlaps = findings([ALDER], ["- | 1"] * 6)
    assert len(overlaps) == 11
    assert overlaps[-1].message == "Ytterligare 5 par av rader träffar samtidigt."


def test_what_follows_from_another_column_gives_no_false_gap() -> None:
    """65 and more is not also below 65: the second column must not be taken for a free choice."""
    columns = [("ålder", "number", "[0..120]"), ("ålder >= 65", "boolean", "")]
    assert [item.code for item in findings(columns, ["< 65 | false | 1", ">= 65 | true | 2"])] == ["analysis-partial"]


def test_a_computed_input_is_not_said_to_take_every_value() -> None:
    found = findings([("count(larm)", "number", "")], ["null,<= 0 | 1", "[-5..0] | 2", "> 0 | 3"])
    assert [(item.code, item.severity) for item in found] == [("overlap", "warning")]
    assert found[0].message.endswith("Om det inte kan inträffa: ange kolumnens indatavärden.")


def test_a_table_too_large_is_left_with_a_word() -> None:
    columns = [(f"k{n}", "number", "") for n in range(120)]
    assert [item.code for item in findings(columns, ["- | " * 120 + "1"])] == ["analysis-stopped"]


@pytest.mark.parametrize("path", sorted(ROOT.glob("bpmn/**/*.dmn")), ids=lambda path: path.name)
def test_the_tables_in_use_give_no_remark(path: Path) -> None:
    assert dmn.check(path.read_bytes(), path.name) == []


def test_values_are_those_of_the_declared_type_also_by_way_of_the_input_data() -> None:
    """An item definition's allowed values are the column's, whether the column or its variable is of that type."""
    item = (
        '<itemDefinition name="tNiva"><typeRef>string</typeRef>'
        "<allowedValues><text>{}</text></allowedValues></itemDefinition>"
    ).format(escape('"låg", "hög"'))
    given = '<inputData id="n" name="nivå"><variable name="nivå" typeRef="tNiva"/></inputData>'
    needs = '<informationRequirement id="q"><requiredInput href="#n"/></informationRequirement>'
    table = (
        '<decisionTable id="t"><input id="i1"><inputExpression id="u1"{}><text>nivå</text></inputExpression></input>'
        '<output id="o1" typeRef="number"/>'
        '<rule id="r1"><inputEntry id="r1i1"><text>"lag"</text></inputEntry><outputEntry id="r1o1"><text>1</text>'
        '</outputEntry></rule><rule id="r2"><inputEntry id="r2i1"><text>"hög"</text></inputEntry>'
        '<outputEntry id="r2o1"><text>"två"</text></outputEntry></rule></decisionTable>'
    )
    for declared in ("", ' typeRef="tNiva"'):
        decision = f'<decision id="b" name="b">{needs}{table.format(declared)}</decision>'
        assert [(item.element, item.message) for item in dmn.check(model(item, given, decision), "t.dmn")] == [
            ("r2o1", '"två" är text, men svaret ska vara tal.'),
            ("r1i1", '"lag" finns inte bland kolumnens indatavärden. Menade du "låg"?'),
            ("t", 'nivå = "låg" träffar ingen regel.'),
        ]


@pytest.mark.parametrize(
    ("kind", "cells", "said"),
    [
        ("dateTime", ['null, < date and time("2026-03-01T00:00:00@Europe/Stockholm")'], "@Europe/Stockholm"),
        ("time", ['null, <= time("12:00:00")', '> time("12:00:01")'], 'tid = time("12:00:01") träffar ingen regel.'),
        ("yearMonthDuration", ['null, < duration("P1Y")', '>= duration("P1Y1M")'], 'tid = duration("P1Y") träffar'),
        ("dayTimeDuration", ['null, < duration("PT4H")', '> duration("P1D")'], '[duration("PT4H")..duration("P1D")].'),
        ("string", ['null, "a", "b"'], 'tid = "annat" träffar ingen regel'),
        ("date", ['null, < date("99999-01-01")', '> date("2026-01-01")'], "Analysen kan inte se"),
        ("string", ["null", 'starts with(?, "a")'], "Analysen kan inte se"),
    ],
)  # fmt: skip
def test_times_and_texts_have_their_own_examples(kind: str, cells: list[str], said: str) -> None:
    found = findings([("tid", kind, "")], [f"{cell} | {n}" for n, cell in enumerate(cells)])
    assert [said in item.message for item in found] == [True]
