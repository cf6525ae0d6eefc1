"""A decision sees what it requires and nothing else: decisions, input, functions, services, and other files."""

import pytest

from tests.unit.test_dmn_boxed import literal
from tests.unit.test_dmn_tables import NAMESPACE, NOW, decide, model, table
from workflows import dmn


def need(kind: str, href: str) -> str:
    outer = "knowledgeRequirement" if kind == "Knowledge" else "informationRequirement"
    return f'<{outer}><required{kind} href="{href}"/></{outer}>'


def decision(name: str, text: str, *needs: str, type_ref: str = "Any") -> str:
    return (
        f'<decision id="{name}" name="{name}"><variable name="{name}" typeRef="{type_ref}"/>{"".join(needs)}'
        f"{literal(text)}</decision>"
    )


def given(name: str, type_ref: str = "Any") -> str:
    return f'<inputData id="in_{name}" name="{name}"><variable name="{name}" typeRef="{type_ref}"/></inputData>'


def knowledge(name: str, parameter: str, text: str, *needs: str) -> str:
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}"><encapsulatedLogic><formalParameter name="{parameter}"/>'
        f"{literal(text)}</encapsulatedLogic>{''.join(needs)}</businessKnowledgeModel>"
    )


GRAPH = model(
    given("timmar", "number"),
    given("helg", "boolean"),
    decision("behov", 'if timmar > 10 then "stort" else "litet"', need("Input", "#in_timmar")),
    decision("svar", "[behov, timmar, kommun]", need("Decision", "#behov")),
    decision("allt", "[behov, timmar, helg]", need("Decision", "#behov"), need("Input", "#in_timmar"),
             need("Input", "#in_helg")),
)  # fmt: skip


def test_what_is_declared_is_seen_only_where_it_is_required_and_other_variables_everywhere() -> None:
    known = {"timmar": 12, "helg": True, "kommun": "Sundbyberg"}
    assert decide(GRAPH, "svar", **known).value == ["stort", None, "Sundbyberg"]
    assert decide(GRAPH, "allt", **known).value == ["stort", 12, True]


def test_a_missing_arrow_is_told_when_the_file_is_checked() -> None:
    found = [(finding.element, finding.code) for finding in dmn.check(GRAPH, "t.dmn")]
    assert found == [("svar", "missing-requirement")]


def test_the_result_holds_those_of_the_decisions_it_is_built_on_with_their_own_notes() -> None:
    result = decide(GRAPH, "svar", timmar="tolv")
    assert [note.message for note in result.required["behov"].diagnostics][:1] == ["Värdet är text men ska vara tal."]
    assert result.required["behov"].reads == {"timmar": None}
    assert set(result.required) == {"behov"}


def test_a_function_sees_its_arguments_and_what_it_requires_but_not_where_it_is_called() -> None:
    data = model(
        given("timmar"),
        knowledge("inre", "x", "x + 1"),
        knowledge("yttre", "x", "[inre(x), timmar, y]", need("Knowledge", "#inre")),
        decision("svar", "{y: 7, z: yttre(timmar)}.z", need("Input", "#in_timmar"), need("Knowledge", "#yttre")),
    )
    assert decide(data, "svar", timmar=4).value == [5, None, None]


def test_two_elements_with_one_name_a_circle_and_arrows_to_nothing_are_told() -> None:
    data = model(
        decision("a", "b", need("Decision", "#b")),
        decision("b", "a", need("Decision", "#a"), need("Input", "#borta"), need("Knowledge", "#också")),
        decision("c", "1").replace('name="c"', 'name="a"', 1),
    )
    codes = {(finding.element, finding.code) for finding in dmn.check(data, "t.dmn")}
    assert {("a", "circular"), ("b", "circular"), ("b", "missing-input"), ("b", "missing-knowledge")} <= codes
    assert ("c", "duplicate-name") in codes
    with pytest.raises(dmn.DmnError):
        dmn.load(data)


def test_a_decision_without_logic_is_answered_from_outside() -> None:
    data = model(
        '<decision id="bedomning" name="Bedömning"/>', decision("svar", "Bedömning", need("Decision", "#bedomning"))
    )
    assert decide(data, "svar", Bedömning="stort").value == "stort"
    assert decide(data, "svar").value is None
    assert [finding.severity for finding in dmn.check(data, "t.dmn")] == ["warning"]


# ---- decision services

