"""How each kind of node is evaluated, total: what goes wrong is null with a diagnostic, only limits stop it."""

from workflows.feel import nodes, types
from workflows.feel.arithmetic import calculate, negate
from workflows.feel.builtins.registry import BUILTINS, call_builtin
from workflows.feel.comparison import compare, member
from workflows.feel.errors import Nothing
from workflows.feel.run import Run, Scope, attempt, handles
from workflows.feel.values import Builtin, Closure, Range, swedish_kind


@handles(nodes.Literal)
def _literal(_run: Run, node: nodes.Literal, _scope: Scope | None) -> object:
    return node.value


@handles(nodes.Call)
def _call(run: Run, node: nodes.Call, scope: Scope | None) -> object:
    function = run.evaluate(node.function, scope)
    arguments = [run.evaluate(argument, scope) for argument in node.arguments]
    run.position = node.position
    named = node.function
    if not isinstance(function, Builtin | Closure) and isinstance(named, nodes.Name) and named.name in BUILTINS:
        function = Builtin(named.name)  # a variable that happens to be called `count` must not take the function away
    if function is None:
        return None
    return attempt(run, node, lambda: _called(run, function, arguments, node.names))


def _called(run: Run, function: object, arguments: list[object], names: tuple[str, ...]) -> object:
    if isinstance(function, Builtin):
        return call_builtin(run, function.name, arguments, names)
    return run.call(function, _in_order(function, arguments, names) if isinstance(function, Closure) else arguments)


def _in_order(function: Closure, arguments: list[object], names: tuple[str, ...]) -> list[object]:
    if not names:
        return arguments
    given = dict(zip(names, arguments, strict=True))
    wanted = function.definition.parameters
    if set(given) != set(wanted):
        raise Nothing("Argumentens namn stämmer inte med funktionens.")
    return [given[name] for name in wanted]


@handles(nodes.Negate)
def _negate(run: Run, node: nodes.Negate, scope: Scope | None) -> object:
    value = run.evaluate(node.operand, scope)
    return attempt(run, node, lambda: negate(value))


@handles(nodes.Arithmetic)
def _arithmetic(run: Run, node: nodes.Arithmetic, scope: Scope | None) -> object:
    left = run.evaluate(node.left, scope)
    right = run.evaluate(node.right, scope)
    run.position = node.position
    try:
        return calculate(node.operator, left, right, run)
    except Nothing as reason:
        run.note(reason.message_sv)
        return None


@handles(nodes.Compare)
def _compare(run: Run, node: nodes.Compare, scope: Scope | None) -> object:
    left = run.evaluate(node.left, scope)
    right = run.evaluate(node.right, scope)
    run.position = node.position
    return compare(node.operator, left, right, run)


@handles(nodes.And)
def _and(run: Run, node: nodes.And, scope: Scope | None) -> object:
    result: bool | None = True
    for operand in node.operands:
        value = run.evaluate(operand, scope)
        if value is False:
            return False
        if value is not True:
            result = None
            _tell_of_kind(run, value, operand, "and")
    return result


def _tell_of_kind(run: Run, value: object, node: nodes.Node, word: str) -> None:
    if value is not None:
        run.note(f"Runt {word} ska det stå sant eller falskt, men här står {swedish_kind(value)}.", node.position)


@handles(nodes.Or)
def _or(run: Run, node: nodes.Or, scope: Scope | None) -> object:
    result: bool | None = False
    for operand in node.operands:
        value = run.evaluate(operand, scope)
        if value is True:
            return True
        if value is not False:
            result = None
            _tell_of_kind(run, value, operand, "or")
    return result


@handles(nodes.Between)
def _between(run: Run, node: nodes.Between, scope: Scope | None) -> object:
    value = run.evaluate(node.value, scope)
    low = run.evaluate(node.low, scope)
    high = run.evaluate(node.high, scope)
    run.position = node.position
    above, below = compare(">=", value, low, run), compare("<=", value, high, run)
    if above is False or below is False:
        return False
    return None if above is None or below is None else True


@handles(nodes.In)
def _in(run: Run, node: nodes.In, scope: Scope | None) -> object:
    value = run.evaluate(node.value, scope)
    result: bool | None = False
    for test in node.tests:
        verdict = _passes(run, test, value, scope)
        if verdict is True:
            return True
        if verdict is None:
            result = None
    return result


