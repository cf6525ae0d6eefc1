"""Decision models that attack: rings, growth, thousands of rows and names."""

from __future__ import annotations

from collections.abc import Callable

from tests.attack import entrances
from tests.attack.entrances import boxed, decided, literal, table

Attack = Callable[[], list[str]]


def chain(count: int, *, back: bool = False) -> str:
    """Decisions that each require the one before, in a ring when `back`."""

    def needs(number: int) -> str:
        before = (number or count) - 1 if number or back else None
        if before is None:
            return ""
        return f'<informationRequirement><requiredDecision href="#b{before}"/></informationRequirement>'

    return "".join(
        f'<decision id="b{n}" name="b{n}"><variable name="b{n}"/>{needs(n)}{literal("1")}</decision>'
        for n in range(count)
    )


def all_before(count: int) -> str:
    """Decisions that each require all before them."""
    return "".join(
        f'<decision id="b{n}" name="b{n}"><variable name="b{n}"/>'
        + "".join(
            f'<informationRequirement><requiredDecision href="#b{m}"/></informationRequirement>' for m in range(n)
        )
        + literal("1")
        + "</decision>"
        for n in range(count)
    )


def doubling(count: int) -> str:
    """Each decision holds the one before twice."""
    return (
        '<decision id="b0" name="b0"><variable name="b0"/>' + literal("[1, 2]") + "</decision>"
        + "".join(
            f'<decision id="b{n}" name="b{n}"><variable name="b{n}"/><informationRequirement><requiredDecision '
            f'href="#b{n - 1}"/></informationRequirement>{literal(f"[b{n - 1}, b{n - 1}]")}</decision>'
            for n in range(1, count)
        )
    )  # fmt: skip


def rules(count: int, test: str, answer: str, policy: str = "COLLECT", columns: int = 1) -> str:
    """A table of many rows."""
    given = "".join(
        f'<input id="i{n}"><inputExpression><text>tal</text></inputExpression></input>' for n in range(columns)
    )
    cells = f"<inputEntry><text>{test}</text></inputEntry>" * columns
    row = f"<rule>{cells}<outputEntry><text>{answer}</text></outputEntry></rule>"
    return (
        f'<decision id="beslut" name="beslut"><decisionTable id="t" hitPolicy="{policy}">{given}'
        f'<output id="o"><outputValues><text>1, 2</text></outputValues></output>{row * count}</decisionTable></decision>'
    )


def models(count: int, body: str) -> str:
    """Business knowledge models k0 … that call each other in a ring."""
    return "".join(
        f'<businessKnowledgeModel id="k{n}" name="k{n}"><variable name="k{n}"/><encapsulatedLogic>'
        f'<formalParameter name="n"/>{literal(body.format((n + 1) % count))}</encapsulatedLogic>'
        f'<knowledgeRequirement><requiredKnowledge href="#k{(n + 1) % count}"/></knowledgeRequirement>'
        "</businessKnowledgeModel>"
        for n in range(count)
    )


def boxes(levels: int) -> str:
    """Boxed lists inside one another."""
    return "<list>" * levels + literal("1") + "</list>" * levels


