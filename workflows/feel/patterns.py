"""Regular expressions of XPath, which FEEL uses, written anew for RE2: linear in time, whatever the pattern.

XPath counts å as a letter of a word, subtracts sets (`[a-z-[aeiou]]`), knows blocks and names' letters; RE2 does not.
A reference back to a group (`\\1`) is the one thing that no linear engine can do.
"""

from dataclasses import dataclass, field
from functools import lru_cache

from workflows.feel.characters import (
    CATEGORIES,
    NAME_CHARACTERS,
    NAME_START,
    Ranges,
    blocks,
    category,
    complement,
    difference,
    in_any_case,
    union,
)
from workflows.feel.errors import Nothing

FLAGS = frozenset("smixq")
_BLANKS = " \t\n\r"
_PLAIN_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"} | {sign: sign for sign in "\\|.-^?*+{}()[]$"}
_SPACE: Ranges = ((9, 10), (13, 13), (32, 32))
_MAX_NESTING = 20
_MAX_REPEAT = 1_000
_MAX_SPELLED_OUT = 20  # a set such as `[\w-[a]]` has hundreds of ranges
_NO_CHARACTER = r"[^\x{0}-\x{10FFFF}]"
# What RE2 calls the sets that it knows; the others are written out as ranges.
_KNOWN = {"d": r"\p{Nd}", "D": r"\P{Nd}", "s": r"\t\n\r ", "w": r"\p{L}\p{M}\p{N}\p{S}", "W": r"\p{P}\p{Z}\p{C}"}


def translated(pattern: str, flags: str) -> str:
    """The pattern for RE2, which is given no flags but what stands in it. A malformed one is Nothing."""
    if not FLAGS.issuperset(flags):
        raise Nothing("Mönstrets flaggor får vara s, m, i, x och q.")
    start = "(?" + "".join(sorted({"i", "m"} & set(flags))) + ")" if {"i", "m"} & set(flags) else ""
    if "q" in flags:
        return start.replace("m", "").replace("(?)", "") + "".join(map(_character, pattern))
    return start + _Reader(pattern, flags).whole()


def _character(letter: str) -> str:
    return letter if letter.isalnum() else f"\\x{{{ord(letter):X}}}"


def _written(found: Ranges) -> str:
    return "".join(f"\\x{{{low:X}}}" if low == high else f"\\x{{{low:X}}}-\\x{{{high:X}}}" for low, high in found)


@dataclass(slots=True)
class _Set:
    """What stands in one pair of square brackets, before `^` and what is subtracted."""

    ranges: list[tuple[int, int]] = field(default_factory=list)
    escapes: list[str] = field(default_factory=list)  # s, W, p{Lu}, P{IsGreek} …

    def exactly(self, *, any_case: bool) -> Ranges:
        plain = union(self.ranges)
        return union(in_any_case(plain) if any_case else plain, *(_escaped_set(name) for name in self.escapes))

    def written(self) -> str:
        return _written(union(self.ranges)) + "".join(_KNOWN.get(name) or _property(name) for name in self.escapes)


def _property(name: str) -> str:
    known = name[0] in "pP" and not name[2:].startswith("Is") and name[2:-1] != "Cn"
    return "\\" + name if known else _written(_escaped_set(name))


@lru_cache(maxsize=256)
def _escaped_set(name: str) -> Ranges:
    if name[0] in "DSICWP":
        return complement(_escaped_set(name[0].lower() + name[1:]))
    if name[0] == "p":
        inside = name[2:-1]
        return (blocks()[inside[2:]],) if inside.startswith("Is") else category(inside)
    return _named_set(name)


def _named_set(name: str) -> Ranges:
    if name == "s":
        return _SPACE
    if name == "i":
        return NAME_START
    if name == "c":
        return NAME_CHARACTERS
    if name == "d":
        return category("Nd")
    return complement(union(category("P"), category("Z"), category("C")))


