"""Builds the syntax tree of an expression: a Pratt parser whose table is the precedence of DMN 1.5 §10.3.1.2."""

from collections.abc import Callable

from workflows.feel import temporal
from workflows.feel.brackets import COMPARISON, COMPARISONS, context, reversed_range, round_bracket, square_bracket
from workflows.feel.cursor import Cursor
from workflows.feel.errors import FeelError, Nothing
from workflows.feel.lexer import KEYWORDS
from workflows.feel.limits import MAX_PARSE_DEPTH, MAX_TREE_DEPTH
from workflows.feel.nodes import (
    And,
    Arithmetic,
    Between,
    Call,
    Compare,
    Filter,
    In,
    InputTest,
    InstanceOf,
    Literal,
    Name,
    Negate,
    Node,
    Or,
    Path,
    Tree,
    UnaryTests,
    UnaryTree,
    depth,
)
from workflows.feel.phrases import conditional, function, loop, quantified, type_reference
from workflows.feel.values import number as make_number

OR, AND, SUM, PRODUCT, POWER, POSTFIX = 1, 2, 4, 5, 6, 8
_POWERS = {
    "or": OR,
    "and": AND,
    "between": COMPARISON,
    "in": COMPARISON,
    "+": SUM,
    "-": SUM,
    "*": PRODUCT,
    "/": PRODUCT,
}
_POWERS |= dict.fromkeys(COMPARISONS, COMPARISON) | {"**": POWER} | dict.fromkeys(("[", "(", ".", "instance"), POSTFIX)
# What cannot begin a filter's condition, so that a `[` before it closes the range `[a..b[`.
_AFTER_RANGE = frozenset(
    [
        ")",
        "]",
        "}",
        ",",
        ":",
        ".",
        "=",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "*",
        "/",
        "**",
        "+",
        "then",
        "else",
        "return",
        "satisfies",
        "and",
        "or",
        "in",
        "between",
    ]
)
_LITERALS: dict[str, object] = {"true": True, "false": False, "null": None}


