"""Photos made anew: turned right, no larger than needed, and without what the camera wrote of place and person.

The work is done in a process of its own, with a limit for time and memory: what a made-up picture does to the library
that reads it is done to nobody else. Run as a program it makes two files of one: `pictures <photo> <made> <small>`.
"""

from __future__ import annotations

import contextlib
import io
import resource
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from workflows.attachments.kinds import KINDS, Kind, Refused

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_SIDE, SMALL_SIDE = 3_000, 320
MOST_PIXELS = 64_000_000
MOST_MEMORY = 1_200_000_000
SECONDS = 30
QUALITY = 88
TOO_LARGE, UNREADABLE = 3, 4
"""What the program tells by its exit code."""
TEXTS = {
    TOO_LARGE: Refused("Bilden har för många bildpunkter. Ta om den med lägre upplösning.", status=413),
    UNREADABLE: Refused("Bilden är skadad och går inte att öppna.", status=422),
}
_one_at_a_time = threading.Lock()


def make_anew(photo: Path, made: Path, small: Path) -> Kind:
    """Write the photo and a small copy of it; what it became. Raises Refused."""
    words = [sys.executable, "-m", "workflows.attachments.pictures", str(photo), str(made), str(small)]
    here = Path(__file__).resolve().parents[2]
    try:
        with _one_at_a_time:
            done = subprocess.run(words, cwd=here, capture_output=True, text=True, timeout=SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise TEXTS[UNREADABLE] from None
    if done.returncode:
        raise TEXTS.get(done.returncode, TEXTS[UNREADABLE])
    return KINDS[done.stdout.strip()]


def main(photo: Path, made: Path, small: Path) -> int:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    import pi_heif
    from PIL import Image, UnidentifiedImageError

    pi_heif.register_heif_opener()
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS // 2  # the library refuses at twice this
    try:
        with Image.open(photo, formats=["JPEG", "PNG", "HEIF"]) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return TOO_LARGE
            is_png = opened.format == "PNG"
            # A JPEG can be read at half its size or less, which spares time and memory.
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            key = _write(opened, made, small, is_png=is_png)
    except (Image.DecompressionBombError, MemoryError):
        return TOO_LARGE
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
        return UNREADABLE
    sys.stdout.write(key)
    return 0


def _write(opened: Image, made: Path, small: Path, *, is_png: bool) -> str:
    from PIL import ImageOps

    image = _in_common_colours(ImageOps.exif_transpose(opened), may_be_clear=is_png)
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    key = "png" if is_png else "jpeg"
    if is_png:
        image.save(made, format="PNG")
    else:
        image.save(made, format="JPEG", quality=QUALITY, progressive=True)
    image.thumbnail((SMALL_SIDE, SMALL_SIDE))
    _on_white(image).save(small, format="JPEG", quality=QUALITY)
    return key


def _in_common_colours(image: Image, *, may_be_clear: bool) -> Image:
    """Pixels and nothing else: a new picture holds no notes, and its colours are those that every screen expects."""
    from PIL import Image as Made
    from PIL import ImageCms

    profile, mode = image.info.get("icc_profile"), "RGB"
    if may_be_clear and image.has_transparency_data:
        mode = "RGBA"
    pixels = image.convert(mode)
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError):  # a profile that is none is left out
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            ImageCms.profileToProfile(pixels, source, ImageCms.createProfile("sRGB"), inPlace=True)
    bare = Made.new(mode, pixels.size)
    bare.paste(pixels)
    return bare


def _on_white(image: Image) -> Image:
    from PIL import Image as Made

    if image.mode == "RGB":
        return image
    white = Made.new("RGB", image.size, "white")
    white.paste(image, mask=image.getchannel("A"))
    return white


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:4])))
