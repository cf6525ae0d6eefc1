"""Charts as SVG, drawn by pygal: looks are classes of charts.css, with no script or style. A table says the same.

On a page a chart takes its colours from the tokens, so that it is dark when the page is and black on white on paper; in
a PDF it brings `PAPER` along. What colour tells, a word tells too.
"""

from __future__ import annotations

import math
import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.utils.safestring import SafeString

from web.paper import Picture

WIDTH = 320
"""In which text of TEXT is read on a telephone; on a wider page the style sheet enlarges the whole, to half as much."""
TEXT = 13
LABELS = 136
ROOM = 18
"""Letters of a label's line, which LABELS has room for."""
LINE = 16
BETWEEN = 12
THICK = 22
AXIS = 24
MOST_LINES = 3
HEIGHT = 180
SHOWN_WIDTH = 240
"""Of which the names under a line have so much."""
LETTER = 8
SILENT = frozenset({"defs", "desc", "title"})
PAPER = """text{font-family:"Libertinus Serif";font-size:13px;fill:#000}.told{font-weight:bold}.background{fill:none}
.axis.y text{text-anchor:end}.axis.x text{text-anchor:middle}.axis.x .minor{display:none}
.line{fill:none;stroke:#555;stroke-width:1}.guide{stroke:#bbb}.series .line{stroke:#224;stroke-width:2}.dot{fill:#224}
.rect{fill:#4b6a88}.other{fill:#fff;stroke:#4b6a88;stroke-width:2}.ci path{fill:none;stroke:#000;stroke-width:1.5}"""


@dataclass(frozen=True, kw_only=True)
class Point:
    """A value with its name and in words, and between what it surely is. Where there is none the words stand alone."""

    name: str
    value: float | None
    told: str = ""
    low: float | None = None
    high: float | None = None
    is_other: bool = False

    @property
    def reach(self) -> list[float]:
        return [value for value in (self.value, self.low, self.high) if value is not None]


@dataclass(frozen=True, kw_only=True)
class Chart:
    """`title` says what it shows, for those who hear it."""

    title: str
    svg: SafeString
    width: int
    height: int

    @property
    def picture(self) -> Picture:
        """The same for paper, with its looks in it."""
        begun, _, rest = self.svg.partition(">")
        return Picture(
            title=self.title, svg=f"{begun}><style>{PAPER}</style>{rest}", width=self.width, height=self.height
        )


def bars(title: str, found: Sequence[Point]) -> Chart | None:
    """Lying bars from zero, each with its name and value in words. None where there is nothing to draw."""
    if not any(one.value for one in found):
        return None
    # The library draws from below.
    shown = list(reversed(found))
    names = ["\n".join([*_wrapped(one.name), one.told]) for one in shown]
    height = AXIS + len(shown) * (BETWEEN + LINE * max(name.count("\n") + 1 for name in names))
    zero = {"value": 0, "label": ""}
    drawn = _drawn("HorizontalBar", height, shown, y_labels=[zero], zero=0)
    drawn.margin_left = LABELS - _room_for(names)
    drawn.x_labels = names
    return _chart(title, drawn, shown, height)


def over_time(title: str, found: Sequence[Point], *, told: Callable[[float], str]) -> Chart | None:
    """Values one after another, the line broken where there is none. None where there are not two to draw between."""
    if sum(one.value is not None for one in found) < 2:
        return None
    found = _cut(found)
    room = SHOWN_WIDTH // (LETTER * (max(len(one.name) for one in found) + 1))
    often = math.ceil(len(found) / max(room, 1))
    drawn = _drawn("Line", HEIGHT, found, max_scale=5, min_scale=3, dots_size=3, truncate_label=20, margin_right=26)
    drawn.allow_interruptions = True
    drawn.value_formatter = told
    drawn.x_labels = [one.name for one in found]
    drawn.x_labels_major = [one.name for one in found[::often]]
    return _chart(title, drawn, found, HEIGHT)


# -- inside ------------------------------------------------------------------------------------------------------------


