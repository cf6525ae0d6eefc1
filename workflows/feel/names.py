"""Puts names together: FEEL allows spaces, and in declared names even operators and keywords, inside a name."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from workflows.feel.errors import FeelError
from workflows.feel.lexer import KEYWORDS, tokens

if TYPE_CHECKING:
    from workflows.feel.cursor import Cursor

# Built-in names that contain a keyword; all others are plain words, and plain words in a row are always one name.
_BUILTINS_WITH_KEYWORDS = ("date and time", "years and months duration", "days and time duration", "get or else")
_MAX_WORDS = 30
_IN_NAMES = (".", "/", "-", "'", "+", "*", "**")  # DMN 1.5 §10.3.1.2, additional name symbols


class NameTable:
    """The names in scope that need to be known to be read."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._given = _given(frozenset(names))
        self._known: list[tuple[str, ...]] = []
        self._counts: Counter[tuple[str, ...]] = Counter()
        self._ever: set[tuple[str, ...]] = set()  # also those out of scope, which may still be keys of a context

    def add(self, name: str) -> None:
        """Only a name that plain reading would cut apart needs to be remembered."""
        words = _words_to_know(name)
        if words:
            self._known.append(words)
            self._counts[words] += 1
            self._ever.add(words)

    def mark(self) -> int:
        return len(self._known)

    def forget(self, mark: int) -> None:
        for words in self._known[mark:]:
            self._counts[words] -= 1
        del self._known[mark:]

    def take(self, cursor: "Cursor", *, after_dot: bool = False) -> str:
        """The longest known name here, else all plain words in a row."""
        start = cursor.at
        if cursor.tokens[start].text == "not" and cursor.tokens[start + 1].kind == "name":
            raise FeelError(cursor.tokens[start].position, "not skrivs med parentes: not(villkor).")
        cursor.at = start + max(self._known_words(cursor, after_dot=after_dot), self._plain_words(cursor), 1)
        return _spelled(cursor, start, cursor.at)

    def _known_words(self, cursor: "Cursor", *, after_dot: bool) -> int:
        """How many tokens the longest known name here has; looked up, for thousands may be known."""
        words: tuple[str, ...] = ()
        longest = 0
        for token in cursor.tokens[cursor.at : cursor.at + _MAX_WORDS]:
            if token.kind not in ("name", "operator", "number"):
                break
            words = (*words, token.text)
            if words in self._given or self._counts.get(words) or (after_dot and words in self._ever):
                longest = len(words)
        return longest

    def _plain_words(self, cursor: "Cursor") -> int:
        count = 0
        for token in cursor.tokens[cursor.at : cursor.at + _MAX_WORDS]:
            if token.kind != "name" or token.text in KEYWORDS or token.text == "?":
                break
            count += 1
        return count

    def take_type(self, cursor: "Cursor") -> str:
        """A type's name, which may be qualified by dots."""
        parts = [self.take(cursor)]
        while cursor.tokens[cursor.at].text == "." and cursor.tokens[cursor.at + 1].kind == "name":
            cursor.at += 1
            parts.append(self.take(cursor))
        return ".".join(parts)

    def take_declared(self, cursor: "Cursor") -> str:
        """The name being declared: everything up to `:`, `in`, `,` or `)`."""
        start = cursor.at
        if cursor.tokens[start].kind != "name":
            raise cursor.unexpected("här väntades ett namn")
        while cursor.at - start <= _MAX_WORDS:
            token = cursor.tokens[cursor.at]
            if token.kind == "operator" and token.text not in _IN_NAMES:
                break
            if token.kind not in ("name", "operator", "number") or token.text == "in":
                break
            cursor.at += 1
        if cursor.at == start:
            raise cursor.unexpected("här väntades ett namn")
        return _spelled(cursor, start, cursor.at)


@lru_cache(maxsize=32)
def _given(names: frozenset[str]) -> frozenset[tuple[str, ...]]:
    """The names given from outside as words; the expressions of a model have many in common."""
    return frozenset(words for name in (*_BUILTINS_WITH_KEYWORDS, *names) if (words := _words_to_know(name)))


def _words_to_know(name: str) -> tuple[str, ...]:
    """The name's words, or none when plain reading takes it whole or it can never be read."""
    if is_plain(name):
        return ()
    try:
        words = tuple(token.text for token in tokens(name)[:-1])
    except FeelError:
        return ()
    return words if 1 < len(words) <= _MAX_WORDS else ()


def is_plain(name: str) -> bool:
    """Is a name read whole without being declared: words of letters and digits, none of them a keyword."""
    return all(_is_plain(word) for word in name.split())


def _is_plain(word: str) -> bool:
    return word.replace("_", "a").isalnum() and not word[0].isdigit() and word not in KEYWORDS


def _spelled(cursor: "Cursor", start: int, end: int) -> str:
    """The name with single spaces where the text has blanks between its words."""
    taken = cursor.tokens[start:end]
    spelled = taken[0].text
    for before, token in pairwise(taken):
        spelled += (" " if token.position > before.end else "") + token.text
    return spelled
