"""A decision file is checked whole: every fault at once, with its element, and never a traceback."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_dmn_tables import LITERAL, model, table
from workflows import dmn

GOOD = model(
    table(
        ["x"],
        [
            (
                [
                    '"a","b"',
                ],
                ["1"],
            ),
            (['not("a","b")'], ["2"]),
        ],
    )
)


def codes(data: bytes) -> list[tuple[str, str]]:
    return [(finding.element, finding.code) for finding in dmn.check(data, "t.dmn")]


def test_a_good_file_has_no_findings() -> None:
    assert codes(GOOD) == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", ("", "empty")),
        (b"skr\xc3\xa4p", ("", "not-xml")),
        (b"\xff\xfe", ("", "encoding")),
        (b"<a/>", ("", "not-dmn")),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", ("", "doctype")),
        (model(), ("", "no-decision")),
        (model('<decision name="x"/>'), ("x", "missing-id")),
        (model('<decision id="b" name="b"/>'), ("b", "no-logic")),
        (model('<decision id="b" name="b"><list><context><contextEntry/></context></list></decision>'), ("b", "empty")),
        (model(table(["x"], [(["[1..", ], ["1"])])), ("beslut_r1_i0", "feel")),
        (model(table(["x"], [(["1"], ["foo(2)"])])), ("beslut_r1_o0", "unknown-function")),
        (model(table(["x +"], [(["1"], ["2"])])), ("beslut_i0", "feel")),
        (model(table([""], [(["1"], ["2"])])), ("beslut_i0", "empty")),
        (model(table(["x"], [(["1", "2"], ["2"])])), ("beslut_r1", "cell-count")),
        (model(table(["x"], [(["1"], [])])), ("beslut_r1", "cell-count")),
        (model(table(["x"], [], policy='hitPolicy="XYZ"')), ("beslut_t", "hit-policy")),
        (model(table(["x"], [], policy='hitPolicy="FIRST" aggregation="SUM"')), ("beslut_t", "aggregation")),
        (model(table(["x"], [], policy='hitPolicy="PRIORITY"')), ("beslut_t", "priority")),
        (model(table(["x"], [])), ("beslut_t", "no-rules")),
        (model(table(["x"], [], outputs=())), ("beslut_t", "no-output")),
        (model(table(["x"], [], outputs=("a", ""))), ("beslut_t", "output-name")),
        (model(table(["x"], [], outputs=("a", "a"))), ("beslut_t", "output-name")),
        (model(LITERAL), ("frist", "missing-decision")),
        (model(LITERAL.replace("#tillagg", "#frist")), ("frist", "circular")),
        (model(LITERAL.replace("#tillagg", "annan.dmn#x")), ("frist", "missing-decision")),
        (GOOD.replace(b"<inputExpression>", b'<inputExpression expressionLanguage="js">'), ("beslut_i0", "language")),
        (GOOD.replace(b'id="beslut_r2"', b'id="beslut_r1"'), ("beslut_r1", "duplicate-id")),
    ],
)  # fmt: skip
def test_a_fault_is_found_on_its_element(data: bytes, expected: tuple[str, str]) -> None:
    assert expected in codes(data)


def test_all_faults_are_told_at_once_in_swedish() -> None:
    findings = dmn.check(model(table(["x"], [(["<"], ["1 +"]), (["2", "3"], ["4"])])), "t.dmn")
    assert {finding.element for finding in findings} == {"beslut_r1_i0", "beslut_r1_o0", "beslut_r2"}
    assert all(finding.file == "t.dmn" and finding.severity == "error" for finding in findings)
    assert findings[0].message == "Rad 2 har 2+1 celler, men tabellen har 1+1 kolumner."


def test_a_faulty_file_is_not_loaded() -> None:
    with pytest.raises(dmn.DmnError, match="celler"):
        dmn.load(model(table(["x"], [(["1", "2"], ["2"])])))


@given(st.integers(0, len(GOOD)), st.integers(0, 40), st.binary(max_size=12))
def test_a_damaged_file_gives_findings_and_never_a_traceback(start: int, length: int, noise: bytes) -> None:
    damaged = GOOD[:start] + noise + GOOD[start + length :]
    dmn.check(damaged, "t.dmn")
    with contextlib.suppress(dmn.DmnError):
        dmn.load(damaged)