def _cut(found: Sequence[Point]) -> list[Point]:
    """What is very unsure goes out of the drawing: an interval of two cases can be ten times as wide as the rest."""
    values = [0.0, *(one.value for one in found if one.value is not None)]
    wide = max(values) - min(values)
    least, most = min(values) - wide, max(values) + wide
    return [
        one if one.low is None or one.high is None else replace(one, low=max(one.low, least), high=min(one.high, most))
        for one in found
    ]


@cache
def _library() -> Any:
    """Without its own way to find modules: it is for maps, and Python 3.11 warns of it at each import."""
    import pygal

    sys.meta_path[:] = [one for one in sys.meta_path if not isinstance(one, pygal.PluginImportFixer)]
    return pygal


def _drawn(kind: str, height: int, found: Iterable[Point], **more: Any) -> Any:
    pygal = _library()
    reach = [value for one in found for value in one.reach]
    plain = {"js": (), "css": (), "classes": ("chart",), "no_prefix": True, "disable_xml_declaration": True}
    size = {"width": WIDTH, "height": height, "margin": 4, "spacing": 4, "show_legend": False}
    style = pygal.style.Style(label_font_size=TEXT, major_label_font_size=TEXT, value_font_size=TEXT)
    return getattr(pygal, kind)(style=style, range=(min(0.0, *reach), max(0.0, *reach)), **plain, **size, **more)


def _room_for(names: Sequence[str]) -> float:
    """How much room the library leaves for the names on one line; ours are on several."""
    return float(_library().util.get_texts_box(names, TEXT)[1])


def _wrapped(name: str) -> list[str]:
    return textwrap.wrap(name, ROOM, max_lines=MOST_LINES, placeholder=" …") or [""]


def _chart(title: str, drawn: Any, found: Iterable[Point], height: int) -> Chart:
    drawn.add(title, [_valued(one) for one in found])
    drawn.add_xml_filter(lambda root: _plain(root, title))
    return Chart(title=title, svg=SafeString(drawn.render(is_unicode=True)), width=WIDTH, height=height)


def _valued(one: Point) -> Any:
    told: dict[str, Any] = {"value": one.value}
    if one.low is not None and one.high is not None:
        told["ci"] = {"low": one.low, "high": one.high}
    if one.is_other:
        told["node"] = {"class": "rect other"}
    return told if one.value is not None else None


def _plain(root: Any, title: str) -> Any:
    """Only what is drawn, as one picture with a name."""
    for parent in list(root.iter()):
        for part in list(parent):
            if _is_silent(part):
                parent.remove(part)
    del root.attrib["id"]
    root.attrib.update({"role": "img", "aria-label": f"{title}. Samma siffror står i tabellen."})
    for text in list(root.iter("text")):
        text.set("class", text.get("class") or "minor")
        _broken(text)
    for bar in root.iter("rect"):
        if "rect" in bar.get("class", "").split():
            _thinner(bar)
    return root


def _is_silent(part: Any) -> bool:
    """What is for scripts, says nothing or is a remark."""
    if not isinstance(part.tag, str) or part.tag in SILENT:
        return True
    return "tooltip-overlay" in part.get("class", "") or (part.tag == "text" and not part.text)


def _broken(text: Any) -> None:
    """Its lines one under another, the last of them the value."""
    *name, told = (text.text or "").split("\n")
    if not name:
        return
    text.text = ""
    first = float(text.get("y")) - LINE * len(name) / 2
    for number, line in enumerate([*name, told]):
        kind = {"class": "told"} if number == len(name) else {}
        part = text.makeelement("tspan", {"x": text.get("x"), "y": f"{first + LINE * number:.1f}"} | kind)
        part.text = line
        text.append(part)


def _thinner(bar: Any) -> None:
    """As thick as all others, however many lines a name of the chart has."""
    y, height = float(bar.get("y")), float(bar.get("height"))
    bar.set("y", f"{y + (height - THICK) / 2:.1f}")
    bar.set("height", str(THICK))
