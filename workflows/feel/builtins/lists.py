"""List functions (DMN 1.5 §10.3.4.4) and sort()."""

# ruff: noqa: ARG001  every built-in is handed the run, also those that need nothing of it

from collections.abc import Callable
from decimal import Decimal, InvalidOperation, Overflow
from functools import cmp_to_key, reduce

from workflows.feel import moments
from workflows.feel.arithmetic import calculate
from workflows.feel.builtins.conversion import whole
from workflows.feel.builtins.registry import Running, builtin
from workflows.feel.comparison import equal, order
from workflows.feel.errors import FeelError, Nothing
from workflows.feel.values import NUMBERS, YearsMonths

Items = list[object]
_MAX_NESTING = 100


def _spread(values: tuple[object, ...]) -> Items:
    """`f(list)` and `f(a, b, c)` mean the same."""
    return values[0] if len(values) == 1 and isinstance(values[0], list) else list(values)


def _numbers(items: Items) -> list[Decimal]:
    found = [item for item in items if isinstance(item, Decimal)]
    if len(found) != len(items):
        raise Nothing("Listan innehåller annat än tal.")
    return found


@builtin("list contains", "list: list, element: any")
def list_contains(run: Running, items: Items, element: object) -> bool:
    return any(_spent(run) and equal(item, element, run) is True for item in items)


def _spent(run: Running) -> bool:
    """One step, paid as it is taken so that the clock is seen on the way."""
    run.spend(1)
    return True


@builtin("count", "list: list")
def count(run: Running, items: Items) -> Decimal:
    return Decimal(len(items))


def _extreme(items: Items, run: Running, sign: int) -> object:
    if not items:
        raise Nothing("Listan är tom.")
    best = items[0]
    order(best, best)  # what has no order is Nothing, also alone
    for item in items:
        run.spend(1)
        if order(item, best) == sign:
            best = item
    return best


@builtin("min", "list: list", "values+: any")
def minimum(run: Running, *values: object) -> object:
    return _extreme(_spread(values), run, -1)


@builtin("max", "list: list", "values+: any")
def maximum(run: Running, *values: object) -> object:
    return _extreme(_spread(values), run, 1)


@builtin("sum", "list: list", "values+: any")
def total(run: Running, *values: object) -> object:
    items = _spread(values)
    if not items:
        raise Nothing("Listan är tom.")
    if not isinstance(items[0], (Decimal, *moments.LENGTHS, YearsMonths)):
        raise Nothing("Listan innehåller annat än tal eller längder.")
    run.spend(len(items))
    return reduce(lambda left, right: calculate("+", left, right, run), items)


@builtin("product", "list: list", "values+: any")
def product(run: Running, *values: object) -> object:
    items = _numbers(_spread(values))
    if not items:
        raise Nothing("Listan är tom.")
    run.spend(len(items))
    try:
        return reduce(NUMBERS.multiply, items)
    except (InvalidOperation, Overflow):
        raise Nothing("Resultatet är för stort.") from None


@builtin("mean", "list: list", "values+: any")
def mean(run: Running, *values: object) -> object:
    items = _spread(values)
    return calculate("/", total(run, items), Decimal(len(items)), run)


@builtin("median", "list: list", "values+: any")
def median(run: Running, *values: object) -> object:
    items = sorted(_numbers(_spread(values)))
    if not items:
        raise Nothing("Listan är tom.")
    run.elements(len(items))
    middle = len(items) // 2
    if len(items) % 2:
        return items[middle]
    return calculate("/", NUMBERS.add(items[middle - 1], items[middle]), Decimal(2), run)


@builtin("stddev", "list: list", "values+: any")
def standard_deviation(run: Running, *values: object) -> object:
    items = _numbers(_spread(values))
    if len(items) < 2:
        raise Nothing("Standardavvikelsen kräver minst två tal.")
    run.spend(4 * len(items))
    try:
        middle = NUMBERS.divide(reduce(NUMBERS.add, items), Decimal(len(items)))
        squares = (NUMBERS.power(NUMBERS.subtract(item, middle), Decimal(2)) for item in items)
        return NUMBERS.sqrt(NUMBERS.divide(reduce(NUMBERS.add, squares), Decimal(len(items) - 1)))
    except (InvalidOperation, Overflow):
        raise Nothing("Resultatet är för stort.") from None


@builtin("mode", "list: list", "values+: any")
def mode(run: Running, *values: object) -> Items:
    counts: dict[Decimal, int] = {}
    run.elements(len(_spread(values)))
    for item in _numbers(_spread(values)):
        counts[item] = counts.get(item, 0) + 1
    most = max(counts.values(), default=0)
    return [item for item in sorted(counts) if counts[item] == most]