@handles(nodes.InputTest)
def _input_test(run: Run, node: nodes.InputTest, scope: Scope | None) -> object:
    """Outside `in`, a test such as `< 5` is about the cell's value `?`."""
    return _passes(run, node, _input(run, scope), scope)


def _input(run: Run, scope: Scope | None) -> object:
    while scope is not None:
        if "?" in scope.values:
            return scope.values["?"]
        scope = scope.outer
    return run.variable("?") if "?" in run.variables else None


def _passes(run: Run, test: nodes.Node, value: object, scope: Scope | None) -> bool | None:
    """One test against a value: a comparison, something equal, a range or list holding it."""
    if isinstance(test, nodes.InputTest):
        operand = run.evaluate(test.operand, scope)
        run.position = test.position
        return compare(test.operator, value, operand, run)
    candidate = run.evaluate(test, scope)
    run.position = test.position
    return member(value, candidate, run)


@handles(nodes.UnaryTests)
def _unary_tests(run: Run, node: nodes.UnaryTests, scope: Scope | None) -> object:
    if not node.tests:
        return True
    value = _input(run, scope)
    passed = any(_cell_test(run, test, value, scope) for test in node.tests)
    return not passed if node.negated else passed


def _cell_test(run: Run, test: nodes.Node, value: object, scope: Scope | None) -> bool:
    """DMN 1.5 §7.3.17: a cell answers by itself (`? > 2`), or names what the input equals or is found in.

    A plain `true` is a value to equal, never an answer: otherwise a missing input would pass.
    """
    if isinstance(test, nodes.InputTest):
        return _passes(run, test, value, scope) is True
    candidate = run.evaluate(test, scope)
    run.position = test.position
    if isinstance(candidate, bool) and _answers_itself(test, value):
        return candidate
    if candidate is None and (isinstance(test, nodes.RangeOf) or mentions_input(test)):
        return False  # `? > 5` of a missing input, or an interval that is none: not the same null
    return member(value, candidate, run) is True


def _answers_itself(test: nodes.Node, value: object) -> bool:
    if isinstance(test, nodes.Literal | nodes.Name | nodes.Path):
        return False
    return not isinstance(value, bool) or mentions_input(test)


def mentions_input(root: nodes.Node) -> bool:
    """Does the test speak of its value as `?`, so that its answer is the answer."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, nodes.Name) and node.name == "?":
            return True
        waiting.extend(nodes.children(node))
    return False


@handles(nodes.If)
def _if(run: Run, node: nodes.If, scope: Scope | None) -> object:
    condition = run.evaluate(node.condition, scope)
    if condition is None:
        run.note("Villkoret efter if saknar värde och räknas som falskt.", node.position)
    elif condition is not True and condition is not False:
        run.note(f"Villkoret efter if är varken sant eller falskt utan {swedish_kind(condition)}.", node.position)
        return None
    return run.evaluate(node.then if condition is True else node.otherwise, scope)


@handles(nodes.ListOf)
def _list(run: Run, node: nodes.ListOf, scope: Scope | None) -> object:
    return [run.evaluate(item, scope) for item in node.items]


@handles(nodes.ContextOf)
def _context(run: Run, node: nodes.ContextOf, scope: Scope | None) -> object:
    made: dict[str, object] = {}
    inner = Scope(made, scope)
    for entry in node.entries:
        made[entry.key] = run.evaluate(entry.value, inner)
    return made


@handles(nodes.RangeOf)
def _range(run: Run, node: nodes.RangeOf, scope: Scope | None) -> object:
    low = run.evaluate(node.low, scope) if node.low is not None else None
    high = low if node.high is node.low else run.evaluate(node.high, scope) if node.high is not None else None
    run.position = node.position
    if (node.low is not None and low is None) or (node.high is not None and high is None):
        run.note("Ett av intervallets ändvärden saknas.")
        return None
    made = Range(low, high, node.low_included, node.high_included, node.operator)
    if node.operator:
        return made
    return made if types.is_sound(made, run) else None


@handles(nodes.InstanceOf)
def _instance_of(run: Run, node: nodes.InstanceOf, scope: Scope | None) -> object:
    return types.is_instance(run.evaluate(node.value, scope), node.type, run)


@handles(nodes.FunctionOf)
def _function(_run: Run, node: nodes.FunctionOf, scope: Scope | None) -> object:
    return Closure(node, scope)