class _Reader:
    """One pass over a pattern."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.text = pattern
        self.at = 0
        self.any_case = "i" in flags
        self.any_sign = "s" in flags
        self.loose = "x" in flags
        self.nesting = 0
        self.spelled_out = 0

    def whole(self) -> str:
        made = self.alternatives()
        if self.at < len(self.text):
            raise Nothing("Mönstret har en högerparentes för mycket.")
        return made

    def next(self) -> str:
        """The next sign, "" at the end; with the flag x blanks outside square brackets do not count."""
        while self.loose and self.text[self.at : self.at + 1] in tuple(_BLANKS):
            self.at += 1
        return self.text[self.at : self.at + 1]

    def take(self, sign: str) -> bool:
        if self.next() == sign:
            self.at += 1
            return True
        return False

    def alternatives(self) -> str:
        self.nesting += 1
        if self.nesting > _MAX_NESTING:
            raise Nothing("Mönstret har för många parenteser inuti varandra.")
        branches = [self.branch()]
        while self.take("|"):
            branches.append(self.branch())
        self.nesting -= 1
        return "|".join(branches)

    def branch(self) -> str:
        pieces = []
        while self.next() not in ("", "|", ")"):
            atom = self.atom()
            pieces.append(atom + self.quantifier())
        return "".join(pieces)

    def quantifier(self) -> str:
        made = self.next()
        if made == "" or made not in "?*+{":
            return ""
        self.at += 1
        if made == "{":
            made = self.repetition()
        return made + ("?" if self.take("?") else "")

    def repetition(self) -> str:
        least = self.digits()
        most = self.digits() if (several := self.take(",")) else least
        if not self.take("}") or not least or (most and not int(least) <= int(most)):
            raise Nothing("Mönstrets antal skrivs som {2}, {2,} eller {2,5}.")
        if max(int(least), int(most or 0)) > _MAX_REPEAT:
            raise Nothing(f"Mönstret får upprepa högst {_MAX_REPEAT} gånger.")
        return f"{{{least},{most}}}" if several else f"{{{least}}}"

    def digits(self) -> str:
        found = ""
        while (sign := self.next()) and sign in "0123456789" and len(found) < 6:
            found += sign
            self.at += 1
        return found

    def atom(self) -> str:
        sign = self.next()
        self.at += 1
        if sign == "(":
            return self.group()
        if sign == "[":
            return self.bracket()
        if sign == "\\":
            return self.escape()
        if sign == ".":
            return r"(?s:.)" if self.any_sign else r"[^\n\r]"
        if sign in "^$":
            return sign
        if sign in "?*+{}]":
            raise Nothing(f"Tecknet {sign} i mönstret ska stå efter något, eller skrivas \\{sign}.")
        return _character(sign)

    def group(self) -> str:
        start = "("
        if self.take("?"):
            if not self.take(":"):
                raise Nothing("Av grupper som börjar med (? finns bara (?: i mönster.")
            start = "(?:"
        inside = self.alternatives()
        if not self.take(")"):
            raise Nothing("Mönstret saknar en högerparentes.")
        return f"{start}{inside})"

    def escape(self) -> str:
        name = self.escape_name()
        if len(name) == 1:
            return _character(name)
        written = _Set(escapes=[name[1:]]).written()
        # A category is the same set whatever case is asked for.
        return f"(?-i:[{written}])" if self.any_case and name[1] in "pP" else f"[{written}]"

    def escape_name(self) -> str:
        """After a backslash: a plain sign, or a set with its backslash as `\\w` or `\\p{Lu}`."""
        sign = self.next()
        self.at += 1
        if sign and sign in _PLAIN_ESCAPES:
            return _PLAIN_ESCAPES[sign]
        if sign and sign in "sSiIcCdDwW":
            return "\\" + sign
        if sign and sign in "pP" and self.take("{"):
            return f"\\{sign}{{{self.property_name()}}}"
        if sign.isdigit():
            raise Nothing("Mönster som hänvisar bakåt till en grupp går inte att använda.")
        raise Nothing(f"\\{sign} betyder inget i mönster.")

    def property_name(self) -> str:
        end = self.text.find("}", self.at)
        name = self.text[self.at : end] if end >= 0 else ""
        self.at = end + 1
        if self.loose:
            name = "".join(name.split())
        if name not in CATEGORIES and not (name.startswith("Is") and name[2:] in blocks()):
            raise Nothing(f"Mönstrets teckenmängd {name[:40]!r} är okänd.")
        return name

    def bracket(self) -> str:
        """`[…]`, with `^` before and `-[…]` after what it holds."""
        loose, self.loose = self.loose, False
        negated, found, less = self.bracket_parts()
        self.loose = loose
        has_category = any(name[0] in "pP" for name in found.escapes)
        if less is None and not (self.any_case and has_category):
            return f"[{'^' if negated else ''}{found.written()}]"
        self.spelled_out += 1
        if self.spelled_out > _MAX_SPELLED_OUT:
            raise Nothing("Mönstret har för många sammansatta teckenmängder.")
        exact = self.set_of(negated, found, less)
        return f"(?-i:[{_written(exact)}])" if exact else _NO_CHARACTER

    def set_of(self, negated: bool, found: _Set, less: Ranges | None) -> Ranges:
        exact = found.exactly(any_case=self.any_case)
        return difference(complement(exact) if negated else exact, less or ())

    def bracket_parts(self) -> tuple[bool, _Set, Ranges | None]:
        self.nesting += 1
        if self.nesting > _MAX_NESTING:
            raise Nothing("Mönstret har för många parenteser inuti varandra.")
        negated = self.take("^")
        found = _Set()
        less: Ranges | None = None
        first = True
        while first or not self.take("]"):
            if not first and self.text.startswith("-[", self.at):
                self.at += 2
                less = self.set_of(*self.bracket_parts())
                if not self.take("]"):
                    raise Nothing("Efter det som dras ifrån ska mängden sluta med ].")
                break
            self.member(found, first=first)
            first = False
        self.nesting -= 1
        return negated, found, less

    def member(self, found: _Set, *, first: bool) -> None:
        """One sign, range or escape inside square brackets."""
        low = self.member_sign(first=first)
        if low.startswith("\\") and len(low) > 1:
            found.escapes.append(low[1:])
            return
        high = low
        if self.next() == "-" and self.text[self.at + 1 : self.at + 2] not in ("[", "]", ""):
            self.at += 1
            high = self.member_sign(first=False)
            if (high.startswith("\\") and len(high) > 1) or high < low:
                raise Nothing("Mönstrets mängd har ett intervall som går baklänges.")
        found.ranges.append((ord(low), ord(high)))

    def member_sign(self, *, first: bool) -> str:
        sign = self.next()
        self.at += 1
        if sign == "\\":
            return self.escape_name()
        if sign in ("", "[", "]") or (sign == "-" and not first and self.next() not in ("]", "-")):
            raise Nothing("Mönstrets hakparentes är inte rätt skriven; skriv \\-, \\[ och \\] för tecknen själva.")
        return sign
