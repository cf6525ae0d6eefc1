"""The keys that do things on the pages, said once: the help page and its dialog show them, the pages carry them."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """`keys` one after another; on screen between them "sedan"."""

    keys: str
    does: str

    @property
    def each(self) -> list[str]:
        return self.keys.split()


GO = {"uppgifter": "g i", "personer": "g p", "enheten": "g e", "stopp": "g s"}
"""By the key of the menu's entry."""
EVERYWHERE = [
    Shortcut(keys="?", does="Visa kortkommandona"),
    Shortcut(keys="/", does="Gå till sökfältet"),
    Shortcut(keys="g i", does="Gå till uppgifterna"),
    Shortcut(keys="g p", does="Gå till personerna"),
    Shortcut(keys="g e", does="Gå till enheten"),
    Shortcut(keys="g s", does="Gå till stoppen"),
]
LIST = [
    Shortcut(keys="j", does="Nästa i listan"),
    Shortcut(keys="k", does="Föregående i listan"),
    Shortcut(keys="Enter", does="Öppna det du står på"),
    Shortcut(keys="t", does="Ta uppgiften du står på"),
    Shortcut(keys="f", does="Filtrera och sortera"),
    Shortcut(keys="u", does="Sparade urval"),
    Shortcut(keys="1", does="Att göra; 2, 3 och så vidare är flikarna därefter"),
]
TASK = [Shortcut(keys="t", does="Ta uppgiften")]
GROUPS = {"Överallt": EVERYWHERE, "I listor": LIST, "På en uppgift": TASK}
