"""Puts names together: FEEL allows spaces, and in declared names even operators and keywords, inside a name."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from workflows.feel.errors import FeelError
from workflows.feel.lexer import KEYWORDS, tokens

if TYPE_CHECKING:
    from workflows.feel.parser import Parser

# Built-in names that contain a keyword; all others are plain words, and plain words in a row are always one name.
_BUILTINS_WITH_KEYWORDS = ("date and time", "years and months duration", "days and time duration", "get or else")
AFTER_NAME = frozenset(") ] } , : then else return satisfies and or".split())
_MAX_WORDS = 30


class NameTable:
    """The names in scope that need to be known to be read."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._known: list[tuple[str, ...]] = []
        for name in (*_BUILTINS_WITH_KEYWORDS, *names):
            self.add(name)

    def add(self, name: str) -> None:
        """Only a name that plain reading would cut apart needs to be remembered."""
        if name.replace("_", "a").replace(" ", "a").isalnum() and not KEYWORDS.intersection(name.split()):
            return
        try:
            words = tuple(token.text for token in tokens(name)[:-1])
        except FeelError:
            return
        if 1 < len(words) <= _MAX_WORDS:
            self._known.append(words)

    def mark(self) -> int:
        return len(self._known)

    def forget(self, mark: int) -> None:
        del self._known[mark:]

    def take(self, parser: "Parser") -> str:
        """The longest known name here, else all plain words in a row."""
        start = parser.at
        count = max((len(words) for words in self._known if self._stands_here(parser, words)), default=0)
        plain = self._plain_words(parser)
        parser.at = start + max(count, plain, 1)
        return _spelled(parser, start, parser.at)

    def _stands_here(self, parser: "Parser", words: tuple[str, ...]) -> bool:
        found = parser.tokens[parser.at : parser.at + len(words)]
        return len(found) == len(words) and all(
            token.text == word and token.kind in ("name", "operator", "number")
            for token, word in zip(found, words, strict=True)
        )

    def _plain_words(self, parser: "Parser") -> int:
        count = 0
        for token in parser.tokens[parser.at : parser.at + _MAX_WORDS]:
            if token.kind != "name" or token.text in KEYWORDS or token.text == "?":
                break
            count += 1
        return count

    def take_type(self, parser: "Parser") -> str:
        """A type's name, which may be qualified by dots."""
        parts = [self.take(parser)]
        while parser.tokens[parser.at].text == "." and parser.tokens[parser.at + 1].kind == "name":
            parser.at += 1
            parts.append(self.take(parser))
        return ".".join(parts)

    def take_declared(self, parser: "Parser") -> str:
        """The name being declared: everything up to `:`, `in`, `,` or `)`."""
        start = parser.at
        if parser.tokens[start].kind != "name":
            raise parser._unexpected("här väntades ett namn")
        while parser.at - start <= _MAX_WORDS:
            token = parser.tokens[parser.at]
            if token.kind not in ("name", "operator", "number") or token.text in (":", ",", ")", "(", "{", "}", "in"):
                break
            parser.at += 1
        if parser.at == start:
            raise parser._unexpected("här väntades ett namn")
        return _spelled(parser, start, parser.at)


def _spelled(parser: "Parser", start: int, end: int) -> str:
    """The name with single spaces where the text has blanks between its words."""
    taken = parser.tokens[start:end]
    spelled = taken[0].text
    for before, token in zip(taken, taken[1:], strict=False):
        spelled += (" " if token.position > before.end else "") + token.text
    return spelled
