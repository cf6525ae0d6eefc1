"""Every place where an expression can be written outside diagrams, as functions from its text to all that is said.

What a place may answer with is caught here; anything else that is raised is a fault.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from workflows import dmn, feel
from workflows.forms import answers, definition

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
VARIABLES: dict[str, Any] = {
    "a": {"b": 1, "lista": [1, "två", None, {"c": [True]}]},
    "person": {"namn": "Kim Exempel (påhittad)"},
    "tal": 4,
    "text": "abc",
    "dag": "2026-11-23",
}
Entrance = Callable[[str], list[str]]


def plain(value: object) -> str:
    """A value as it is stored, which must be strict JSON."""
    return json.dumps(feel.to_plain(value), ensure_ascii=False, allow_nan=False)


def expression(text: str, variables: Mapping[str, Any] = VARIABLES) -> list[str]:
    notes: list[feel.Diagnostic] = []
    try:
        said = [plain(feel.evaluate(text, variables, now=NOW, diagnostics=notes))]
    except feel.FeelError as error:
        said = [str(error), error.message_sv]
    return said + [note.message_sv for note in notes]


def names_and_functions(text: str) -> list[str]:
    """What the checks ask of an expression."""
    try:
        tree = feel.parse(text)
    except feel.FeelError as error:
        return [str(error)]
    feel.free_names(tree)
    feel.call_problems(tree)
    return []


def cell(text: str) -> list[str]:
    said: list[str] = []
    try:
        tree = feel.parse_unary(text)
    except feel.FeelError as error:
        return [str(error)]
    for value in ("abc", Decimal(4), True, None, [1, 2], {"b": 1}, date(2026, 11, 23)):
        notes: list[feel.Diagnostic] = []
        try:
            said.append(plain(feel.evaluate(tree, {**VARIABLES, "?": value}, now=NOW, diagnostics=notes)))
        except feel.FeelError as error:
            said.append(str(error))
            break
        said += [note.message_sv for note in notes]
    return said


# ---- decision models

DMN = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x">'


def decided(body: str, decision: str = "beslut") -> list[str]:
    """What the checks and the evaluation say of a model with this content."""
    return decided_bytes(f"{DMN}{body}</definitions>".encode("utf-8", "replace"), decision)


def decided_bytes(data: bytes, decision: str = "beslut") -> list[str]:
    said = [finding.message for finding in dmn.check(data, "x.dmn")]
    try:
        result = dmn.evaluate(dmn.load(data), decision, VARIABLES, now=NOW)
    except dmn.DmnError as error:
        return [*said, str(error), error.message_sv]
    try:
        said.append(plain(result.value))
    except feel.FeelError as error:
        said.append(str(error))
    return said + [note.message for note in result.diagnostics]


def table(*, given: str = "tal", test: str = "-", answer: str = "1", allowed: str = "", default: str = "") -> str:
    values = f"<inputValues><text>{escape(allowed)}</text></inputValues>" if allowed else ""
    otherwise = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    return (
        f'<decision id="beslut" name="beslut"><decisionTable id="t"><input id="i"><inputExpression><text>{escape(given)}'
        f'</text></inputExpression>{values}</input><output id="o" name="svar">{otherwise}</output>'
        f"<rule><inputEntry><text>{escape(test)}</text></inputEntry><outputEntry><text>{escape(answer)}</text>"
        "</outputEntry></rule></decisionTable></decision>"
    )


def boxed(logic: str, *, before: str = "", needs: str = "") -> str:
    return f'{before}<decision id="beslut" name="beslut"><variable name="beslut"/>{needs}{logic}</decision>'


def literal(text: str) -> str:
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def knowledge(text: str) -> str:
    """A decision that calls a business knowledge model with this body."""
    return boxed(
        literal("kunskap(1)"),
        before='<businessKnowledgeModel id="k" name="kunskap"><variable name="kunskap"/><encapsulatedLogic>'
        f'<formalParameter name="n"/>{literal(text)}</encapsulatedLogic></businessKnowledgeModel>',
        needs='<knowledgeRequirement><requiredKnowledge href="#k"/></knowledgeRequirement>',
    )


def item_type(text: str) -> str:
    """Input data whose allowed values are this."""
    return (
        f'<itemDefinition name="typ"><typeRef>number</typeRef><allowedValues><text>{escape(text)}</text></allowedValues>'
        '</itemDefinition><inputData id="i" name="tal"><variable name="tal" typeRef="typ"/></inputData>'
    ) + boxed(literal("tal"), needs='<informationRequirement><requiredInput href="#i"/></informationRequirement>')


MODELS: dict[str, Callable[[str], str]] = {
    "dmn literal expression": lambda text: boxed(literal(text)),
    "dmn input column": lambda text: table(given=text),
    "dmn cell": lambda text: table(test=text),
    "dmn answer": lambda text: table(answer=text),
    "dmn allowed values": lambda text: table(allowed=text),
    "dmn default answer": lambda text: table(test="> 99", default=text),
    "dmn context": lambda text: boxed(
        f'<context><contextEntry><variable name="x"/>{literal(text)}</contextEntry>'
        f"<contextEntry>{literal('x')}</contextEntry></context>"
    ),
    "dmn list": lambda text: boxed(f"<list>{literal(text)}{literal('1')}</list>"),
    "dmn relation": lambda text: boxed(f'<relation><column name="k"/><row>{literal(text)}</row></relation>'),
    "dmn invocation": lambda text: boxed(
        f'<invocation>{literal("count")}<binding><parameter name="list"/>{literal(text)}</binding></invocation>'
    ),
    "dmn called function": lambda text: boxed(
        f'<invocation>{literal(text)}<binding><parameter name="n"/>{literal("1")}</binding></invocation>'
    ),
    "dmn conditional": lambda text: boxed(
        f"<conditional><if>{literal(text)}</if><then>{literal('1')}</then><else>{literal('2')}</else></conditional>"
    ),
    "dmn filter": lambda text: boxed(f"<filter><in>{literal('[1, 2]')}</in><match>{literal(text)}</match></filter>"),
    "dmn for": lambda text: boxed(
        f'<for iteratorVariable="x"><in>{literal("1..50")}</in><return>{literal(text)}</return></for>'
    ),
    "dmn every": lambda text: boxed(
        f'<every iteratorVariable="x"><in>{literal(text)}</in><satisfies>{literal("true")}</satisfies></every>'
    ),
    "dmn knowledge model": knowledge,
    "dmn type": item_type,
}

# ---- forms


def form(text: str, place: str) -> list[str]:
    """A form with the expression in one place: checked, drawn empty and answered."""
    field: dict[str, Any] = {"key": "svar", "type": "int", "label": "Svar"}
    rules = []
    if place == "check":
        rules = [{"check": text, "message": "Det stämmer inte."}]
    else:
        field[place] = text
    row = {"key": "rader", "type": "list", "label": "Rader", "item": [{**field, "key": "i_rad"}]}
    content = {"title": "Formulär", "fields": [field, row], "rules": rules}
    return answered(content, {"svar": 3, "rader": [{"i_rad": 1}] * 50})


def answered(content: object, given: object) -> list[str]:
    """What the checks and the answers say of a form."""
    data = json.dumps(content).encode()
    said = [finding.message for finding in definition.check(data, "x.json", shared=_no_form)]
    try:
        read = definition.load(data, shared=_no_form)
    except definition.FormError as error:
        return [*said, str(error)]
    begun = answers.initial(read, VARIABLES, now=NOW)
    cleaned = answers.clean(read, given, VARIABLES, now=NOW)
    said += [json.dumps(value, ensure_ascii=False, allow_nan=False) for value in (begun, cleaned.answers)]
    return said + [error.message for error in cleaned.errors]


def _no_form(key: str) -> bytes:
    raise KeyError(key)


FORM_PLACES = ("show_if", "check", "computed", "default", "min", "max")


def _decision(model: Callable[[str], str]) -> Entrance:
    return lambda text: decided(model(text))


def _field(place: str) -> Entrance:
    return lambda text: form(text, place)


LANGUAGE: dict[str, Entrance] = {
    "expression": expression,
    "names and functions": names_and_functions,
    "cell": cell,
    **{name: _decision(model) for name, model in MODELS.items()},
    **{f"form {place}": _field(place) for place in FORM_PLACES},
}


def attribute(text: str) -> str:
    """The text as an XML attribute, quoted."""
    return quoteattr(text)
