"""What people write who have not learned FEEL, and what to write instead."""

import re

from workflows.feel.errors import FeelError
from workflows.feel.lexer import KEYWORDS

_AROUND = 40  # characters looked at on each side of where the reading stopped
# What stands just before, what stands at the place, and what to say; § is what stood at the place. First fit wins.
_TABLE = (
    (r"[=!]\s*", r"==?", "Likhet skrivs med ett enda likhetstecken: a = b. Olikhet skrivs !=."),
    (r"<", r">", "Olikhet skrivs !=."),
    (r"=", r">", "Större än eller lika med skrivs >=."),
    (r"=", r"<", "Mindre än eller lika med skrivs <=."),
    (r"", r":=", "Ett uttryck räknar bara fram ett värde; skriv det som står till höger om :=."),
    (r"^\s*", r"=", "Ta bort likhetstecknet i början; skriv bara uttrycket."),
    (r"[{,]\s*[^{},]*", r"=(?!=)", "I en kontext skrivs kolon mellan namn och värde: {namn: värde}."),
    (r"\d", r",\d", "Decimaler skrivs med punkt: 12.5."),
    (r"\d\s+", r"\d{3}\b", "Tal skrivs utan mellanslag: 1000."),
    (r"\d", r":\d\d", 'Klockslag skrivs @"12:00:00" eller time("12:00:00").'),
    (r"\d\s*", r"%", "Procenttecken finns inte; skriv talet delat med 100, till exempel 0.25."),
    (r"", r"%", "Resten vid division skrivs modulo(a, b)."),
    (r"", r"&(gt|lt|quot|amp|apos);", 'Skriv tecknet självt (till exempel <, > eller "), inte §.'),
    (r"", r"&&?", "Både-och skrivs and: a > 1 and b > 2."),
    (r"", r"\|\|?", "Antingen-eller skrivs or: a > 1 or b > 2."),
    (r"", r"!", "Inte skrivs not(…): not(a > 1)."),
    (r"", r"\^", "Upphöjt till skrivs **: a ** 2."),
    (r"", r"[“”„»«]", 'Använd raka citattecken ("), inte typografiska.'),
    (r"", r"['‘’`´]", 'Text skrivs inom raka citattecken: "text".'),
    (r"", r"[–—−‐‑]", "Använd vanligt minustecken (-)."),
    (r"", r"≤|⩽", "Mindre än eller lika med skrivs <=."),
    (r"", r"≥|⩾", "Större än eller lika med skrivs >=."),
    (r"", r"≠", "Olikhet skrivs !=."),
    (r"", r"[×·]", "Gånger skrivs *."),
    (r"", r"÷", "Delat med skrivs /."),
    (r"", r";", "Semikolon används inte; skilj värden åt med kommatecken."),
    (r"[$#]", r"\{", "Skriv uttrycket utan omgivande ${ och }."),
    (r"", r"[$#]\{?", "Tecknet § används inte; skriv uttrycket utan omgivande ${ och }."),
    (r"", r"\\", 'Omvänt snedstreck kan bara stå i en text: "a\\\\b".'),
    (r"", r"=>|->", "En funktion skrivs function(x) x + 1."),
    (r"", r"\?\?", "Ett värde i stället för ett som saknas skrivs: if a = null then b else a."),
    (r"", r"\?", "Ett val skrivs if villkor then värde else annat värde."),
    (r"^\s*[<>]=?[^,]*", r"(and|or)\b", "Två villkor på samma värde skrivs [5..10], eller ? > 5 and ? < 10."),
    (r"\bis not\s*", r"null\b", "Att ett värde finns skrivs: a != null."),
    (r"\bis\s*", r"null\b", "Att ett värde saknas skrivs: a = null."),
    (r"\bis\s*", r"(true|false)\b", "Likhet skrivs =: a = true."),
    (r"\b(for|some|every)\s*", r"\(", "Skriv utan parentes: for x in lista return x + 1."),
    (r",\s*", r"[\])}]", "Ta bort kommatecknet före §."),
    (r",\s*\]", r"$", "Ta bort kommatecknet före ]."),
    (r"", r"(elif|elsif|elseif)\b", "Ett val till skrivs else if."),
)
_ROWS = tuple((re.compile(f"(?:{before})$"), re.compile(here), message) for before, here, message in _TABLE)
_WORDS = {
    "och": "Både-och skrivs and.",
    "eller": "Antingen-eller skrivs or.",
    "inte": "Inte skrivs not(…).",
    "ej": "Inte skrivs not(…).",
    "om": "Ett val skrivs if villkor then värde else annat värde.",
    "annars": "Ett val skrivs if villkor then värde else annat värde.",
    "sant": "Sant skrivs true.",
    "falskt": "Falskt skrivs false.",
    "mellan": "Mellan skrivs between … and: ålder between 18 and 64.",
    "is": "Likhet skrivs =.",
    "like": 'Att en text liknar en annan skrivs contains(text, "del") eller matches(text, "mönster").',
    "none": "Att ett värde saknas skrivs null.",
    "undefined": "Att ett värde saknas skrivs null.",
    "mod": "Resten vid division skrivs modulo(a, b).",
}
_WORD = re.compile(r"[^\W\d]\w*")


def explained(text: str, error: FeelError) -> FeelError:
    """The same error, told as what to write instead when the mistake is a known one."""
    at = error.position
    before, here = text[max(0, at - _AROUND) : at], text[at : at + _AROUND]
    for is_before, is_here, message in _ROWS:
        found = is_here.match(here)
        if found and is_before.search(before):
            return FeelError(at, message.replace("§", found.group()))
    said = _said_of_words(before, here)
    return FeelError(at, said) if said else error


def _said_of_words(before: str, here: str) -> str:
    """The word where the reading stopped, else the words just before it."""
    there = _WORD.match(here)
    words = ([there.group()] if there else []) + _WORD.findall(before.rpartition('"')[2])[::-1]
    return next((said for said in map(word, words) if said), "")


def word(name: str) -> str:
    """What to say of a single word that FEEL does not know by that spelling, "" when nothing."""
    if name.lower() in KEYWORDS | {"not"} and name != name.lower():
        return f"Ordet {name} skrivs med små bokstäver: {name.lower()}."
    return _WORDS.get(name.lower(), "")


def unknown_name(name: str) -> str:
    """Why a name has no value, with the mistake that its words give away."""
    said = next((said for said in map(word, name.split()) if said), "")
    return f"Namnet {name[:60]!r} finns inte.{' ' + said if said else ''}"
