"""Where the parser is in the tokens, shared by all parts of the grammar."""

from collections.abc import Iterable

from workflows.feel.errors import FeelError
from workflows.feel.lexer import Token, tokens
from workflows.feel.names import NameTable
from workflows.feel.nodes import Node


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
            raise self.unexpected(f"här väntades {text!r}")
        return token

    def unexpected(self, wanted: str = "") -> FeelError:
        token = self.token
        found = "Uttrycket tar slut för tidigt" if token.kind == "end" else f"{token.text[:40]!r} passar inte här"
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
