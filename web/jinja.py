"""The template language of every page: Jinja2, with our addresses and Swedish words, and strict about names."""

from collections.abc import MutableMapping
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.utils import timezone
from django.utils.functional import SimpleLazyObject, cached_property
from django.utils.html import format_html
from django.utils.module_loading import import_string
from jinja2 import Environment, StrictUndefined

from web import addresses, municipality, swedish, words


class Installation:
    """What every page knows about the installation it is part of."""

    @property
    def is_demo(self) -> bool:
        return bool(settings.FORLOPP_DEMO)

    @property
    def is_practice(self) -> bool:
        return bool(settings.FORLOPP_PRACTICE)

    @property
    def live_url(self) -> str:
        """Where an open inbox is told that something has changed; from the colon on where only the port is another."""
        return str(settings.FORLOPP_LIVE_URL)

    @property
    def poll_seconds(self) -> int:
        """How often it asks when it is not told."""
        return int(settings.FORLOPP_POLL_SECONDS)

    @property
    def practice_url(self) -> str:
        """Where staff of a real installation practise; empty when nowhere."""
        return str(settings.FORLOPP_PRACTICE_URL)

    @property
    def now(self) -> datetime:
        """For the clock that practice mode shows."""
        return timezone.now()

    @property
    def municipality(self) -> str:
        return str(settings.FORLOPP_MUNICIPALITY_NAME)

    @cached_property
    def style_url(self) -> str:
        return f"{addresses.url('web:style')}?v={municipality.style_version()}"

    @cached_property
    def logo_url(self) -> str:
        """Empty when the municipality has given none."""
        return addresses.url("web:logo") if municipality.logo() else ""


class Pages(Environment):
    """Jinja's, where what every template knows is one plain dict: each import of each page looks through its names."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}


def environment(*, menu: str, **options: Any) -> Environment:
    """Of Django's `TEMPLATES`; `menu` is the dotted name of the function that tells where one can go."""
    made = Pages(**options | {"undefined": StrictUndefined, "autoescape": True, "lstrip_blocks": True})
    made.globals.update(
        # An error page may be written before anyone knows who asks.
        request=None,
        menu=import_string(menu),
        messages=_messages,
        signed_in=_signed_in,
        installation=Installation(),
        static=addresses.static,
        url=addresses.url,
    )
    made.filters.update(breakable=words.breakable, counted=words.counted, due_tag=words.due_tag, moment=words.moment)
    made.filters.update(bytes=words.size, number=swedish.number, clock=swedish.clock, day=swedish.date)
    return made


def csrf(request: HttpRequest) -> dict[str, object]:
    """The hidden field of a form, made when the first form asks for it and the same in all of the page."""
    field = '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
    return {"csrf_input": SimpleLazyObject(lambda: format_html(field, get_token(request)))}


def warm() -> None:
    """Reads every template before the first page asks: what cannot be read must not start."""
    made = loaded()
    for name in made.list_templates():
        made.get_template(name)


def loaded() -> Environment:
    """The one that the pages are written with."""
    made: Environment = cast("Jinja2", engines["jinja2"]).env
    return made


def _messages(request: HttpRequest | None) -> Any:
    """What the page before has to tell; each message is shown once."""
    told = () if request is None else get_messages(request)
    # To look through an empty store counts as reading it, and would be answered with a cookie.
    return told if len(told) else ()


def _signed_in(request: HttpRequest | None) -> Any:
    """Who reads the page, or None."""
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None
