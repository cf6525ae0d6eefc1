"""What makes an installation look like its municipality's: name, colours and logotype, as the settings say."""

import hashlib
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from web.colours import Palette

LOGO_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}


def palette() -> Palette:
    """Raises NotAColour."""
    return Palette.chosen(settings.FORLOPP_COLOUR, settings.FORLOPP_COLOUR_DARK)


def style() -> str:
    """The style sheet that every page loads before ours."""
    return _style(settings.FORLOPP_COLOUR, settings.FORLOPP_COLOUR_DARK)


def style_version() -> str:
    """Changes when the style does, so that a browser may keep it for ever."""
    return hashlib.sha256(style().encode()).hexdigest()[:12]


@lru_cache(maxsize=4)
def _style(light: str, dark: str) -> str:
    return "/* The municipality's colours: FORLOPP_COLOUR. */\n" + Palette.chosen(light, dark).css()


def logo() -> Path | None:
    """None when there is none, or nothing that a browser can show."""
    path = Path(settings.FORLOPP_LOGO) if settings.FORLOPP_LOGO else None
    return path if path and path.suffix.lower() in LOGO_TYPES and path.is_file() else None
