"""Every boxed form of DMN answers as the standard says, with the types it declares (all persons are invented)."""

from collections.abc import Mapping
from decimal import Decimal
from xml.sax.saxutils import escape, quoteattr

import pytest

from tests.unit.test_dmn_tables import NOW, decide, model
from workflows import dmn, feel


def literal(text: str, type_ref: str = "") -> str:
    declared = f' typeRef="{type_ref}"' if type_ref else ""
    return f"<literalExpression{declared}><text>{escape(text)}</text></literalExpression>"


def entry(name: str, form: str, type_ref: str = "") -> str:
    declared = f' typeRef="{type_ref}"' if type_ref else ""
    variable = f"<variable name={quoteattr(name)}{declared}/>" if name else ""
    return f"<contextEntry>{variable}{form}</contextEntry>"


def decision(form: str, *, type_ref: str = "", needs: str = "") -> str:
    declared = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<decision id="beslut" name="beslut"><variable name="beslut"{declared}/>{needs}{form}</decision>'


NEEDS_TILLAGG = '<knowledgeRequirement><requiredKnowledge href="#tillagg"/></knowledgeRequirement>'
TILLAGG = (
    '<businessKnowledgeModel id="tillagg" name="Tillägg i minuter"><encapsulatedLogic>'
    '<formalParameter name="antal" typeRef="number"/><formalParameter name="dubbel bemanning" typeRef="boolean"/>'
    f"{literal('antal * (if dubbel bemanning then 30 else 15)')}</encapsulatedLogic></businessKnowledgeModel>"
)
BESOK = [{"namn": "Astrid (påhittad)", "min": 20}, {"namn": "Bo (påhittad)", "min": 45}]
INVOCATION = (
    f"<invocation>{literal('Tillägg i minuter')}"
    f'<binding><parameter name="dubbel bemanning"/>{literal("true")}</binding>'
    f'<binding><parameter name="antal"/>{literal("antal besök")}</binding></invocation>'
)
CONTEXT = (
    f"<context>{entry('besök', literal('antal besök'), 'number')}"
    f"{entry('tid', literal('besök * 20'), 'number')}{entry('', literal('tid + 5'))}</context>"
)
FUNCTION_IN_CONTEXT = (
    "<context>"
    + entry(
        "dubbla",
        f'<functionDefinition><formalParameter name="x" typeRef="number"/>{literal("x * 2")}</functionDefinition>',
    )
    + entry("", literal("dubbla(x: antal besök)"))
    + "</context>"
)
RELATION = (
    '<relation><column name="yrke"/><column name="timmar" typeRef="number"/>'
    f"<row>{literal(chr(34) + 'undersköterska' + chr(34))}{literal('antal besök')}</row>"
    f"<row>{literal(chr(34) + 'sjuksköterska' + chr(34))}{literal('1')}</row></relation>"
)
TABLE = (
    "<decisionTable><input><inputExpression><text>nivå</text></inputExpression></input><output/><rule>"
    '<inputEntry><text>"hög"</text></inputEntry><outputEntry><text>nivå + " behov"</text></outputEntry>'
    "</rule></decisionTable>"
)
LEVEL = literal('if antal besök > 2 then "hög" else "låg"')
TABLE_IN_CONTEXT = f"<context>{entry('nivå', LEVEL)}{entry('', TABLE)}</context>"


def conditional(condition: str) -> str:
    then, otherwise = literal('"tillsyn"'), literal('"ingen tillsyn"')
    return f"<conditional><if>{literal(condition)}</if><then>{then}</then><else>{otherwise}</else></conditional>"


def over(kind: str, source: str, part: str, text: str) -> str:
    return f'<{kind} iteratorVariable="b"><in>{literal(source)}</in><{part}>{literal(text)}</{part}></{kind}>'


