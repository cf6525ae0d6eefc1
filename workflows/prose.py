"""A README as a page: Markdown without raw HTML, pictures or links that lead astray. Pure."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString

if TYPE_CHECKING:
    # Loaded when a text is read: most processes never do.
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MAX_LENGTH = 200_000
_TABLE = '<div class="table-scroll" tabindex="0" role="group" aria-label="Tabell">\n<table class="table">\n'
"""A phone scrolls it sideways, with the keyboard too."""
_AWAY = re.compile(r"https?://", re.IGNORECASE)


def page(text: str) -> SafeString:
    """The text below its title, as HTML; its headings begin at the second level, under the page's own."""
    reader = _reader()
    tokens = reader.parse(text[:MAX_LENGTH])
    if [token.tag for token in tokens[:1]] == ["h1"]:
        tokens = tokens[3:]
    for token in tokens:
        _settle(token)
    made: str = reader.renderer.render(tokens, reader.options, {})
    return SafeString(made)  # the renderer escapes every text, and raw HTML is off


def purpose(text: str) -> str:
    """The first paragraph, in one line; '' when there is none."""
    tokens = _reader().parse(text[:MAX_LENGTH])
    for before, token in itertools.pairwise(tokens):
        if before.type == "paragraph_open":
            words = (child.content or (" " if child.type.endswith("break") else "") for child in token.children or ())
            return " ".join("".join(words).split())
    return ""


def with_purpose(text: str, told: str) -> str:
    """The same with another first paragraph, below the title when there was none. Nothing else is touched."""
    tokens, lines = _reader().parse(text[:MAX_LENGTH]), text.splitlines(keepends=True)
    found = next((token.map for token in tokens if token.type == "paragraph_open" and token.map), None)
    if found is None:
        title = next((token.map for token in tokens if token.type == "heading_open" and token.map), None)
        if title is None:
            return f"{told}\n{text}"
        found, told = [title[1], title[1]], f"\n{told}"
    return "".join((*lines[: found[0]], f"{told}\n", *lines[found[1] :]))


def _reader() -> MarkdownIt:
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark", {"html": False}).enable("table").disable(["image", "html_inline", "html_block"])
    reader.add_render_rule("table_open", lambda *_words: _TABLE)
    reader.add_render_rule("table_close", lambda *_words: "</table>\n</div>\n")
    return reader


def _settle(token: Token) -> None:
    """Headings one level down, links out of the product or none."""
    if token.type.startswith("heading_") and token.tag == "h1":
        token.tag = "h2"
    for child in token.children or ():
        if child.type == "link_open" and not _AWAY.match(str(child.attrs.get("href", ""))):
            child.tag, child.attrs = "span", {}
            child.meta["cut"] = True
    _close(token.children or [])


def _close(children: list[Token]) -> None:
    """A link's end has the name of its beginning; there are no links in links."""
    tag = "a"
    for child in children:
        if child.type == "link_open":
            tag = child.tag
        elif child.type == "link_close":
            child.tag = tag