SERVICE_ELEMENT = (
    '<decisionService id="tjanst" name="Tid för besök"><variable name="Tid för besök"/><outputDecision href="#tid"/>'
    '<inputDecision href="#schablon"/><inputData href="#in_timmar"/></decisionService>'
)
SERVICE = (
    given("timmar", "number"),
    decision("schablon", '"aldrig frågad"', type_ref="number"),
    decision("tid", "timmar * schablon", need("Input", "#in_timmar"), need("Decision", "#schablon")),
    SERVICE_ELEMENT,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tid för besök(3, 5)", 15),
        ("Tid för besök(schablon: 5, timmar: 2)", 10),
        ('Tid för besök("tre", 5)', None),
        ("Tid för besök(3)", None),
        ("Tid för besök(fel: 3, timmar: 2)", None),
        ("[Tid för besök(3, 5), timmar]", [15, 8]),
    ],
)
def test_a_decision_service_is_a_function_of_its_inputs(text: str, expected: object) -> None:
    needs = need("Knowledge", "#tjanst"), need("Input", "#in_timmar")
    assert decide(model(*SERVICE, decision("svar", text, *needs)), "svar", timmar=8).value == expected


def test_a_decision_service_is_asked_from_outside_by_its_id() -> None:
    data = model(*SERVICE)
    result = dmn.evaluate(dmn.load(data), "tjanst", {"timmar": 3, "schablon": 7}, now=NOW)
    assert result.value == 21
    several = SERVICE_ELEMENT.replace("<inputDecision", '<outputDecision href="#schablon"/><inputDecision')
    assert decide(model(*SERVICE[:3], several), "tjanst", timmar=3, schablon=7).value == {"tid": 21, "schablon": 7}


# ---- other files

LIBRARY = model(
    '<itemDefinition name="tNivå"><typeRef>string</typeRef><allowedValues><text>"låg","hög"</text></allowedValues>'
    "</itemDefinition>",
    given("timmar", "number"),
    knowledge("Hälsa på", "vem", '"Hej " + vem'),
    decision("behov", 'if timmar > 10 then "hög" else "låg"', need("Input", "#in_timmar")),
).replace(b'namespace="x"', b'namespace="http://exempel.se/gemensamt"')


def importing(name: str, *elements: str) -> bytes:
    line = f'<import name="{name}" namespace="http://exempel.se/gemensamt" importType="{NAMESPACE}"/>'
    return model(line, *elements)


@pytest.mark.parametrize(
    ("name", "prefix"), [("gemensamt", "gemensamt."), ("vårt gemensamma", "vårt gemensamma."), ("", "")]
)
def test_functions_decisions_and_types_of_an_imported_file_are_used_under_its_name(name: str, prefix: str) -> None:
    library = "http://exempel.se/gemensamt"
    text = f"{prefix}Hälsa på({prefix}behov)"
    needs = need("Knowledge", f"{library}#Hälsa på"), need("Decision", f"{library}#behov")
    data = importing(name, decision("svar", text, *needs), decision("nivå", '"okänd"', type_ref=f"{prefix}tNivå"))
    assert dmn.check(data, "t.dmn", [LIBRARY, b"skrap"]) == []
    loaded = dmn.load(data, [LIBRARY])
    assert dmn.evaluate(loaded, "svar", {"timmar": 12}, now=NOW).value == "Hej hög"
    assert dmn.evaluate(loaded, "nivå", {}, now=NOW).value is None


def test_an_import_that_is_missing_or_broken_is_told() -> None:
    data = importing("gemensamt", decision("svar", "1"))
    assert [finding.code for finding in dmn.check(data, "t.dmn")] == ["missing-import"]
    broken = LIBRARY.replace(b'href="#in_timmar"', b'href="#borta"')
    assert [finding.code for finding in dmn.check(data, "t.dmn", [broken])] == ["import"]


def test_files_that_import_each_other_are_read_once_each() -> None:
    back = LIBRARY.replace(
        b"<itemDef", f'<import name="b" namespace="x" importType="{NAMESPACE}"/><itemDef'.encode(), 1
    )
    data = importing("a", decision("svar", "1", type_ref="a.tNivå"))
    assert dmn.evaluate(dmn.load(data, [back]), "svar", {}, now=NOW).value is None


# ---- many and large


