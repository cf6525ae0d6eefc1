"""The municipality's colours: what follows from those it chooses, and whether text can be read on them. Pure."""

import colorsys
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

TOKENS = Path(__file__).parent / "static" / "web" / "tokens.css"
READABLE = 4.5
"""WCAG 2.1, 1.4.3: the least contrast of text to what is behind it."""
COMFORTABLE = 8.0
"""How far a colour that nobody chose is taken from the dark surface."""

_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_TOKEN = re.compile(r"--([a-z-]+): (?:light-dark\()?(#[0-9a-f]{3,6})(?:, (#[0-9a-f]{3,6})\))?;")

Colour = tuple[int, int, int]
BLACK, WHITE = (0, 0, 0), (255, 255, 255)


class NotAColour(ValueError):
    """The text is not #rgb or #rrggbb."""


@dataclass(frozen=True)
class Unreadable:
    """Two colours that stand on each other, and how little they differ."""

    what: str
    ratio: float


def read(text: str) -> Colour:
    found = _HEX.fullmatch(text.strip())
    if not found:
        raise NotAColour(text)
    digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def text_of(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def contrast(one: Colour, other: Colour) -> float:
    """From 1 (the same) to 21 (black on white), as WCAG counts."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """`colour` with `share` of `other` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


@dataclass(frozen=True)
class Palette:
    """All that follows from a colour on light ground and, where one is chosen, another on dark."""

    light: Colour
    dark: Colour

    @classmethod
    def chosen(cls, light: str, dark: str = "") -> "Palette":
        """Raises NotAColour."""
        colour = read(light)
        return cls(colour, read(dark) if dark.strip() else _lightened(colour))

    def variables(self) -> dict[str, str]:
        ground = tokens("dark")["surface"]
        made = {
            "kommun": self.light,
            "kommun-dark": mixed(self.light, BLACK, 0.26),
            "kommun-tint": mixed(self.light, WHITE, 0.89),
            "kommun-on-dark": self.dark,
            "kommun-on-dark-strong": mixed(self.dark, WHITE, 0.4),
            "kommun-on-dark-tint": mixed(ground, self.dark, 0.16),
        }
        return {name: text_of(colour) for name, colour in made.items()}

    def css(self) -> str:
        lines = (f"    --{name}: {value};\n" for name, value in self.variables().items())
        return ":root {\n" + "".join(lines) + "}\n"

    def unreadable(self) -> list[Unreadable]:
        """Where text in or on these colours cannot be read."""
        return [Unreadable(what, ratio) for what, ratio in self._contrasts() if ratio < READABLE]

    def _contrasts(self) -> Iterator[tuple[str, float]]:
        own = {name: read(value) for name, value in self.variables().items()}
        day, night = tokens("light"), tokens("dark")
        yield "vit text på färgen", contrast(self.light, day["on-accent"])
        yield "färgen på ljus bakgrund", min(contrast(self.light, day[name]) for name in ("surface", "bg"))
        yield "färgen på sin egen ljusa ton", contrast(own["kommun-dark"], own["kommun-tint"])
        yield "färgen på mörk bakgrund", min(contrast(self.dark, night[name]) for name in ("surface", "bg"))
        yield "mörk text på färgen i mörkt läge", contrast(self.dark, night["on-accent"])
        yield "färgen på sin egen mörka ton", contrast(own["kommun-on-dark-strong"], own["kommun-on-dark-tint"])


@lru_cache(maxsize=2)
def tokens(scheme: str) -> dict[str, Colour]:
    """The fixed colours of the design, read where they are said; `scheme` is light or dark."""
    found = _TOKEN.findall(TOKENS.read_text(encoding="utf-8"))
    return {name: read(light if scheme == "light" else dark or light) for name, light, dark in found}


def _lightened(colour: Colour) -> Colour:
    """The same hue, as light as dark ground needs."""
    ground = tokens("dark")["surface"]
    hue, lightness, saturation = colorsys.rgb_to_hls(*(part / 255 for part in colour))
    steps = (lightness + (1 - lightness) * step / 40 for step in range(41))
    shades = (colorsys.hls_to_rgb(hue, light, min(saturation, 0.6)) for light in steps)
    colours = ((round(red * 255), round(green * 255), round(blue * 255)) for red, green, blue in shades)
    return next(shade for shade in colours if contrast(shade, ground) >= COMFORTABLE)


def _luminance(colour: Colour) -> float:
    red, green, blue = (_linear(part / 255) for part in colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
