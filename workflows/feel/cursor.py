"""Where the parser is in the tokens, shared by all parts of the grammar."""

from collections.abc import Iterable

from workflows.feel.errors import FeelError
from workflows.feel.lexer import Token, tokens
from workflows.feel.names import NameTable
from workflows.feel.nodes import Node

_WANTED = {
    ")": "en parentes ( är inte stängd",
    "]": "en hakparentes [ är inte stängd",
    "}": "en klammer { är inte stängd",
    "then": "efter villkoret i if ska then stå",
    "else": "ett if ska ha både then och else",
    "in": "efter namnet ska in stå",
    "return": "i en for ska return stå före det som räknas ut",
    "satisfies": "i some och every ska satisfies stå före villkoret",
    "of": "typprovning skrivs instance of",
    "and": "between skrivs a between 1 and 5",
}


class Cursor:
    """The tokens of one text and the names in scope."""

    def __init__(self, text: str, names: Iterable[str] = ()) -> None:
        self.text = text
        self.tokens = tokens(text)
        self.at = 0
        self.depth = 0
        self.range_end = False  # inside `[a..b[`, where `[` may close
        self.names = NameTable(names)

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def ahead(self, steps: int = 1) -> Token:
        return self.tokens[min(self.at + steps, len(self.tokens) - 1)]

    def sees(self, text: str) -> bool:
        token = self.tokens[self.at]
        return token.text == text and token.kind in ("operator", "name")

    def take(self, text: str) -> bool:
        if self.sees(text):
            self.at += 1
            return True
        return False

    def expect(self, text: str) -> Token:
        token = self.token
        if not self.take(text):
            raise self.unexpected(_WANTED.get(text, f"här väntades {text}"))
        return token

    def unexpected(self, wanted: str = "") -> FeelError:
        token = self.token
        found = "Uttrycket tar slut för tidigt" if token.kind == "end" else f"{token.text[:40]!r} passar inte här"
        if not wanted and token.kind in ("number", "string", "at", "name"):
            wanted = "kanske saknas ett tecken eller ord framför, till exempel + eller and"
        return FeelError(token.position, f"{found}; {wanted}." if wanted else f"{found}.")

    def expression(self, power: int = 0) -> Node:
        """An expression binding tighter than `power`; the parser says how."""
        raise NotImplementedError

    def inner(self) -> Node:
        """An expression inside brackets of its own."""
        range_end, self.range_end = self.range_end, False
        found = self.expression()
        self.range_end = range_end
        return found