def test_a_long_chain_of_decisions_answers_or_is_stopped_with_an_error() -> None:
    def chain(length: int) -> bytes:
        steps = (decision(f"d{n}", f"d{n - 1} + 1", need("Decision", f"#d{n - 1}")) for n in range(1, length))
        return model(decision("d0", "0"), *steps)

    assert decide(chain(60), "d59").value == 59
    with pytest.raises(dmn.DmnError, match="för många led"):
        decide(chain(400), "d399")


def test_a_diamond_of_decisions_is_decided_once_per_decision() -> None:
    steps = (
        decision(f"d{n}", f"d{n - 1} + d{n - 1}", need("Decision", f"#d{n - 1}"), need("Decision", f"#d{n - 1}"))
        for n in range(1, 40)
    )
    assert decide(model(decision("d0", "1"), *steps), "d39").value == 2**39


def test_all_decisions_of_one_evaluation_share_one_budget() -> None:
    loops = [decision(f"d{n}", "count(for i in 1..9000 return i * i)") for n in range(40)]
    needs = [need("Decision", f"#d{n}") for n in range(40)]
    with pytest.raises(dmn.DmnError, match="stoppades"):
        decide(model(*loops, decision("svar", "1", *needs)), "svar")


def test_a_table_of_a_required_decision_is_explained_with_its_own_rows() -> None:
    inner = table(
        ["timmar"], [(["> 10"], ['"stort"']), (["-"], ['"litet"'])], policy='hitPolicy="FIRST"', decision_id="behov"
    )
    data = model(inner, decision("svar", "behov", need("Decision", "#behov")))
    result = decide(data, "svar", timmar=4)
    assert (result.value, result.hits, result.required["behov"].hits) == ("litet", (), (2,))


SPECIAL_NAMES = "".join(
    f'<itemDefinition name="t{n}"><itemComponent name="a-{n}"/></itemDefinition>' for n in range(1001)
)
ENTRIES = "".join(f'<contextEntry><variable name="v{n}"/>{literal("1")}</contextEntry>' for n in range(600))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"<a>" + b"x" * 5_000_001 + b"</a>", "too-large", id="bytes"),
        pytest.param(model("<decision/>" * (dmn.MAX_ELEMENTS + 1)), "too-many-elements", id="elements"),
        pytest.param(model(SPECIAL_NAMES, decision("svar", "1")), "too-many-names", id="names"),
        pytest.param(model(f'<decision id="a"><context>{ENTRIES}</context></decision>'), "too-deep", id="entries"),
    ],
)
def test_a_huge_file_is_refused_with_a_finding(data: bytes, code: str) -> None:
    assert code in {finding.code for finding in dmn.check(data, "t.dmn")}
    with pytest.raises(dmn.DmnError):
        dmn.load(data)


PAIRS = "".join(
    f'<itemDefinition name="t{n}"><itemComponent name="a"><typeRef>t{n + 1}</typeRef></itemComponent>'
    f'<itemComponent name="b"><typeRef>t{n + 1}</typeRef></itemComponent></itemDefinition>'
    for n in range(28)
)
DOUBLED = "{x0: 1, " + ", ".join(f"x{n + 1}: {{a: x{n}, b: x{n}}}" for n in range(28)) + "}.x28"
COSTLY = (
    '<itemDefinition name="t"><typeRef>number</typeRef><allowedValues>'
    "<text>count(for i in 1..100000 return i) &gt; ?</text></allowedValues></itemDefinition>"
)


@pytest.mark.parametrize(
    "elements",
    [
        pytest.param(
            (
                '<decisionService id="tjanst" name="tjanst"><outputDecision href="#svar"/></decisionService>',
                decision("svar", "tjanst()", need("Knowledge", "#tjanst")),
            ),
            id="a service that asks itself",
        ),
        pytest.param((PAIRS, decision("svar", DOUBLED, type_ref="t0")), id="a value that doubles at each level"),
        pytest.param(
            (
                PAIRS,
                table([DOUBLED], [(["-"], ["1"])], decision_id="svar").replace(
                    "Expression>", 'Expression typeRef="t0">', 1
                ),
            ),
            id="a column that doubles at each level",
        ),
        pytest.param(
            (COSTLY, given("timmar", "t"), decision("svar", "timmar", need("Input", "#in_timmar"))),
            id="allowed values that cost too much",
        ),
    ],
)
def test_a_bomb_in_a_model_is_stopped(elements: tuple[str, ...]) -> None:
    with pytest.raises(dmn.DmnError, match=r"stoppades|för många led"):
        decide(model(*elements), "svar", timmar=3)