def _verdicts(values: tuple[object, ...]) -> Items:
    items = _spread(values)
    if any(item is not None and not isinstance(item, bool) for item in items):
        raise Nothing("Listan innehåller annat än ja/nej-värden.")
    return items


@builtin("all", "list: list", "values+: any")
def every(run: Running, *values: object) -> bool | None:
    items = _verdicts(values)
    return False if False in items else None if None in items else True


@builtin("any", "list: list", "values+: any")
def some(run: Running, *values: object) -> bool | None:
    items = _verdicts(values)
    return True if True in items else None if None in items else False


def _index(items: Items, position: Decimal, *, extra: int = 0) -> int:
    index = whole(position)
    if index == 0 or index != position or abs(index) > len(items) + (extra if index > 0 else 0):
        raise Nothing("Läget ligger utanför listan.")
    return index - 1 if index > 0 else len(items) + index


@builtin("sublist", "list: list, start position: number, length?: number")
def sublist(run: Running, items: Items, position: Decimal, length: Decimal | None = None) -> Items:
    first = _index(items, position)
    last = len(items) if length is None else first + whole(length)
    if last > len(items) or last < first:
        raise Nothing("Längden går utanför listan.")
    run.elements(last - first)
    return items[first:last]


@builtin("append", "list: list, items*: any")
def append(run: Running, items: Items, *added: object) -> Items:
    run.elements(len(items) + len(added))
    return [*items, *added]


@builtin("concatenate", "lists+: list")
def concatenate(run: Running, *lists: Items) -> Items:
    run.elements(sum(map(len, lists)))
    return [item for items in lists for item in items]


@builtin("insert before", "list: list, position: number, newItem: any")
def insert_before(run: Running, items: Items, position: Decimal, added: object) -> Items:
    index = _index(items, position)
    run.elements(len(items) + 1)
    return [*items[:index], added, *items[index:]]


@builtin("remove", "list: list, position: number")
def remove(run: Running, items: Items, position: Decimal) -> Items:
    index = _index(items, position)
    run.elements(len(items))
    return [*items[:index], *items[index + 1 :]]


@builtin("list replace", "list: list, position: number, newItem: any", "list: list, match: function, newItem: any")
def list_replace(run: Running, items: Items, which: object, added: object) -> Items:
    run.elements(len(items))
    if isinstance(which, Decimal):
        index = _index(items, Decimal(whole(which)))
        return [*items[:index], added, *items[index + 1 :]]
    verdicts = [run.call(which, [item, added]) for item in items]
    if not all(isinstance(verdict, bool) for verdict in verdicts):
        raise Nothing("Funktionen svarade inte ja eller nej.")
    return [added if verdict else item for item, verdict in zip(items, verdicts, strict=True)]


@builtin("reverse", "list: list")
def reverse(run: Running, items: Items) -> Items:
    run.elements(len(items))
    return items[::-1]


@builtin("index of", "list: list, match: any")
def index_of(run: Running, items: Items, match: object) -> Items:
    run.elements(len(items))
    return [Decimal(n) for n, item in enumerate(items, 1) if equal(item, match, run) is True]


def _distinct(run: Running, items: Items) -> Items:
    found: Items = []
    for item in items:
        run.spend(1 + len(found) // 8)
        if not any(equal(item, other, run) is True for other in found):
            found.append(item)
    return found


@builtin("union", "lists+: list")
def union(run: Running, *lists: Items) -> Items:
    run.elements(sum(map(len, lists)))
    return _distinct(run, [item for items in lists for item in items])


@builtin("distinct values", "list: list")
def distinct_values(run: Running, items: Items) -> Items:
    return _distinct(run, items)


@builtin("flatten", "list: list")
def flatten(run: Running, items: Items) -> Items:
    found: Items = []
    _flatten(run, items, found, 0)
    return found


def _flatten(run: Running, items: Items, found: Items, nesting: int) -> None:
    if nesting > _MAX_NESTING:
        raise FeelError(run.position, "Listan har för många nivåer.")
    run.spend(1 + len(items))
    for item in items:
        if isinstance(item, list):
            _flatten(run, item, found, nesting + 1)
        else:
            found.append(item)
    run.elements(len(found))


@builtin("sort", "list: list, precedes?: function")
def sort(run: Running, items: Items, precedes: object = None) -> Items:
    run.elements(len(items))

    def by_function(left: object, right: object) -> int:
        if run.call(precedes, [left, right]) is True:
            return -1
        return 1 if run.call(precedes, [right, left]) is True else 0

    def by_value(left: object, right: object) -> int:
        run.spend(1)
        return order(left, right)

    compare: Callable[[object, object], int] = by_value if precedes is None else by_function
    return sorted(items, key=cmp_to_key(compare))
