"""Equality, order and membership in FEEL's three-valued sense: True, False or None."""

from collections.abc import Callable
from decimal import Decimal

from workflows.feel import moments
from workflows.feel.errors import FeelError, Nothing
from workflows.feel.limits import Budget
from workflows.feel.values import Range, YearsMonths, kind, swedish_kind

_MAX_NESTING = 100


def equal(left: object, right: object, budget: Budget, nesting: int = 0) -> bool | None:
    """Same value; different kinds cannot be compared (None), except that nothing but null equals null."""
    if left is None or right is None:
        return left is right
    if type(left) is not type(right) and kind(left) != kind(right):
        return None
    if isinstance(left, str):
        budget.compared(len(left))
        return left == right
    if isinstance(left, (Decimal, bool, YearsMonths)):
        return left == right
    return _equal_parts(left, right, budget, nesting)


def _equal_parts(left: object, right: object, budget: Budget, nesting: int) -> bool | None:
    if nesting > _MAX_NESTING:
        raise FeelError(budget.position, "Värdena har för många nivåer.")
    if isinstance(left, list) and isinstance(right, list):
        return _equal_lists(left, right, budget, nesting)
    if isinstance(left, dict) and isinstance(right, dict):
        return _equal_contexts(left, right, budget, nesting)
    if isinstance(left, Range) and isinstance(right, Range):
        return _equal_ranges(left, right, budget, nesting)
    if isinstance(left, moments.TEMPORAL):
        return moments.tick(left) == moments.tick(right) if moments.zoned_alike(left, right) else None
    return left is right


def _equal_lists(left: list[object], right: list[object], budget: Budget, nesting: int) -> bool | None:
    budget.spend(1 + min(len(left), len(right)))
    if len(left) != len(right):
        return False
    return all(equal(a, b, budget, nesting + 1) is True for a, b in zip(left, right, strict=True))


def _equal_contexts(left: dict[str, object], right: dict[str, object], budget: Budget, nesting: int) -> bool | None:
    budget.spend(1 + len(left))
    if left.keys() != right.keys():
        return False
    return all(equal(value, right[key], budget, nesting + 1) is True for key, value in left.items())


def _equal_ranges(left: Range, right: Range, budget: Budget, nesting: int) -> bool | None:
    if (left.low_included, left.high_included, left.operator) != (
        right.low_included,
        right.high_included,
        right.operator,
    ):
        return False
    return (
        equal(left.low, right.low, budget, nesting + 1) is True
        and equal(left.high, right.high, budget, nesting + 1) is True
    )


def order(left: object, right: object) -> int:
    """-1, 0 or 1; what cannot be ordered is Nothing."""
    if (type(left) is not type(right) and kind(left) != kind(right)) or isinstance(left, bool):
        raise Nothing(f"Det går inte att jämföra {swedish_kind(left)} med {swedish_kind(right)}.")
    if isinstance(left, (Decimal, str, YearsMonths)):
        return (left > right) - (left < right)  # type: ignore[operator]
    if not isinstance(left, moments.TEMPORAL):
        raise Nothing(f"Det går inte att ordna värden av typen {swedish_kind(left)}.")
    if not moments.zoned_alike(left, right):
        raise Nothing("Tidpunkterna går inte att jämföra: den ena saknar tidszon.")
    low, high = moments.tick(left), moments.tick(right)
    return (low > high) - (low < high)


_ORDERED: dict[str, Callable[[int], bool]] = {
    "<": lambda sign: sign < 0,
    "<=": lambda sign: sign <= 0,
    ">": lambda sign: sign > 0,
    ">=": lambda sign: sign >= 0,
}


def compare(operator: str, left: object, right: object, budget: Budget) -> bool | None:
    if operator in {"=", "!="}:
        same = equal(left, right, budget)
        if same is None:
            budget.note(f"Det går inte att jämföra {swedish_kind(left)} med {swedish_kind(right)}.")
            return None
        return same if operator == "=" else not same
    if type(left) is Decimal and type(right) is Decimal:
        return _ORDERED[operator]((left > right) - (left < right))
    try:
        return _ORDERED[operator](order(left, right))
    except Nothing as reason:
        budget.note(reason.message_sv)
        return None


def in_range(value: object, wanted: Range, budget: Budget) -> bool | None:
    """Is the value inside; None when an end is of another kind."""
    if wanted.operator:
        return compare(wanted.operator, value, wanted.low, budget)
    low: bool | None = True
    high: bool | None = True
    if wanted.low is not None:
        low = compare(">=" if wanted.low_included else ">", value, wanted.low, budget)
    if wanted.high is not None:
        high = compare("<=" if wanted.high_included else "<", value, wanted.high, budget)
    if low is False or high is False:
        return False
    return None if low is None or high is None else True


def member(value: object, candidate: object, budget: Budget) -> bool | None:
    """`value in candidate` for one candidate: equal to it, inside the range, or among the list's elements."""
    if isinstance(candidate, Range) and not isinstance(value, Range):
        return in_range(value, candidate, budget)
    if isinstance(candidate, list):
        budget.spend(1 + len(candidate))
        if isinstance(value, list) and equal(value, candidate, budget) is True:
            return True
        return any(_element(value, item, budget) is True for item in candidate)
    if candidate is None or (value is not None and kind(value) != kind(candidate)):
        return True if value is candidate else None
    return equal(value, candidate, budget)


def _element(value: object, item: object, budget: Budget) -> bool | None:
    if isinstance(item, Range) and not isinstance(value, Range):
        return in_range(value, item, budget)
    return equal(value, item, budget)