CALLS = '<knowledgeRequirement><requiredKnowledge href="#k0"/></knowledgeRequirement>'
ITEM = '<itemDefinition name="{0}"><itemComponent name="x"><typeRef>{1}</typeRef></itemComponent></itemDefinition>'
DECISIONS: dict[str, Attack] = {
    "a ring of decisions": lambda: decided(chain(3, back=True), "b0"),
    "a decision of itself": lambda: decided(chain(1, back=True), "b0"),
    "a large ring": lambda: decided(chain(3_000, back=True), "b0"),
    "a long chain": lambda: decided(chain(3_000), "b2999"),
    "all need all": lambda: decided(all_before(120), "b119"),
    "doubling decisions": lambda: decided(doubling(49), "b48"),
    "no decision": lambda: decided("", "beslut"),
    "an unknown decision": lambda: decided(table(), "__class__"),
    "a decision elsewhere": lambda: decided(
        boxed(literal("1"), needs='<informationRequirement><requiredDecision href="file:///etc/passwd#x"/></informationRequirement>')
    ),
    "an import": lambda: decided(
        '<import namespace="x" locationURI="file:///etc/passwd" importType="http://www.omg.org/spec/DMN/20151101/dmn.xsd"'
        ' name="i"/>' + table()
    ),
    "an import of itself": lambda: decided('<import namespace="x" name="d" importType="x"/>' + table()),
    "a type of itself": lambda: decided(ITEM.format("t", "t") + entrances.item_type("1")),
    "a ring of types": lambda: decided(
        "".join(ITEM.format(f"t{n}", f"t{(n + 1) % 300}") for n in range(300))
        + '<inputData id="i" name="a"><variable name="a" typeRef="t0"/></inputData>'
        + boxed(literal("a"), needs='<informationRequirement><requiredInput href="#i"/></informationRequirement>')
    ),
    "a wide tree of types": lambda: decided(
        "".join(
            f'<itemDefinition name="t{n}"><itemComponent name="x"><typeRef>t{n + 1}</typeRef></itemComponent>'
            f'<itemComponent name="y"><typeRef>t{n + 1}</typeRef></itemComponent></itemDefinition>' for n in range(40)
        )
        + '<itemDefinition name="t40"><typeRef>number</typeRef></itemDefinition>'
        '<inputData id="i" name="a"><variable name="a" typeRef="t0"/></inputData>'
        + boxed(literal("a"), needs='<informationRequirement><requiredInput href="#i"/></informationRequirement>')
    ),
    "a knowledge model of itself": lambda: decided(models(1, "k{0}(n + 1)") + boxed(literal("k0(1)"), needs=CALLS)),
    "two knowledge models": lambda: decided(models(2, "k{0}(n + 1) + k{0}(n + 1)") + boxed(literal("k0(1)"), needs=CALLS)),
    "many knowledge models": lambda: decided(models(500, "k{0}(n)") + boxed(literal("k0(1)"), needs=CALLS)),
    "deep boxes": lambda: decided(boxed(boxes(120))),
    "boxes too deep": lambda: decided(boxed(boxes(400))),
    "many rows": lambda: decided(rules(5_000, "&lt; 3", "1")),
    "many rows that fit": lambda: decided(rules(4_000, "-", "[1, 2, 3]")),
    "many rows in order": lambda: decided(rules(3_000, "-", "2", "OUTPUT ORDER")),
    "many rows that must agree": lambda: decided(rules(3_000, "-", "[1, [2], {a: 3}]", "ANY")),
    "many rows of which one may fit": lambda: decided(rules(4_000, "-", "1", "UNIQUE")),
    "many columns": lambda: decided(rules(50, "-", "1", "UNIQUE", 100)),
    "rows of bombs": lambda: decided(rules(400, "some a in 1..3000 satisfies a &lt; 0", "1")),
    "answers of bombs": lambda: decided(rules(400, "-", "count(for a in 1..3000 return a)")),
    "large answers": lambda: decided(rules(400, "-", 'string join(for a in 1..1500 return "' + "x" * 60 + '")')),
    "many rows that overlap a little": lambda: decided(rules(1_500, "[1..9], [5..20], not(7)", "1", "UNIQUE", 3)),
    "long cells": lambda: decided(rules(200, ", ".join(map(str, range(3_000))), "1")),
    "an unknown policy": lambda: decided(rules(1, "-", "1", "__class__")),
    "names": lambda: decided(
        "".join(f'<inputData id="i{n}" name="namn-med {n} tecken+{n}"><variable name="x"/></inputData>' for n in range(3_000))
        + rules(500, "1", "1")
    ),
    "a long name": lambda: decided(f'<inputData id="i" name="{"a-" * 400_000}"/>' + rules(50, "1", "1")),
    "hostile names": lambda: decided(
        "".join(f'<inputData id="i{n}" name="{name}"/>' for n, name in enumerate(["__class__", "count", "?", "-", "1", "if", " "]))
        + table()
    ),
    "another language": lambda: decided(
        boxed('<literalExpression expressionLanguage="http://www.python.org"><text>1</text></literalExpression>')
    ),
    "markup in a text": lambda: decided(boxed("<literalExpression><text>1<b>+</b>1</text></literalExpression>")),
    "decisions of bombs": lambda: decided(
        "".join(f'<decision id="b{n}" name="b{n}"><variable name="b{n}"/>{literal("count(for i in 1..30000 return i)")}</decision>' for n in range(40))
        + boxed(literal("1"), needs="".join(f'<informationRequirement><requiredDecision href="#b{n}"/></informationRequirement>' for n in range(40)))
    ),
}  # fmt: skip
