"""Builds the syntax tree of an expression: a Pratt parser whose table is the precedence of DMN 1.5 §10.3.1.2."""

from collections.abc import Callable, Iterable

from workflows.feel import temporal
from workflows.feel.errors import FeelError, Nothing
from workflows.feel.lexer import KEYWORDS, Token, tokens
from workflows.feel.limits import MAX_PARSE_DEPTH, MAX_TREE_DEPTH
from workflows.feel.names import AFTER_NAME, NameTable
from workflows.feel.nodes import (
    And,
    Arithmetic,
    Between,
    Call,
    Compare,
    ContextOf,
    Entry,
    Filter,
    For,
    FunctionOf,
    If,
    In,
    InputTest,
    InstanceOf,
    Iteration,
    ListOf,
    Literal,
    Name,
    Negate,
    Node,
    Or,
    Path,
    Quantified,
    RangeOf,
    Tree,
    TypeRef,
    UnaryTests,
    UnaryTree,
    depth,
)
from workflows.feel.values import number

OR, AND, COMPARISON, SUM, PRODUCT, POWER, POSTFIX = 1, 2, 3, 4, 5, 6, 8
_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
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
_POWERS |= dict.fromkeys(_COMPARISONS, COMPARISON) | {"**": POWER} | dict.fromkeys(("[", "(", ".", "instance"), POSTFIX)
_LITERALS: dict[str, object] = {"true": True, "false": False, "null": None}