class Parser(Cursor):
    """One pass over the tokens of one text."""

    def expression_tree(self) -> Tree:
        root = self.expression()
        self._finish(root)
        return Tree(self.text, root)

    def unary_tree(self) -> UnaryTree:
        root = self._cell()
        self._finish(root)
        return UnaryTree(self.text, root)

    def _finish(self, root: Node) -> None:
        if self.token.kind != "end":
            raise self.unexpected()
        if depth(root) > MAX_TREE_DEPTH:
            raise FeelError(0, "Uttrycket har för många led eller nivåer; dela upp det.")

    def expression(self, power: int = 0) -> Node:
        self.depth += 1
        if self.depth > MAX_PARSE_DEPTH:
            raise FeelError(self.token.position, "Uttrycket har för många nivåer inuti varandra.")
        left = self._prefix()
        while self._binding() > power:
            left = self._infix(left)
        self.depth -= 1
        return left

    def _binding(self) -> int:
        token = self.tokens[self.at]
        if token.kind not in ("operator", "name"):
            return 0
        if token.text == "[" and self.range_end and self._closes_range():
            return 0
        return _POWERS.get(token.text, 0)

    def _closes_range(self) -> bool:
        after = self.ahead()
        return after.kind == "end" or after.text in _AFTER_RANGE

    def _infix(self, left: Node) -> Node:
        token = self.token
        handler = _INFIX.get(token.text)
        if handler is not None:
            return handler(self, left)
        self.at += 1
        right = self.expression(_POWERS[token.text])
        if token.text in COMPARISONS:
            return Compare(token.position, token.text, left, right)
        return Arithmetic(token.position, token.text, left, right)

    def _prefix(self) -> Node:
        token = self.token
        if token.kind == "number":
            return self.number()
        if token.kind == "string":
            self.at += 1
            return Literal(token.position, token.text)
        if token.kind == "at":
            return self.at_literal()
        handler = _PREFIX.get(token.text)
        if handler is not None:
            return handler(self)
        if token.kind == "name" and token.text not in KEYWORDS:
            return Name(token.position, self.names.take(self))
        raise self.unexpected()

    def number(self) -> Node:
        token = self.token
        self.at += 1
        try:
            return Literal(token.position, make_number(token.text))
        except Nothing as reason:
            raise FeelError(token.position, reason.message_sv) from None

    def at_literal(self) -> Node:
        token = self.token
        self.at += 1
        try:
            return Literal(token.position, temporal.read_any(token.text))
        except Nothing as reason:
            raise FeelError(token.position, reason.message_sv) from None

    def constant(self) -> Node:
        token = self.token
        self.at += 1
        return Literal(token.position, _LITERALS[token.text])

    def minus(self) -> Node:
        position = self.expect("-").position
        return Negate(position, self.expression(POWER))

    def disjunction(self, left: Node) -> Node:
        return Or(self.token.position, (left, *self._chain("or", OR)))

    def conjunction(self, left: Node) -> Node:
        return And(self.token.position, (left, *self._chain("and", AND)))

    def _chain(self, word: str, power: int) -> list[Node]:
        found = []
        while self.take(word):
            found.append(self.expression(power))
        return found

    def between(self, left: Node) -> Node:
        position = self.expect("between").position
        low = self.expression(COMPARISON)
        self.expect("and")
        return Between(position, left, low, self.expression(COMPARISON))

    def membership(self, left: Node) -> Node:
        position = self.expect("in").position
        if self.sees("("):
            start = self.at
            tests = self._bracketed_tests()
            if tests is not None:
                return In(position, left, tests)
            self.at = start
        return In(position, left, (self._positive_test(),))

    def _bracketed_tests(self) -> tuple[Node, ...] | None:
        """`(test, test)`; None when the bracket turns out to open a range or an ordinary expression."""
        self.expect("(")
        range_end, self.range_end = self.range_end, False
        tests = [self._positive_test()]
        while self.take(","):
            tests.append(self._positive_test())
        self.range_end = range_end
        if not self.take(")"):
            if len(tests) == 1 and self.sees(".."):
                return None
            raise self.unexpected("här väntades ')'")
        return None if len(tests) == 1 and self._binding() > COMPARISON else tuple(tests)

    def _positive_test(self) -> Node:
        token = self.token
        if token.text in COMPARISONS and token.kind == "operator":
            self.at += 1
            return InputTest(token.position, token.text, self.expression(COMPARISON))
        return self.expression(COMPARISON)

    def filtered(self, left: Node) -> Node:
        position = self.expect("[").position
        condition = self.inner()
        self.expect("]")
        return Filter(position, left, condition)

    def path(self, left: Node) -> Node:
        position = self.expect(".").position
        if self.token.kind != "name":
            raise self.unexpected("efter punkten väntades ett namn")
        return Path(position, left, self.names.take(self, after_dot=True))

    def call(self, left: Node) -> Node:
        position = self.expect("(").position
        names: list[str] = []
        arguments: list[Node] = []
        while not self.sees(")"):
            name = self._argument_name()
            if name is not None:
                names.append(name)
            arguments.append(self.inner())
            if not self.take(","):
                break
            if self.sees(")"):
                raise self.unexpected()
        self.expect(")")
        if names and len(names) != len(arguments):
            raise FeelError(position, "Ge antingen alla argument namn, eller inget.")
        if len(set(names)) != len(names):
            raise FeelError(position, "Samma argument har angetts två gånger.")
        return Call(position, left, tuple(arguments), tuple(names))

    def _argument_name(self) -> str | None:
        start = self.at
        if self.token.kind == "name":
            name = self.names.take_declared(self)
            if self.take(":"):
                return name
        self.at = start
        return None

    def instance_of(self, left: Node) -> Node:
        position = self.expect("instance").position
        self.expect("of")
        return InstanceOf(position, left, type_reference(self))

    def _cell(self) -> Node:
        position = self.token.position
        if self.sees("-") and self.ahead().kind == "end":
            self.at += 1
            return UnaryTests(position, (), negated=False)
        if self.sees("not") and self.ahead().text == "(":
            start = self.at
            self.at += 2
            tests = self._tests()
            if self.take(")") and self.token.kind == "end":
                return UnaryTests(position, tests, negated=True)
            self.at = start
        return UnaryTests(position, self._tests(), negated=False)

    def _tests(self) -> tuple[Node, ...]:
        found = [self._test()]
        while self.take(","):
            found.append(self._test())
        return tuple(found)

    def _test(self) -> Node:
        token = self.token
        if token.text in COMPARISONS and token.kind == "operator":
            return self._positive_test()
        return self.expression()


_PREFIX: dict[str, Callable[[Parser], Node]] = {
    "-": Parser.minus,
    "(": round_bracket,
    "[": square_bracket,
    "]": reversed_range,
    "{": context,
    "if": conditional,
    "for": loop,
    "some": quantified,
    "every": quantified,
    "function": function,
    "true": Parser.constant,
    "false": Parser.constant,
    "null": Parser.constant,
}
_INFIX: dict[str, Callable[[Parser, Node], Node]] = {
    "or": Parser.disjunction,
    "and": Parser.conjunction,
    "between": Parser.between,
    "in": Parser.membership,
    "[": Parser.filtered,
    ".": Parser.path,
    "(": Parser.call,
    "instance": Parser.instance_of,
}
