"""Decision tables answer as their hit policy says, or say which rows are at fault."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

import pytest

from workflows import dmn, feel
from workflows.dmn.cells import quick

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NAMESPACE = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def model(*decisions: str, namespace: str = NAMESPACE) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="{namespace}" id="d" name="d" namespace="x">'
        f"<!-- kommentar -->{''.join(decisions)}</definitions>"
    ).encode()


def table(
    inputs: Sequence[str],
    rules: Sequence[tuple[Sequence[str], Sequence[str]]],
    *,
    policy: str = "",
    outputs: Sequence[str] = ("svar",),
    values: str = "",
    default: str = "",
    decision_id: str = "beslut",
    before: str = "",
) -> str:
    """A decision with one table; `policy` are attributes such as `hitPolicy="FIRST"`."""
    columns = "".join(
        f'<input id="{decision_id}_i{n}"><inputExpression><text>{escape(text)}</text></inputExpression></input>'
        for n, text in enumerate(inputs)
    )
    extras = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
    extras += f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    columns += "".join(f"<output name={quoteattr(name)}>{extras}</output>" for name in outputs)
    rows = "".join(_row(f"{decision_id}_r{n}", *rule) for n, rule in enumerate(rules, 1))
    return (
        f'<decision id="{decision_id}" name="{decision_id}">{before}'
        f'<decisionTable id="{decision_id}_t" {policy}>{columns}{rows}</decisionTable></decision>'
    )


def _row(rule_id: str, tests: Sequence[str], results: Sequence[str]) -> str:
    cells = "".join(
        f'<inputEntry id="{rule_id}_i{n}"><text>{escape(text)}</text></inputEntry>' for n, text in enumerate(tests)
    )
    cells += "".join(
        f'<outputEntry id="{rule_id}_o{n}"><text>{escape(text)}</text></outputEntry>' for n, text in enumerate(results)
    )
    return f'<rule id="{rule_id}">{cells}<annotationEntry><text>därför</text></annotationEntry></rule>'


def decide(data: bytes, decision_id: str = "beslut", **variables: object) -> dmn.Result:
    return dmn.evaluate(dmn.load(data), decision_id, variables, now=NOW)


@pytest.mark.parametrize(
    ("cell", "given", "hit"),
    [
        ('"a","b"', "b", True),
        ('"a","b"', "c", False),
        ('not("a")', "b", True),
        ('not("a")', "a", False),
        ("[1..5]", 5, True),
        ("? > 2", None, False),
        ("? > 2 and ? < 8", None, False),
        ("[5..1]", None, False),
        ("(1..5]", 1, False),
        ("true", True, True),
        ("true", None, False),
        ("null", None, True),
        ("-", None, True),
        ("", "vad som helst", True),
        ("< grans", 4, True),
        ("? in [1, 4]", 4, True),
    ],
)
def test_a_cell_means_what_the_standard_says(cell: str, given: object, hit: bool) -> None:
    result = decide(model(table(["x"], [([cell], ["1"])])), x=given, grans=5)
    assert (result.value, result.hits) == ((Decimal(1), (1,)) if hit else (None, ()))


OVERLAPPING = [(["< 10"], ['"låg"']), (["[5..20]"], ['"mellan"']), (["> 15"], ['"hög"'])]


@pytest.mark.parametrize(
    ("policy", "values", "expected", "hits"),
    [
        ('hitPolicy="FIRST"', "", "låg", (1,)),
        ('hitPolicy="RULE ORDER"', "", ["låg", "mellan"], (1, 2)),
        ('hitPolicy="COLLECT"', "", ["låg", "mellan"], (1, 2)),
        ('hitPolicy="COLLECT" aggregation="COUNT"', "", Decimal(2), (1, 2)),
        ('hitPolicy="PRIORITY"', '"hög","mellan","låg"', "mellan", (1, 2)),
        ('hitPolicy="OUTPUT ORDER"', '"hög","mellan","låg"', ["mellan", "låg"], (1, 2)),
    ],
)
def test_a_hit_policy_chooses_among_the_rows(policy: str, values: str, expected: object, hits: tuple[int, ...]) -> None:
    result = decide(model(table(["x"], OVERLAPPING, policy=policy, values=values)), x=7)
    assert (result.value, result.hits) == (expected, hits)


@pytest.mark.parametrize(("aggregation", "expected"), [("SUM", 30), ("MIN", 10), ("MAX", 20)])
def test_collect_adds_up(aggregation: str, expected: int) -> None:
    policy = f'hitPolicy="COLLECT" aggregation="{aggregation}"'
    rules = [(["> 1"], ["10"]), (["> 2"], ["20"]), (["> 9"], ["40"])]
    assert decide(model(table(["x"], rules, policy=policy)), x=5).value == expected


def test_two_hits_in_a_unique_table_are_an_error_that_names_the_rows() -> None:
    with pytest.raises(dmn.DmnError, match="Rad 1 och 2 träffar samtidigt"):
        decide(model(table(["x"], OVERLAPPING)), x=7)


def test_any_accepts_equal_answers_and_refuses_different_ones() -> None:
    same = [(["> 1"], ['"ja"']), (["> 2"], ['"ja"'])]
    assert decide(model(table(["x"], same, policy='hitPolicy="ANY"')), x=5).value == "ja"
    with pytest.raises(dmn.DmnError, match="Rad 1 och 2 träffar men svarar olika"):
        decide(model(table(["x"], OVERLAPPING, policy='hitPolicy="ANY"')), x=7)


def test_no_hit_is_null_or_the_default() -> None:
    assert decide(model(table(["x"], OVERLAPPING)), x=None).value is None
    assert decide(model(table(["x"], OVERLAPPING, default='"okänd"')), x=None).value == "okänd"


def test_several_outputs_give_a_context_and_the_inputs_are_kept() -> None:
    data = model(
        table(["person.alder", "typ"], [([">= 65", '"a"'], ['"äldre"', "alder * 2"])], outputs=("grupp", "dubbel"))
    )
    result = decide(data, person={"alder": 82}, typ="a", alder=3)
    assert feel.to_plain(result.value) == {"grupp": "äldre", "dubbel": 6}
    assert result.inputs == {"person.alder": Decimal(82), "typ": "a"}


LITERAL = (
    '<decision id="frist" name="Frist i dagar"><informationRequirement><requiredDecision href="#tillagg"/>'
    "</informationRequirement><literalExpression><text>3 + tillagg + Till-ägg</text></literalExpression></decision>"
)


def test_a_required_decision_is_evaluated_first_and_known_by_name_and_id() -> None:
    required = table(
        ["klockan(t)"], [(['> time("12:00:00")'], ["1"]), (['<= time("12:00:00")'], ["0"])], decision_id="tillagg"
    )
    data = model(LITERAL, required.replace('name="tillagg"', 'name="Till-ägg"'))
    assert decide(data, "frist", t="2026-11-24T12:00:01+01:00").value == 5
    result = decide(data, "frist", t="2026-11-24T12:00:00+01:00")
    assert (result.value, result.required["tillagg"].hits) == (3, (2,))


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_every_version_of_the_standard_is_read(namespace: str) -> None:
    assert decide(model(table(["x"], [(["1"], ["2"])]), namespace=namespace), x=1).value == 2


@pytest.mark.parametrize(("given", "expected"), [("2026-01-02", 1), ("2025-12-31", None), ("igår", None)])
def test_iso_text_is_read_as_the_type_of_its_column(given: str, expected: int | None) -> None:
    data = model(table(["x"], [(['> date("2026-01-01")'], ["1"])]))
    assert decide(data.replace(b"<inputExpression>", b'<inputExpression typeRef="date">'), x=given).value == expected


def test_a_null_in_a_cell_is_explained() -> None:
    result = decide(model(table(["x"], [(["< 5"], ["1"])])), x="text")
    assert [(note.element, note.message) for note in result.diagnostics] == [
        ("beslut_r1_i0", "Det går inte att jämföra text med tal.")
    ]


def test_a_bomb_in_a_cell_stops_with_the_cell_named() -> None:
    with pytest.raises(dmn.DmnError) as caught:
        decide(model(table(["x"], [(["count(for i in 1..10**9 return i) > 1"], ["1"])])), x=1)
    assert caught.value.element == "beslut_r1_i0"


@pytest.mark.parametrize("column", ["string", "number"])
def test_a_value_or_answer_outside_its_column_is_null_and_told(column: str) -> None:
    data = model(table(["x"], [(["-"], ['"mellan"'])], values='"låg","hög"'))
    result = decide(data, x=1)
    assert (result.value, result.hits) == (None, (1,))
    assert [note.message for note in result.diagnostics] == ["Svaret är inte ett av kolumnens tillåtna."]
    allowed = b"<inputValues><text>1, 2, 3</text></inputValues></input>"
    kind = f'<inputExpression typeRef="{column}">'.encode()
    data = model(table(["x"], [(["-"], ["x"]), (["null"], ['"tomt"'])], policy='hitPolicy="COLLECT"'))
    data = data.replace(b"</input>", allowed).replace(b"<inputExpression>", kind)
    result = decide(data, x=7)
    assert (result.hits, len(result.diagnostics)) == ((1, 2), 1)


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ('hitPolicy="COLLECT" aggregation="COUNT"', 0),
        ('hitPolicy="COLLECT" aggregation="SUM"', None),
        ('hitPolicy="COLLECT"', None),
        ('hitPolicy="RULE ORDER"', None),
        ('hitPolicy="FIRST"', None),
    ],
)
def test_without_a_hit_only_a_count_has_an_answer(policy: str, expected: object) -> None:
    assert decide(model(table(["x"], OVERLAPPING, policy=policy)), x=None).value == expected


def test_a_sum_of_texts_is_null_and_told() -> None:
    result = decide(model(table(["x"], OVERLAPPING, policy='hitPolicy="COLLECT" aggregation="SUM"')), x=7)
    assert (result.value, [note.element for note in result.diagnostics]) == (None, ["beslut_t"])


def test_several_outputs_are_collected_ordered_and_compared_whole() -> None:
    rules = [(["> 1"], ['"låg"', "1"]), (["> 2"], ['"hög"', "2"]), (["> 3"], ['"hög"', "1"])]
    values = '"hög","låg"'

    def answer(policy: str, listed: str = "") -> object:
        data = table(["x"], rules, policy=f'hitPolicy="{policy}"', outputs=("nivå", "prio"))
        first = f"<outputValues><text>{listed}</text></outputValues>" if listed else ""
        return feel.to_plain(decide(model(data.replace('name="nivå">', f'name="nivå">{first}')), x=9).value)

    assert answer("COLLECT") == [{"nivå": "låg", "prio": 1}, {"nivå": "hög", "prio": 2}, {"nivå": "hög", "prio": 1}]
    assert answer("PRIORITY", values) == {"nivå": "hög", "prio": 2}
    assert answer("OUTPUT ORDER", values) == [
        {"nivå": "hög", "prio": 2},
        {"nivå": "hög", "prio": 1},
        {"nivå": "låg", "prio": 1},
    ]
    with pytest.raises(dmn.DmnError, match="Rad 1, 2 och 3 träffar men svarar olika"):
        answer("ANY")


CELLS = [
    '"a","b"',
    'not("a")',
    "1, 2",
    "not(1)",
    "true",
    "false",
    "< 2",
    ">= 2",
    "= 2",
    "!= 2",
    "[1..2]",
    "]1..2[",
    "-1",
]
CELLS += ["not(< 2)", "[2..1]", "(-1..1]", '"1"', "null", "> -1", 'not("a", "b")']
VALUES = [
    "a",
    "b",
    "1",
    "",
    1,
    2,
    1.5,
    -1,
    True,
    False,
    None,
    ["a"],
    [1],
    {},
    feel.evaluate('date("2026-11-27")', {}, now=NOW),
]


@pytest.mark.parametrize("cell", CELLS)
def test_the_short_way_through_a_cell_answers_as_its_tree_does(cell: str) -> None:
    tree = feel.parse_unary(cell)
    answer = quick(tree.root)
    for value in VALUES:
        given = feel.evaluate("x", {"x": value}, now=NOW)
        short = answer(given) if answer is not None else None
        assert short is None or short is (feel.evaluate(tree, {"?": given}, now=NOW) is True), value


def test_cells_are_read_once_when_the_model_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = dmn.load(model(table(["x"], [(["x > 2 and x < 7"], ["x * 2"])])))
    monkeypatch.setattr("workflows.feel.parser.Parser.__init__", None)
    assert dmn.evaluate(loaded, "beslut", {"x": 3}, now=NOW).value == 6


def test_a_loaded_model_answers_by_id_and_by_name() -> None:
    text = "<literalExpression><text>alder &gt;= 80</text></literalExpression>"
    loaded = dmn.load(model(f'<decision id="b1" name="Bedömt behov">{text}</decision>'))
    assert loaded.evaluate("b1", {"alder": 82}, now=NOW).value is True
    assert loaded.evaluate("Bedömt behov", {"alder": 79}, now=NOW).value is False
    with pytest.raises(dmn.DmnError):
        loaded.evaluate("b2", {}, now=NOW)
