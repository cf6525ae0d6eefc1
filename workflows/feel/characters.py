"""Sets of characters as XML Schema's regular expressions name them: categories, blocks, names' letters, case."""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby

LAST = 0x10FFFF
Ranges = tuple[tuple[int, int], ...]  # sorted, apart from one another, both ends included

_CATEGORIES = "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po Z Zs Zl Zp S Sm Sc Sk So C Cc Cf Co Cn"
CATEGORIES = frozenset(_CATEGORIES.split())
# XML 1.0 (fifth edition) productions 4 and 4a.
NAME_START: Ranges = (
    *((0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF)),
    *((0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF)),
    *((0xF900, 0xFDCF), (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF)),
)
_NAME_MORE: Ranges = ((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))
_BLOCKS = """
BasicLatin 0-7F Latin-1Supplement 80-FF LatinExtended-A 100-17F LatinExtended-B 180-24F IPAExtensions 250-2AF
SpacingModifierLetters 2B0-2FF CombiningDiacriticalMarks 300-36F Greek 370-3FF GreekandCoptic 370-3FF Cyrillic 400-4FF
CyrillicSupplement 500-52F Armenian 530-58F Hebrew 590-5FF Arabic 600-6FF Syriac 700-74F ArabicSupplement 750-77F
Thaana 780-7BF NKo 7C0-7FF Samaritan 800-83F Devanagari 900-97F Bengali 980-9FF Gurmukhi A00-A7F Gujarati A80-AFF
Oriya B00-B7F Tamil B80-BFF Telugu C00-C7F Kannada C80-CFF Malayalam D00-D7F Sinhala D80-DFF Thai E00-E7F Lao E80-EFF
Tibetan F00-FFF Myanmar 1000-109F Georgian 10A0-10FF HangulJamo 1100-11FF Ethiopic 1200-137F Cherokee 13A0-13FF
UnifiedCanadianAboriginalSyllabics 1400-167F Ogham 1680-169F Runic 16A0-16FF Tagalog 1700-171F Khmer 1780-17FF
Mongolian 1800-18AF Limbu 1900-194F PhoneticExtensions 1D00-1D7F LatinExtendedAdditional 1E00-1EFF
GreekExtended 1F00-1FFF GeneralPunctuation 2000-206F SuperscriptsandSubscripts 2070-209F CurrencySymbols 20A0-20CF
CombiningMarksforSymbols 20D0-20FF CombiningDiacriticalMarksforSymbols 20D0-20FF LetterlikeSymbols 2100-214F
NumberForms 2150-218F Arrows 2190-21FF MathematicalOperators 2200-22FF MiscellaneousTechnical 2300-23FF
ControlPictures 2400-243F OpticalCharacterRecognition 2440-245F EnclosedAlphanumerics 2460-24FF BoxDrawing 2500-257F
BlockElements 2580-259F GeometricShapes 25A0-25FF MiscellaneousSymbols 2600-26FF Dingbats 2700-27BF
BraillePatterns 2800-28FF LatinExtended-C 2C60-2C7F Coptic 2C80-2CFF SupplementalPunctuation 2E00-2E7F
CJKRadicalsSupplement 2E80-2EFF KangxiRadicals 2F00-2FDF CJKSymbolsandPunctuation 3000-303F Hiragana 3040-309F
Katakana 30A0-30FF Bopomofo 3100-312F HangulCompatibilityJamo 3130-318F Kanbun 3190-319F BopomofoExtended 31A0-31BF
EnclosedCJKLettersandMonths 3200-32FF CJKCompatibility 3300-33FF CJKUnifiedIdeographsExtensionA 3400-4DBF
YijingHexagramSymbols 4DC0-4DFF CJKUnifiedIdeographs 4E00-9FFF YiSyllables A000-A48F YiRadicals A490-A4CF
LatinExtended-D A720-A7FF HangulSyllables AC00-D7AF PrivateUse E000-F8FF PrivateUseArea E000-F8FF
CJKCompatibilityIdeographs F900-FAFF AlphabeticPresentationForms FB00-FB4F ArabicPresentationForms-A FB50-FDFF
VariationSelectors FE00-FE0F CombiningHalfMarks FE20-FE2F CJKCompatibilityForms FE30-FE4F SmallFormVariants FE50-FE6F
ArabicPresentationForms-B FE70-FEFF HalfwidthandFullwidthForms FF00-FFEF Specials FFF0-FFFF OldItalic 10300-1032F
Gothic 10330-1034F Deseret 10400-1044F MusicalSymbols 1D100-1D1FF MathematicalAlphanumericSymbols 1D400-1D7FF
Emoticons 1F600-1F64F MiscellaneousSymbolsandPictographs 1F300-1F5FF CJKUnifiedIdeographsExtensionB 20000-2A6DF
Tags E0000-E007F
"""


@lru_cache(maxsize=1)
def blocks() -> dict[str, tuple[int, int]]:
    words = _BLOCKS.split()
    ends = ((int(start, 16), int(end, 16)) for start, end in (pair.split("-") for pair in words[1::2]))
    return dict(zip(words[::2], ends, strict=True))


def union(*sets: Iterable[tuple[int, int]]) -> Ranges:
    made: list[tuple[int, int]] = []
    for low, high in sorted(pair for found in sets for pair in found):
        if made and low <= made[-1][1] + 1:
            made[-1] = (made[-1][0], max(made[-1][1], high))
        else:
            made.append((low, high))
    return tuple(made)


def complement(found: Ranges) -> Ranges:
    made: list[tuple[int, int]] = []
    start = 0
    for low, high in found:
        if low > start:
            made.append((start, low - 1))
        start = high + 1
    return (*made, (start, LAST)) if start <= LAST else tuple(made)


def difference(left: Ranges, right: Ranges) -> Ranges:
    return complement(union(complement(left), right))


NAME_CHARACTERS = union(NAME_START, _NAME_MORE)


@lru_cache(maxsize=1)
def _categories() -> dict[str, list[tuple[int, int]]]:
    """Ranges of every category of two letters; the planes between hold no character and are one unassigned range."""
    made: dict[str, list[tuple[int, int]]] = {"Cn": [(0x40000, 0xDFFFF), (0xE1000, 0xEFFFF)], "Co": [(0xF0000, LAST)]}
    for first, end in ((0, 0x40000), (0xE0000, 0xE1000)):
        for name, run in groupby(range(first, end), key=lambda code: unicodedata.category(chr(code))):
            codes = list(run)
            made.setdefault(name, []).append((codes[0], codes[-1]))
    return made


def category(name: str) -> Ranges:
    return union(*(ranges for key, ranges in _categories().items() if key.startswith(name)))


@lru_cache(maxsize=1)
def _cased() -> dict[int, frozenset[int]]:
    """By character: those that are the same letter in another case."""
    families: dict[int, set[int]] = {}
    for code in range(0x1E944):
        letter = chr(code)
        folded = letter.lower()
        if len(folded) == 1 and (folded != letter or letter.upper() != letter):
            families.setdefault(ord(folded), set()).update({code, ord(folded)})
    return {code: frozenset(family) for family in families.values() if len(family) > 1 for code in family}


def in_any_case(found: Ranges) -> Ranges:
    """The set with the other cases of its letters."""
    return union(found, _others(found))


def _others(found: Ranges) -> Iterator[tuple[int, int]]:
    for code, family in _cased().items():
        at = bisect_right(found, (code, LAST)) - 1
        if at >= 0 and code <= found[at][1]:
            yield from ((other, other) for other in family)
