"""Evaluates a decision after those it requires, and keeps how the answer came about."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import workflows.dmn.tables  # noqa: F401  registers how tables are evaluated
from workflows.dmn.arriving import arrived
from workflows.dmn.errors import DmnError
from workflows.dmn.model import Decision, DecisionTable, Element, InputData, Knowledge, Model, Need, Service
from workflows.dmn.parts import CellDiagnostic, ModelRun, ServiceCall, TableTrace
from workflows.feel import FeelError, types
from workflows.feel.nodes import FunctionOf
from workflows.feel.plain import from_plain, weigh
from workflows.feel.run import Scope, handles
from workflows.feel.values import Closure

_TOO_DEEP = "Beslutet bygger på sig självt eller på för många led."


@dataclass(frozen=True, slots=True)
class Result:
    """The answer of a decision and its explanation; `explained` makes it plain."""

    value: object
    hits: tuple[int, ...]  # row numbers from 1; () for an expression or when no row fits
    inputs: Mapping[str, object]  # what each input column of the table saw
    diagnostics: tuple[CellDiagnostic, ...]
    required: Mapping[str, "Result"]  # by decision id: the decisions this one is built on
    tables: tuple[TableTrace, ...] = ()  # every table evaluated on the way, those of required decisions apart
    reads: Mapping[str, object] = field(default_factory=dict)  # what an expression that is no table read


def evaluate(model: Model, decision_id: str, variables: Mapping[str, object], *, now: datetime) -> Result:
    """The answer over plain or FEEL variables. Raises DmnError when a table breaks its own policy or a limit stops it.

    A required decision's answer is found under its name and its id. `decision_id` is the id, else the name, of a
    decision or a decision service.
    """
    element = model.decisions.get(decision_id) or model.services.get(decision_id) or _named(model, decision_id)
    if element is None:
        raise DmnError(decision_id, "Beslutet finns inte.")
    run = ModelRun(_undeclared(model, variables), now=now)
    try:
        if isinstance(element, Service):
            return _service_result(element, run, model, variables)
        return Answers(run, model, variables).result(element)
    except FeelError as error:
        raise DmnError(run.element or decision_id, str(error)) from None
    except RecursionError:
        raise DmnError(decision_id, _TOO_DEEP) from None


def _named(model: Model, name: str) -> Decision | Service | None:
    elements: list[Decision | Service] = [*model.decisions.values(), *model.services.values()]
    return next((element for element in elements if element.name == name), None)


def _undeclared(model: Model, variables: Mapping[str, object]) -> Mapping[str, object]:
    """Variables that every element sees; those the model declares are seen only where they are required."""
    hidden = model.declared
    return {name: value for name, value in variables.items() if name not in hidden} if hidden else variables


def _service_result(service: Service, run: ModelRun, model: Model, variables: Mapping[str, object]) -> Result:
    """A service asked from outside: only its own inputs count, and a misfit among them is null."""
    given: dict[str, object] = {}
    for name, key in service.parameters:
        element = model.elements[key]
        given[key] = _received(element, variables.get(name), run) if isinstance(element, InputData | Decision) else None
    answers = Answers(run, model, {}, given)
    value = answers.outputs(service)
    required = {key: answers.results[key] for _, key in service.outputs if key in answers.results}
    return Result(value, (), {}, tuple(run.notes), required)


class Answers:
    """What the elements of a model are worth in one evaluation, each found once."""

    def __init__(
        self,
        run: ModelRun,
        model: Model,
        variables: Mapping[str, object],
        given: Mapping[str, object] | None = None,
    ) -> None:
        self._run = run
        self._model = model
        self._variables = variables
        self._service_only = given is not None
        self._known: dict[str, object] = dict(given or {})
        self.results: dict[str, Result] = {}

    def value(self, key: str) -> object:
        if key not in self._known:
            self._known[key] = self._found(self._model.elements[key])
        return self._known[key]

    def _found(self, element: Element) -> object:
        if isinstance(element, InputData):
            return self._given(element)
        if isinstance(element, Decision):
            return self.result(element).value
        if isinstance(element, Service):
            names = tuple(name for name, _ in element.parameters)
            body = ServiceCall(0, element.key)
            return Closure(FunctionOf(0, names, (None,) * len(names), body), Scope({"": self}, None), element.name)
        return self._function(element)

    def _given(self, element: InputData | Decision) -> object:
        if self._service_only:
            return None
        found = next((self._variables[name] for name in element.names if name in self._variables), None)
        return _received(element, found, self._run)

    def _function(self, element: Knowledge) -> object:
        values: dict[str, object] = {}
        made = self._run.evaluate(element.function, Scope(values, None))
        self._known[element.key] = values[element.name] = made  # before its needs: a function may call itself
        self._fill(values, element.needs)
        return made

    def _fill(self, values: dict[str, object], needs: tuple[Need, ...]) -> None:
        for need in needs:
            value = self.value(need.key)
            for names in need.names:
                place = values
                for name in names[:-1]:
                    inner = place.setdefault(name, {})
                    place = inner if isinstance(inner, dict) else {}
                place[names[-1]] = value

    # ---- decisions

    def result(self, decision: Decision) -> Result:
        if decision.key in self.results:
            return self.results[decision.key]
        for needed in decision.needs:
            if isinstance(self._model.elements[needed.key], Decision):
                self.value(needed.key)
        run = self._run
        notes, traces = len(run.notes), len(run.traces)  # what follows is about this decision
        values: dict[str, object] = {}
        self._fill(values, decision.needs)
        value = self._decided(decision, values)
        tables = tuple(run.traces[traces:])
        result = Result(
            value,
            *_seen(decision, tables),
            tuple(run.notes[notes:]),
            self._required(decision),
            tables,
            _read(decision, values, run),
        )
        self.results[decision.key] = result
        return result

    def _decided(self, decision: Decision, values: dict[str, object]) -> object:
        run = self._run
        run.element = decision.id
        if decision.node is None:
            return self._given(decision)
        value = run.conformed(run.evaluate(decision.node, Scope(values, None)), decision.type)
        if isinstance(value, list | dict):
            weigh(value)
        return value

    def _required(self, decision: Decision) -> dict[str, Result]:
        found = {}
        for need in decision.needs:
            element = self._model.elements[need.key]
            if need.key in self.results and isinstance(element, Decision):
                found[element.id if element.id in self._model.decisions else element.key] = self.results[need.key]
        return found

    def outputs(self, service: Service) -> object:
        """One decision's answer is the service's; several are a context."""
        answers = {name: self.value(key) for name, key in service.outputs}
        value = next(iter(answers.values())) if len(answers) == 1 else answers
        return self._run.conformed(value, service.type)

    def inside(self, service: Service, values: Mapping[str, object]) -> object:
        """The service called as a function: it sees its arguments and nothing else. A misfit is Nothing."""
        given: dict[str, object] = {}
        for name, key in service.parameters:
            wanted = getattr(self._model.elements[key], "type", None)
            given[key] = types.conform(values[name], wanted, self._run) if wanted is not None else values[name]
        return Answers(self._run, self._model, {}, given).outputs(service)

    def service(self, key: str) -> Service:
        found = self._model.elements[key]
        if not isinstance(found, Service):
            raise TypeError(key)
        return found


@handles(ServiceCall)
def _service_call(_run: ModelRun, node: ServiceCall, scope: Scope | None) -> object:
    answers = scope.outer.values[""] if scope is not None and scope.outer is not None else None
    if scope is None or not isinstance(answers, Answers):
        return None
    return answers.inside(answers.service(node.key), scope.values)


def _received(element: InputData | Decision, value: object, run: ModelRun) -> object:
    """A value from outside as the element declares it."""
    if value is None:
        return None
    run.element = element.key.rpartition("#")[2]
    return run.conformed(arrived(from_plain(value, run), element.type, run), element.type)


def _seen(decision: Decision, tables: tuple[TableTrace, ...]) -> tuple[tuple[int, ...], Mapping[str, object]]:
    """Which rows of the decision's own table hit, and what its columns saw."""
    table = decision.logic
    trace = next((one for one in tables if one.table is table), None)
    if trace is None:
        return (), {}
    columns = zip(trace.table.inputs, trace.values, strict=True)
    return trace.hits, {column.label: value for column, value in columns}


def _read(decision: Decision, values: Mapping[str, object], run: ModelRun) -> dict[str, object]:
    """What the expressions of a decision that is no table took from outside; functions are not worth telling."""
    if isinstance(decision.logic, DecisionTable):
        return {}
    found = {".".join(path): _at(path, values, run) for path in sorted(decision.reads)}
    return {name: value for name, value in found.items() if not isinstance(value, Closure)}


def _at(path: tuple[str, ...], values: Mapping[str, object], run: ModelRun) -> object:
    """What a name and its keys lead to, without evaluating anything."""
    value = values[path[0]] if path[0] in values else run.variables.get(path[0])
    for key in path[1:]:
        if not isinstance(value, Mapping):
            break  # a property such as `.year`, or the key of a list's elements: the whole value was looked at
        value = value.get(key)
    return value