class Parser:
    """One pass over the tokens of one text."""

    def __init__(self, text: str, names: Iterable[str] = ()) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.at = 0
        self.depth = 0
        self.range_end = False  # inside `[a..b[`, where `[` may close
        self.names = NameTable(names)

    # ---- entry points

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
            raise self._unexpected()
        if depth(root) > MAX_TREE_DEPTH:
            raise FeelError(0, "Uttrycket har för många led eller nivåer; dela upp det.")

    # ---- tokens

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def _ahead(self, steps: int = 1) -> Token:
        return self.tokens[min(self.at + steps, len(self.tokens) - 1)]

    def _is(self, text: str) -> bool:
        token = self.tokens[self.at]
        return token.text == text and token.kind in ("operator", "name")

    def _take(self, text: str) -> bool:
        if self._is(text):
            self.at += 1
            return True
        return False

    def _expect(self, text: str) -> Token:
        token = self.token
        if not self._take(text):
            raise self._unexpected(f"här väntades {text!r}")
        return token

    def _unexpected(self, wanted: str = "") -> FeelError:
        token = self.token
        found = "Uttrycket tar slut för tidigt" if token.kind == "end" else f"{token.text[:40]!r} passar inte här"
        return FeelError(token.position, f"{found}; {wanted}." if wanted else f"{found}.")

    # ---- the Pratt loop

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
        after = self._ahead()
        return after.kind == "end" or after.text in AFTER_NAME

    def _infix(self, left: Node) -> Node:
        token = self.token
        handler = _INFIX.get(token.text)
        if handler is not None:
            return handler(self, left)
        self.at += 1
        right = self.expression(_POWERS[token.text])
        if token.text in _COMPARISONS:
            return Compare(token.position, token.text, left, right)
        return Arithmetic(token.position, token.text, left, right)

    def _prefix(self) -> Node:
        token = self.token
        if token.kind == "number":
            return self._number()
        if token.kind == "string":
            self.at += 1
            return Literal(token.position, token.text)
        if token.kind == "at":
            return self._at_literal()
        handler = _PREFIX.get(token.text)
        if handler is not None:
            return handler(self)
        if token.kind == "name" and token.text not in KEYWORDS:
            return Name(token.position, self.names.take(self))
        raise self._unexpected()

    def _number(self) -> Node:
        token = self.token
        self.at += 1
        try:
            return Literal(token.position, number(token.text))
        except Nothing as reason:
            raise FeelError(token.position, reason.message_sv) from None

    def _at_literal(self) -> Node:
        token = self.token
        self.at += 1
        try:
            return Literal(token.position, temporal.read_any(token.text))
        except Nothing as reason:
            raise FeelError(token.position, reason.message_sv) from None

    def _constant(self) -> Node:
        token = self.token
        self.at += 1
        return Literal(token.position, _LITERALS[token.text])

    def _minus(self) -> Node:
        position = self._expect("-").position
        return Negate(position, self.expression(POWER))

    # ---- infix and postfix

    def _or(self, left: Node) -> Node:
        return Or(self.token.position, (left, *self._chain("or", OR)))

    def _and(self, left: Node) -> Node:
        return And(self.token.position, (left, *self._chain("and", AND)))

    def _chain(self, word: str, power: int) -> list[Node]:
        found = []
        while self._take(word):
            found.append(self.expression(power))
        return found

    def _between(self, left: Node) -> Node:
        position = self._expect("between").position
        low = self.expression(COMPARISON)
        self._expect("and")
        return Between(position, left, low, self.expression(COMPARISON))

    def _in(self, left: Node) -> Node:
        position = self._expect("in").position
        if self._is("("):
            start = self.at
            tests = self._bracketed_tests()
            if tests is not None:
                return In(position, left, tests)
            self.at = start
        return In(position, left, (self._positive_test(),))

    def _bracketed_tests(self) -> tuple[Node, ...] | None:
        """`(test, test)`; None when the bracket turns out to open a range or an ordinary expression."""
        self._expect("(")
        range_end, self.range_end = self.range_end, False
        tests = [self._positive_test()]
        while self._take(","):
            tests.append(self._positive_test())
        self.range_end = range_end
        if not self._take(")"):
            if len(tests) == 1 and self._is(".."):
                return None
            raise self._unexpected("här väntades ')'")
        return None if len(tests) == 1 and self._binding() > COMPARISON else tuple(tests)

    def _positive_test(self) -> Node:
        token = self.token
        if token.text in _COMPARISONS and token.kind == "operator":
            self.at += 1
            return InputTest(token.position, token.text, self.expression(COMPARISON))
        return self.expression(COMPARISON)

    def _filter(self, left: Node) -> Node:
        position = self._expect("[").position
        condition = self._inner()
        self._expect("]")
        return Filter(position, left, condition)

    def _path(self, left: Node) -> Node:
        position = self._expect(".").position
        if self.token.kind != "name":
            raise self._unexpected("efter punkten väntades ett namn")
        return Path(position, left, self.names.take(self))

    def _call(self, left: Node) -> Node:
        position = self._expect("(").position
        names: list[str] = []
        arguments: list[Node] = []
        while not self._is(")"):
            name = self._argument_name()
            if name is not None:
                names.append(name)
            arguments.append(self._inner())
            if not self._take(","):
                break
            if self._is(")"):
                raise self._unexpected()
        self._expect(")")
        if names and len(names) != len(arguments):
            raise FeelError(position, "Ge antingen alla argument namn, eller inget.")
        if len(set(names)) != len(names):
            raise FeelError(position, "Samma argument har angetts två gånger.")
        return Call(position, left, tuple(arguments), tuple(names))

    def _argument_name(self) -> str | None:
        ahead = 0
        while self._ahead(ahead).kind == "name":
            ahead += 1
        if not ahead or self._ahead(ahead).text != ":" or self._ahead(ahead).kind != "operator":
            return None
        words = [self._ahead(step).text for step in range(ahead)]
        self.at += ahead + 1
        return " ".join(words)

    def _inner(self) -> Node:
        """An expression inside brackets of its own."""
        range_end, self.range_end = self.range_end, False
        found = self.expression()
        self.range_end = range_end
        return found

    def _instance(self, left: Node) -> Node:
        position = self._expect("instance").position
        self._expect("of")
        return InstanceOf(position, left, self._type())

    def _type(self) -> TypeRef:
        self.depth += 1
        if self.depth > MAX_PARSE_DEPTH:
            raise FeelError(self.token.position, "Typen har för många nivåer inuti varandra.")
        position = self.token.position
        if self._take("function"):
            found = self._function_type(position)
        else:
            found = self._named_type(position)
        self.depth -= 1
        return found

    def _function_type(self, position: int) -> TypeRef:
        if not self._take("<"):
            return TypeRef(position, "function")
        parts: list[TypeRef] = []
        while not self._is(">"):
            parts.append(self._type())
            if not self._take(","):
                break
        self._expect(">")
        self._expect("->")
        return TypeRef(position, "function", (*parts, self._type()))

    def _named_type(self, position: int) -> TypeRef:
        if self.token.kind != "name":
            raise self._unexpected("här väntades en typ")
        name = self.names.take_type(self)
        if not self._is("<") or name not in ("list", "range", "context"):
            return TypeRef(position, name)
        self._expect("<")
        keys: list[str] = []
        parts: list[TypeRef] = []
        while True:
            if name == "context":
                keys.append(self._key())
                self._expect(":")
            parts.append(self._type())
            if not self._take(","):
                break
        self._expect(">")
        return TypeRef(position, name, tuple(parts), tuple(keys))

    # ---- brackets

    def _round(self) -> Node:
        position = self._expect("(").position
        if self.token.text in _COMPARISONS and self.token.kind == "operator":
            return self._half_range(position)
        inner = self._inner()
        if self._take(".."):
            return self._range(position, inner, low_included=False)
        self._expect(")")
        return inner

    def _half_range(self, position: int) -> Node:
        operator = self.token.text
        self.at += 1
        end = self.expression(COMPARISON)
        self._expect(")")
        if operator == "=":
            return RangeOf(position, end, end, low_included=True, high_included=True)
        if operator in ("<", "<="):
            return RangeOf(position, None, end, low_included=False, high_included=operator == "<=")
        if operator in (">", ">="):
            return RangeOf(position, end, None, low_included=operator == ">=", high_included=False)
        raise FeelError(position, "!= kan inte stå ensamt i ett intervall.")

    def _square(self) -> Node:
        position = self._expect("[").position
        if self._take("]"):
            return ListOf(position, ())
        first = self._inner()
        if self._take(".."):
            return self._range(position, first, low_included=True)
        items = [first]
        while self._take(","):
            items.append(self._inner())
        self._expect("]")
        return ListOf(position, tuple(items))

    def _reversed_range(self) -> Node:
        position = self._expect("]").position
        low = self._inner()
        self._expect("..")
        return self._range(position, low, low_included=False)

    def _range(self, position: int, low: Node, *, low_included: bool) -> Node:
        outer, self.range_end = self.range_end, True
        high = self.expression(COMPARISON)
        self.range_end = outer
        if self._take("]"):
            return RangeOf(position, low, high, low_included, high_included=True)
        if self._take(")") or self._take("["):
            return RangeOf(position, low, high, low_included, high_included=False)
        raise self._unexpected("intervallet ska sluta med ] eller )")

    def _context(self) -> Node:
        position = self._expect("{").position
        entries: list[Entry] = []
        mark = self.names.mark()
        while not self._is("}"):
            start = self.token.position
            key = self._key()
            self._expect(":")
            entries.append(Entry(start, key, self._inner()))
            self.names.add(key)
            if not self._take(","):
                break
            if self._is("}"):
                raise self._unexpected()
        self._expect("}")
        self.names.forget(mark)
        if len({entry.key for entry in entries}) != len(entries):
            raise FeelError(position, "Samma namn förekommer två gånger i kontexten.")
        return ContextOf(position, tuple(entries))

    def _key(self) -> str:
        """A text, or a name: everything up to the colon."""
        token = self.token
        if token.kind == "string":
            self.at += 1
            return token.text
        return self.names.take_declared(self)

    # ---- constructs that begin with a word

    def _if(self) -> Node:
        position = self._expect("if").position
        condition = self._inner()
        self._expect("then")
        then = self._inner()
        self._expect("else")
        return If(position, condition, then, self.expression())

    def _for(self) -> Node:
        position = self._expect("for").position
        mark = self.names.mark()
        iterations = self._iterations("return")
        self.names.add("partial")
        body = self.expression()
        self.names.forget(mark)
        return For(position, iterations, body)

    def _quantified(self) -> Node:
        token = self.token
        self.at += 1
        mark = self.names.mark()
        iterations = self._iterations("satisfies")
        condition = self.expression()
        self.names.forget(mark)
        return Quantified(token.position, token.text == "every", iterations, condition)

    def _iterations(self, end: str) -> tuple[Iteration, ...]:
        found: list[Iteration] = []
        while True:
            position = self.token.position
            name = self.names.take_declared(self)
            self._expect("in")
            source = self.expression()
            stop = self.expression() if self._take("..") else None
            found.append(Iteration(position, name, source, stop))
            self.names.add(name)
            if not self._take(","):
                break
        self._expect(end)
        return tuple(found)

    def _function(self) -> Node:
        position = self._expect("function").position
        self._expect("(")
        mark = self.names.mark()
        parameters: list[str] = []
        types: list[TypeRef | None] = []
        while not self._is(")"):
            parameters.append(self.names.take_declared(self))
            types.append(self._type() if self._take(":") else None)
            if not self._take(","):
                break
        self._expect(")")
        if self._is("external"):
            raise FeelError(position, "Funktioner i andra språk (external) går inte att använda.")
        for name in parameters:
            self.names.add(name)
        body = self.expression()
        self.names.forget(mark)
        if len(set(parameters)) != len(parameters):
            raise FeelError(position, "Två parametrar har samma namn.")
        return FunctionOf(position, tuple(parameters), tuple(types), body)

    # ---- unary tests

    def _cell(self) -> Node:
        position = self.token.position
        if self._is("-") and self._ahead().kind == "end":
            self.at += 1
            return UnaryTests(position, (), negated=False)
        if self._is("not") and self._ahead().text == "(":
            start = self.at
            self.at += 2
            tests = self._tests()
            if self._take(")") and self.token.kind == "end":
                return UnaryTests(position, tests, negated=True)
            self.at = start
        return UnaryTests(position, self._tests(), negated=False)

    def _tests(self) -> tuple[Node, ...]:
        found = [self._test()]
        while self._take(","):
            found.append(self._test())
        return tuple(found)

    def _test(self) -> Node:
        token = self.token
        if token.text in _COMPARISONS and token.kind == "operator":
            return self._positive_test()
        return self.expression()


_PREFIX: dict[str, Callable[[Parser], Node]] = {
    "-": Parser._minus,
    "(": Parser._round,
    "[": Parser._square,
    "]": Parser._reversed_range,
    "{": Parser._context,
    "if": Parser._if,
    "for": Parser._for,
    "some": Parser._quantified,
    "every": Parser._quantified,
    "function": Parser._function,
    "true": Parser._constant,
    "false": Parser._constant,
    "null": Parser._constant,
}
_INFIX: dict[str, Callable[[Parser, Node], Node]] = {
    "or": Parser._or,
    "and": Parser._and,
    "between": Parser._between,
    "in": Parser._in,
    "[": Parser._filter,
    ".": Parser._path,
    "(": Parser._call,
    "instance": Parser._instance,
}
