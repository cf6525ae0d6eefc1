"""Runs the DMN Technology Compatibility Kit on our decision models: `make tck TCK=<checkout>`, `ONLY=0068` for one.

The kit (github.com/dmn-tck/tck) is read where it lies and never copied. A case passes when every result it names is as
expected; cases that expect nothing but null are counted apart, since an engine that answers nothing passes them too.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from lxml import etree

from workflows import dmn, feel, safe_xml

LEVELS = ("compliance-level-2", "compliance-level-3")
RESULTS = Path(__file__).with_name("tck.json")
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NUMBER_TOLERANCE = Decimal("1e-8")  # what the runners of other engines allow: expected values are rounded
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_READERS = {
    "date": "date(text)",
    "time": "time(text)",
    "dateTime": "date and time(text)",
    "duration": "duration(text)",
}


@dataclass(frozen=True)
class Expectation:
    """One result a case demands; `kind` says what is asked for: a decision, a decision service or a function."""

    name: str
    value: object


@dataclass(frozen=True)
class Case:
    id: str
    kind: str
    invocable: str
    inputs: dict[str, object]
    expected: tuple[Expectation, ...]

    @property
    def expects_null(self) -> bool:
        return all(expectation.value is None for expectation in self.expected)


@dataclass(frozen=True)
class Outcome:
    """How a case went; `reason` is empty when it passed."""

    folder: str
    case: Case
    reason: str


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkout", type=Path, help="a checkout of the kit, holding TestCases/")
    parser.add_argument("--only", default="", help="folders whose name begins so; says each failure, writes nothing")
    asked = parser.parse_args()
    root = asked.checkout / "TestCases"
    if not root.is_dir():
        print(f"{root} finns inte.", file=sys.stderr)
        return 2
    outcomes = {level: list(_level(root / level, asked.only)) for level in LEVELS}
    for level, found in outcomes.items():
        print(f"{level}: " + ", ".join(f"{count} {name}" for name, count in figures(found).items()))
    if asked.only:
        _tell(outcomes)
    else:
        RESULTS.write_text(json.dumps(_report(outcomes), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def figures(outcomes: list[Outcome]) -> dict[str, int]:
    passed = [outcome for outcome in outcomes if not outcome.reason]
    saying = [outcome for outcome in outcomes if not outcome.case.expects_null]
    return {
        "passed": len(passed),
        "failed": len(outcomes) - len(passed),
        "passed without null-expecting": sum(not outcome.reason for outcome in saying),
        "failed without null-expecting": sum(bool(outcome.reason) for outcome in saying),
    }


def _report(outcomes: dict[str, list[Outcome]]) -> dict[str, object]:
    return {
        level: {
            **figures(found),
            "failures": {f"{one.folder}/{one.case.id}": one.reason for one in found if one.reason},
        }
        for level, found in outcomes.items()
    }


def _tell(outcomes: dict[str, list[Outcome]]) -> None:
    for found in outcomes.values():
        for outcome in found:
            if outcome.reason:
                print(f"{outcome.folder}/{outcome.case.id}: {outcome.reason}")


# ---- running


def _level(level: Path, only: str) -> Iterator[Outcome]:
    for suite in sorted(level.glob("*/*-test-*.xml")):
        if suite.parent.name.startswith(only):
            yield from _suite(suite)


def _suite(suite: Path) -> Iterator[Outcome]:
    root = safe_xml.parse(suite.read_bytes())
    model, reason = _model(suite.parent, root.findtext("{*}modelName") or "")
    for element in root.iterchildren("{*}testCase"):
        case = _case(element)
        yield Outcome(suite.parent.name, case, reason if model is None else _tried(model, case))


def _model(folder: Path, name: str) -> tuple[dmn.Model | None, str]:
    others = [path.read_bytes() for path in sorted(folder.glob("*.dmn")) if path.name != name]
    try:
        return dmn.load((folder / name).read_bytes(), others), ""
    except dmn.DmnError as error:
        return None, f"modellen går inte att läsa: {error}"


def _tried(model: dmn.Model, case: Case) -> str:
    """Why the case fails, or nothing when it passes."""
    for expectation in case.expected:
        try:
            found, notes = _asked(model, case, expectation)
        except Exception as error:  # noqa: BLE001  an exception is a failure to be told, whatever it is
            return f"{expectation.name}: {type(error).__name__}: {error}"
        if not same(expectation.value, found):
            told = f"; {notes[0]}" if notes else ""
            return f"{expectation.name}: väntade {_shown(expectation.value)}, fick {_shown(found)}{told}"
    return ""


def _asked(model: dmn.Model, case: Case, expectation: Expectation) -> tuple[object, list[str]]:
    wanted = case.invocable or expectation.name
    found = next((one.id for one in model.decisions.values() if one.name == wanted), wanted)
    found = next((one.id for one in model.services.values() if one.name == wanted), found)
    try:
        result = dmn.evaluate(model, found, case.inputs, now=NOW)
    except dmn.DmnError as error:  # a table that breaks its own policy: the kit says null, we stop the case
        return None, [str(error)]
    value = result.value
    if case.invocable and isinstance(value, dict) and expectation.name in value:
        value = value[expectation.name]
    return value, [note.message for note in result.diagnostics]


# ---- what the kit says


def _case(element: etree._Element) -> Case:
    return Case(
        element.get("id") or "",
        element.get("type") or "decision",
        element.get("invocableName") or "",
        {node.get("name") or "": _value(node) for node in element.iterchildren("{*}inputNode")},
        tuple(_expectation(node) for node in element.iterchildren("{*}resultNode")),
    )


def _expectation(node: etree._Element) -> Expectation:
    expected = node.find("{*}expected")
    is_error = node.get("errorResult") == "true" or expected is None
    return Expectation(node.get("name") or "", None if expected is None or is_error else _value(expected))


def _value(holder: etree._Element) -> object:
    """The value inside an element: a scalar, a list of items, or a context of components."""
    components = list(holder.iterchildren("{*}component"))
    if components:
        return {part.get("name") or "": _value(part) for part in components}
    listed = holder.find("{*}list")
    if listed is not None:
        return [_value(item) for item in listed.iterchildren("{*}item")]
    scalar = holder.find("{*}value")
    if scalar is None or scalar.get(_NIL) == "true":
        return None
    return _scalar((scalar.get(_TYPE) or "string").rpartition(":")[2], scalar.text or "")


def _scalar(kind: str, text: str) -> object:
    if kind in ("decimal", "double", "integer", "int", "float", "long"):
        return Decimal(text.strip())
    if kind == "boolean":
        return text.strip() == "true"
    if kind in _READERS:
        return feel.evaluate(_READERS[kind], {"text": text.strip()}, now=NOW)
    return text


def same(expected: object, found: object) -> bool:
    """Is what was found what was expected: of the same kind, numbers equal but for their last digits."""
    if isinstance(expected, Decimal) and isinstance(found, Decimal):
        return abs(expected - found) <= NUMBER_TOLERANCE
    if isinstance(expected, list) and isinstance(found, list):
        return len(expected) == len(found) and all(map(same, expected, found))
    if isinstance(expected, dict) and isinstance(found, dict):
        return expected.keys() == found.keys() and all(same(part, found[key]) for key, part in expected.items())
    return type(expected) is type(found) and expected == found


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_shown(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else "null" if value is None else str(value)


if __name__ == "__main__":
    raise SystemExit(main())
