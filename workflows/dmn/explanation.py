"""How an answer came about, as plain JSON small enough to be kept: which rows hit and why, and what was looked at."""

from collections.abc import Mapping
from decimal import Decimal

from workflows.dmn.evaluation import Result
from workflows.dmn.model import DecisionTable, Rule
from workflows.dmn.parts import TableTrace
from workflows.feel.plain import plain_scalar

MAX_ROWS = 40  # rows told of in one table; hits come before those that did not fit
MAX_TABLES = 10
MAX_REQUIRED = 20
MAX_TEXT = 200
Plain = dict[str, object]


def explained(result: Result) -> Plain:
    """The explanation of an answer; `required` holds those of every decision it is built on, by decision id.

    Of a column's value nothing is said unless a row asked for it; large values are told by their size.
    """
    required: dict[str, Plain] = {}
    _collect(result, required)
    return {**_one(result), "required": required}


def _collect(result: Result, found: dict[str, Plain]) -> None:
    for decision_id, needed in result.required.items():
        if decision_id not in found and len(found) < MAX_REQUIRED:
            found[decision_id] = _one(needed)
            _collect(needed, found)


def _one(result: Result) -> Plain:
    made: Plain = {"answer": shown(result.value), "tables": [_table(trace) for trace in result.tables[:MAX_TABLES]]}
    if result.reads:
        made["reads"] = {name: shown(value) for name, value in result.reads.items()}
    if result.diagnostics:
        made["notes"] = [{"element": note.element, "message": note.message} for note in result.diagnostics[:MAX_ROWS]]
    return made


def _table(trace: TableTrace) -> Plain:
    table = trace.table
    asked = asked_columns(trace)
    columns: list[Plain] = []
    for index, column in enumerate(table.inputs):
        told: Plain = {"label": column.label, "text": _cut(column.expression.text)}
        columns.append({**told, "value": shown(trace.values[index])} if index in asked else told)
    return {"table": table.element, "policy": table.hit_policy, "columns": columns, "rows": _rows(trace)}


def asked_columns(trace: TableTrace) -> frozenset[int]:
    """The columns that some row tried put to the test."""
    found: set[int] = set()
    for rule, stop in zip(trace.table.rules, trace.stops, strict=False):
        last = len(rule.tests) if stop < 0 else stop + 1
        found |= {index for index, test in enumerate(rule.tests[:last]) if test.node is not None}
    return frozenset(found)


def _rows(trace: TableTrace) -> list[Plain]:
    misses = [number for number, stop in enumerate(trace.stops, 1) if stop >= 0]
    told = [*trace.hits, *misses][:MAX_ROWS]
    return [_row(trace.table, number, trace.stops[number - 1]) for number in sorted(told)]


def _row(table: DecisionTable, number: int, stop: int) -> Plain:
    """A hit with all its cells, or a miss with the cell that did not fit."""
    rule = table.rules[number - 1]
    told: Plain = {"row": number, "rule": rule.element, "hit": stop < 0, "cells": _cells(rule, stop)}
    if stop < 0:
        told["answers"] = [_cut(cell.text) for cell in rule.outputs]
        if rule.annotations:
            told["why"] = [_cut(note) for note in rule.annotations]
    return told


def _cells(rule: Rule, stop: int) -> list[Plain]:
    cells = enumerate(rule.tests) if stop < 0 else [(stop, rule.tests[stop])]
    return [
        {"column": index, "text": _cut(cell.text), "fits": stop < 0} for index, cell in cells if cell.node is not None
    ]


def shown(value: object) -> object:
    """A value as plain JSON, a large one by its size."""
    if isinstance(value, str):
        return _cut(value)
    if isinstance(value, list):
        small = len(value) <= MAX_TABLES and not any(isinstance(item, list | Mapping) for item in value)
        return [shown(item) for item in value] if small else f"lista med {len(value)} värden"
    if isinstance(value, Mapping):
        small = len(value) <= MAX_TABLES and not any(isinstance(item, list | Mapping) for item in value.values())
        return {key: shown(item) for key, item in value.items()} if small else f"kontext med {len(value)} uppgifter"
    return plain_scalar(value) if not isinstance(value, Decimal) or value.adjusted() < MAX_TEXT else "stort tal"


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
