"""Evaluates a decision after those it requires, and keeps how the answer came about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from workflows.dmn.errors import DmnError
from workflows.dmn.model import Decision, LiteralExpression, Model
from workflows.dmn.tables import CellDiagnostic, Evaluation, TableResult, evaluate_table
from workflows.feel import Run

_MAX_CHAIN = 50


@dataclass(frozen=True, slots=True)
class Result:
    """The answer of a decision and its explanation."""

    value: object
    hits: tuple[int, ...]  # row numbers from 1; () for an expression or when no row fits
    inputs: Mapping[str, object]  # what each input column of the table saw
    diagnostics: tuple[CellDiagnostic, ...]
    required: Mapping[str, "Result"]  # by decision id: the decisions this one is built on


def evaluate(model: Model, decision_id: str, variables: Mapping[str, object], *, now: datetime) -> Result:
    """The answer over plain or FEEL variables. Raises DmnError when a table breaks its own policy or a limit stops it.

    A required decision's answer is found under its name and its id.
    """
    return _evaluate(model, decision_id, variables, now, {}, ())


def _evaluate(
    model: Model,
    decision_id: str,
    variables: Mapping[str, object],
    now: datetime,
    done: dict[str, Result],
    chain: tuple[str, ...],
) -> Result:
    if decision_id in done:
        return done[decision_id]
    decision = model.decisions.get(decision_id)
    if decision is None:
        raise DmnError(decision_id, "Beslutet finns inte.")
    if decision_id in chain or len(chain) > _MAX_CHAIN:
        raise DmnError(decision_id, "Beslutet bygger på sig självt eller på för många led.")
    required = {
        needed: _evaluate(model, needed, variables, now, done, (*chain, decision_id)) for needed in decision.requires
    }
    known = dict(variables)
    for needed, result in required.items():
        known[model.decisions[needed].name] = known[needed] = result.value
    done[decision_id] = _decide(model, decision, known, now, required)
    return done[decision_id]


def _decide(
    model: Model, decision: Decision, variables: Mapping[str, object], now: datetime, required: Mapping[str, Result]
) -> Result:
    evaluation = Evaluation(Run(variables, now=now), model.names)
    if isinstance(decision.logic, LiteralExpression):
        found = TableResult(evaluation.value(decision.logic.expression), (), {})
    else:
        found = evaluate_table(decision.logic, evaluation)
    return Result(found.value, found.hits, found.inputs, tuple(evaluation.diagnostics), required)
