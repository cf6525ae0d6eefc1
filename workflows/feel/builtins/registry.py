"""The table of built-in functions: each with the parameters it accepts, so that calls are checked in one place."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal

from workflows.feel import moments
from workflows.feel.errors import Nothing
from workflows.feel.limits import Budget
from workflows.feel.nodes import Tree
from workflows.feel.values import Builtin, Closure, Range, YearsMonths, swedish_kind


class Running(Budget):
    """What a built-in may use of the evaluation it runs in: the budget, the clock, and other functions."""

    __slots__ = ("now", "zone")
    now: datetime
    zone: tzinfo

    def call(self, function: object, arguments: list[object]) -> object:
        """Call a function value; the interpreter says how."""
        raise NotImplementedError

    def value(self, tree: Tree, extra: Mapping[str, object] | None = None) -> object:
        """Evaluate a tree of its own; the interpreter says how."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    type: str
    optional: bool
    variadic: bool
    nullable: bool


@dataclass(frozen=True, slots=True)
class Overload:
    parameters: tuple[Parameter, ...]
    function: Callable[..., object]

    @property
    def variadic(self) -> bool:
        return bool(self.parameters) and self.parameters[-1].variadic


BUILTINS: dict[str, list[Overload]] = {}
_TYPES: dict[str, tuple[type, ...]] = {
    "number": (Decimal,),
    "string": (str,),
    "boolean": (bool,),
    "list": (list,),
    "context": (dict,),
    "date": moments.DATES,
    "datetime": moments.MOMENTS,
    "time": moments.TIMES,
    "temporal": (*moments.DATES, *moments.TIMES),
    "moment": (date, str),
    "clock": (time, date, str),
    "days": moments.LENGTHS,
    "months": (YearsMonths,),
    "duration": (*moments.LENGTHS, YearsMonths),
    "range": (Range,),
    "function": (Builtin, Closure),
}


def builtin(name: str, *signatures: str) -> Callable[[Callable[..., object]], Callable[..., object]]:
    """Register a function with signatures such as `"list: list, position: number, length?: number"`.

    `*` repeats, `+` repeats at least once, `any` and `|null` take null; null for any other parameter makes null.
    """

    def register(function: Callable[..., object]) -> Callable[..., object]:
        for signature in signatures or ("",):
            overload = Overload(tuple(_parameter(part) for part in signature.split(",") if part.strip()), function)
            BUILTINS.setdefault(name, []).append(overload)
        return function

    return register


def _parameter(text: str) -> Parameter:
    name, _, type_name = (part.strip() for part in text.partition(":"))
    nullable = type_name.endswith("|null") or type_name == "any"
    return Parameter(
        name.rstrip("?*+"),
        type_name.removesuffix("|null"),
        optional=name.endswith(("?", "*")),
        variadic=name.endswith(("*", "+")),
        nullable=nullable,
    )


def call_builtin(run: Running, name: str, arguments: Sequence[object], names: tuple[str, ...]) -> object:
    """Find the overload that fits and call it; no fit is Nothing."""
    reason = ""
    for overload in BUILTINS[name]:
        bound = _bound(overload, arguments, names)
        if bound is None:
            continue
        try:
            fitting = _fitted(overload, bound)
        except Nothing as misfit:
            reason = reason or misfit.message_sv
            continue
        try:
            return overload.function(run, *fitting)
        except (ArithmeticError, ValueError):  # what a function did not foresee is null all the same: FEEL is total
            raise Nothing(f"{name}(): värdet går inte att räkna ut.") from None
    raise Nothing(f"{name}(): {reason or 'fel antal argument eller fel namn på argument'}.")


def _bound(overload: Overload, arguments: Sequence[object], names: tuple[str, ...]) -> list[object] | None:
    parameters = overload.parameters
    if names:
        return _bound_by_name(overload, dict(zip(names, arguments, strict=True)))
    least = sum(1 for parameter in parameters if not parameter.optional)
    if len(arguments) < least or (len(arguments) > len(parameters) and not overload.variadic):
        return None
    return list(arguments)


def _bound_by_name(overload: Overload, given: dict[str, object]) -> list[object] | None:
    """By name, what is not given is null (DMN 1.5 table 59), which only some parameters take."""
    parameters = list(overload.parameters)
    while parameters and parameters[-1].optional and parameters[-1].name not in given:
        parameters.pop()
    if overload.variadic or set(given) - {parameter.name for parameter in parameters}:
        return None
    return [given.get(parameter.name) for parameter in parameters]


def _fitted(overload: Overload, arguments: list[object]) -> list[object]:
    parameters = overload.parameters
    last = len(parameters) - 1
    return [_fit(value, parameters[min(index, last)]) for index, value in enumerate(arguments)]


def _fit(value: object, parameter: Parameter) -> object:
    wanted = parameter.type
    if wanted == "any" or (value is None and parameter.nullable):
        return value
    types = _TYPES[wanted]
    if isinstance(value, types):
        return value
    if value is None:
        raise Nothing(f"{parameter.name} saknar värde")
    if wanted == "list":
        return [value]
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], types):
        return value[0]
    raise Nothing(f"{parameter.name} passar inte, det är {swedish_kind(value)}")