def filtered(condition: str) -> str:
    return f"<filter><in>{literal('besök')}</in><match>{literal(condition)}</match></filter>"


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param(literal("antal besök * 2"), 6, id="a literal expression"),
        pytest.param(CONTEXT, 65, id="a context's result sees the entries before it"),
        pytest.param(f"<context>{entry('a', literal('1'))}{entry('b', literal('a + 1'))}</context>", {"a": 1, "b": 2},
                     id="a context without a result is its entries"),
        pytest.param(INVOCATION, 90, id="an invocation gives its arguments by name"),
        pytest.param(literal("Tillägg i minuter(antal besök, false)"), 45, id="a knowledge model called as a function"),
        pytest.param(literal("count([1,2,3])"), 3, id="a built-in beside a knowledge model"),
        pytest.param(FUNCTION_IN_CONTEXT, 6, id="a function defined in a context"),
        pytest.param(f"<list>{literal('1')}{literal('antal besök')}</list>", [1, 3], id="a list"),
        pytest.param(RELATION, [{"yrke": "undersköterska", "timmar": 3}, {"yrke": "sjuksköterska", "timmar": 1}],
                     id="a relation"),
        pytest.param(TABLE_IN_CONTEXT, "hög behov", id="a table inside a context"),
        pytest.param(conditional("antal besök > 2"), "tillsyn", id="a conditional that holds"),
        pytest.param(conditional("null"), "ingen tillsyn", id="a conditional without a value"),
        pytest.param(conditional('"ja"'), None, id="a conditional on a text"),
        pytest.param(filtered("item.min > 30"), [BESOK[1]], id="a filter by item"),
        pytest.param(filtered("min < 30"), [BESOK[0]], id="a filter by the element's own keys"),
        pytest.param(over("for", "besök", "return", "b.min + 1"), [21, 46], id="a loop"),
        pytest.param(over("some", "besök", "satisfies", "b.min > 30"), True, id="some that holds"),
        pytest.param(over("every", "besök", "satisfies", "b.min > 30"), False, id="every that does not hold"),
        pytest.param(over("every", "[]", "satisfies", "b.min > 30"), True, id="every of nothing"),
        pytest.param(over("some", "besök", "satisfies", "if b.min > 30 then true else 1"), None,
                     id="some that is not always a boolean"),
    ],
)  # fmt: skip
def test_a_boxed_form_answers(form: str, expected: object) -> None:
    data = model(decision(form, needs=NEEDS_TILLAGG), TILLAGG)
    assert [finding for finding in dmn.check(data, "t.dmn") if finding.severity == "error"] == []
    result = dmn.evaluate(dmn.load(data), "beslut", {"antal besök": 3, "besök": BESOK}, now=NOW)
    assert feel.to_plain(result.value) == expected


@pytest.mark.parametrize(
    ("form", "element", "message"),
    [
        (literal("1 +"), "beslut", "I cellen står: 1 +"),
        ("<list><context><contextEntry/></context></list>", "beslut", "Uttryck saknas i contextEntry."),
        ("<conditional/>", "beslut", "Delen if saknas."),
        (literal("okänd(1)"), "beslut", "Funktionen ”okänd” finns inte."),
        ("<functionDefinition kind='Java'/>", "beslut", "Funktionen är skriven i Java och körs aldrig"),
        (literal("1", "tPerson"), "beslut", "Typen tPerson finns inte"),
        (f"<context>{entry('a', literal('1'))}{entry('a', literal('2'))}</context>", "beslut", "två poster"),
        (f'<relation><column name="a"/><row>{literal("1")}{literal("2")}</row></relation>', "beslut", "En rad har 2"),
        ("<list>" * 60 + "</list>" * 60, "beslut", "fler än 40 nivåer"),
    ],
)
def test_a_fault_in_a_boxed_form_is_told(form: str, element: str, message: str) -> None:
    findings = dmn.check(model(decision(form)), "t.dmn")
    assert {finding.element for finding in findings} == {element}
    assert any(message in finding.message for finding in findings)


def test_a_function_in_another_language_is_never_run_and_null_with_a_note() -> None:
    java = (
        f"<context>{entry('class', literal(chr(34) + 'java.lang.System' + chr(34)))}"
        f"{entry('method signature', literal(chr(34) + 'exit(int)' + chr(34)))}</context>"
    )
    function = f'<functionDefinition kind="Java"><formalParameter name="x"/>{java}</functionDefinition>'
    form = f"<context>{entry('f', function)}{entry('', literal('f(1)'))}</context>"
    result = decide(model(decision(form)))
    assert result.value is None
    assert result.diagnostics[0].message == "Funktionen är skriven i Java och körs aldrig."


# ---- types

TYPES = """
<itemDefinition name="tNiva"><typeRef>string</typeRef>
  <allowedValues><text>"låg", "mellan", "hög"</text></allowedValues></itemDefinition>
<itemDefinition name="tPerson">
  <itemComponent name="namn"><typeRef>string</typeRef></itemComponent>
  <itemComponent name="född"><typeRef>date</typeRef></itemComponent>
  <itemComponent name="insatser" isCollection="true"><typeRef>tInsats</typeRef></itemComponent></itemDefinition>
<itemDefinition name="tInsats"><itemComponent name="nivå"><typeRef>tNiva</typeRef></itemComponent></itemDefinition>
<itemDefinition name="tPersoner" isCollection="true"><typeRef>tPerson</typeRef></itemDefinition>
<itemDefinition name="tTimmar"><typeRef>number</typeRef>
  <allowedValues><text>[0..40]</text></allowedValues></itemDefinition>
<itemDefinition name="tFåTimmar"><typeRef>tTimmar</typeRef>
  <allowedValues><text>&lt; 10</text></allowedValues></itemDefinition>
<itemDefinition name="tEgen"><typeRef>tEgen</typeRef></itemDefinition>
"""
ASTRID: Mapping[str, object] = {"namn": "Astrid (påhittad)", "född": "1940-02-29", "insatser": [{"nivå": "hög"}]}


