"""The name of a file as it may be shown and stored: what someone else's computer called it, made harmless."""

from __future__ import annotations

import re
import unicodedata

from workflows.attachments.kinds import Kind, Refused

LONGEST = 100
# What steers how text is shown or where a file lies: control, format (right-to-left marks), surrogates, private, and
# what Windows and Unix keep for themselves.
UNWANTED = re.compile(r'[<>:"/\\|?*%\s]+')
STEERING = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def cleaned(name: str, kind: Kind) -> str:
    """With the ending of what the file is. Raises Refused when the name says that it is something else."""
    name = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    name = "".join(character for character in name if unicodedata.category(character) not in STEERING)
    name = UNWANTED.sub(" ", name).strip(" .")
    stem, dot, ending = name.rpartition(".")
    if not dot:
        stem, ending = name, ""
    if kind.is_picture:  # it is made anew, and has the ending of what it then is
        return _joined(stem, kind.endings[0], kind)
    if ending and ending.lower() not in kind.endings:
        raise Refused(f"Filens namn slutar på .{ending[:12]}, men innehållet är något annat ({kind.word}).")
    return _joined(stem, ending.lower() or kind.endings[0], kind)


def _joined(stem: str, ending: str, kind: Kind) -> str:
    return f"{stem[:LONGEST].strip(' .') or kind.word}.{ending}"