def typed_input(type_ref: str, text: str = "uppgift", kind: str = "") -> bytes:
    given = f'<inputData id="in" name="uppgift"><variable name="uppgift" typeRef="{type_ref}"/></inputData>'
    need = '<informationRequirement><requiredInput href="#in"/></informationRequirement>'
    return model(TYPES, given, decision(literal(text), needs=need, type_ref=kind))


@pytest.mark.parametrize(
    ("type_ref", "given", "text", "expected"),
    [
        ("tNiva", "hög", "uppgift", "hög"),
        ("tNiva", "högst", "uppgift", None),
        ("tNiva", 3, "uppgift", None),
        ("tNiva", ["hög"], "uppgift", "hög"),
        ("string", ["a", "b"], "uppgift", None),
        ("number", 3, "uppgift", 3),
        ("integer", 3, "uppgift", 3),
        ("tFåTimmar", 9, "uppgift", 9),
        ("tFåTimmar", 11, "uppgift", None),
        ("tFåTimmar", -1, "uppgift", None),
        ("date", "2026-11-27", "uppgift.year", 2026),
        ("date", "i går", "uppgift", None),
        ("list&lt;date&gt;", ["2026-11-27"], "uppgift[1].day", 27),
        ("tPerson", ASTRID, "uppgift.född.month", 2),
        ("tPerson", {**ASTRID, "extra": 1}, "uppgift.extra", 1),
        ("tPerson", {"namn": "Bo (påhittad)"}, "uppgift", None),
        ("tPerson", {**ASTRID, "insatser": [{"nivå": "ingen"}]}, "uppgift", None),
        ("tPersoner", ASTRID, "count(uppgift)", 1),
        ("tPersoner", [ASTRID], "uppgift[1] instance of tPerson", True),
        ("Any", "högst", "uppgift instance of tNiva", True),  # instance of asks for the kind, not for allowed values
        ("tPerson", None, "uppgift", None),
    ],
)
def test_a_value_is_of_its_declared_type_or_null(type_ref: str, given: object, text: str, expected: object) -> None:
    result = decide(typed_input(type_ref, text), uppgift=given)
    assert result.value == expected
    assert bool(result.diagnostics) == (expected is None and given is not None)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("string", "1 + 1", None),
        ("tNiva", '"hög"', "hög"),
        ("tNiva", '"x"', None),
        ("list", "1", [1]),
        ("number", "[1]", 1),
    ],
)
def test_an_answer_is_of_the_type_of_its_decision_or_null(kind: str, text: str, expected: object) -> None:
    assert decide(typed_input("Any", text, kind), uppgift=1).value == expected


def test_an_argument_of_the_wrong_type_means_that_the_function_is_never_called() -> None:
    result = decide(model(decision(literal('Tillägg i minuter("tre", true)'), needs=NEEDS_TILLAGG), TILLAGG))
    assert result.value is None
    assert result.diagnostics[0].message == "Värdet är text men ska vara tal."


def test_a_type_built_on_itself_is_told() -> None:
    codes = {finding.code for finding in dmn.check(typed_input("tEgen"), "t.dmn")}
    assert "circular-type" in codes


def test_a_knowledge_model_may_call_itself_and_is_stopped_when_it_never_ends() -> None:
    body = literal("if n <= 0 then 0 else n + Summa(n - 1)")
    recursive = (
        '<businessKnowledgeModel id="summa" name="Summa"><encapsulatedLogic><formalParameter name="n"/>'
        f"{body}</encapsulatedLogic></businessKnowledgeModel>"
    )
    needs = '<knowledgeRequirement><requiredKnowledge href="#summa"/></knowledgeRequirement>'
    assert decide(model(decision(literal("Summa(4)"), needs=needs), recursive)).value == Decimal(10)
    with pytest.raises(dmn.DmnError, match="för många"):
        decide(model(decision(literal("Summa(100000)"), needs=needs), recursive))
