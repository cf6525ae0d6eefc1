"""The template language of every page: Jinja2, with our addresses and Swedish words, and strict about names."""

from collections.abc import Callable, Hashable, Iterator, Mapping, MutableMapping
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.template import engines
from django.template.backends.jinja2 import Jinja2
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString
from jinja2 import Environment, StrictUndefined, Template, nodes
from jinja2.runtime import Context
from jinja2.utils import markupsafe  # type: ignore[attr-defined]  # whose `escape` makes a string of its own kind
from jinja2.visitor import NodeTransformer

from web import addresses, compiled, csrf, municipality, swedish, words

# What `escape` wraps.
_escaped: Callable[[str], str] = vars(markupsafe)["_escape_inner"]
Render = Callable[[Context], Iterator[str]]


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


class Page(Template):
    """Jinja's, where what is shown is escaped into a plain string: it is joined with the rest and asked no more.

    And each is joined before what extends it is: else every piece of a page passes through all its templates.
    """

    @classmethod
    def from_code(cls, *args: Any, **kwargs: Any) -> Template:
        made = super().from_code(*args, **kwargs)
        made.root_render_func.__globals__["escape"] = _shown
        made.root_render_func = _joined(made.root_render_func)
        return made


def _joined(render: Render) -> Render:
    def joined(context: Context) -> Iterator[str]:
        yield "".join(render(context))

    return joined


def _shown(value: object) -> str:
    if type(value) is str:
        return _escaped(value)
    told: Any = getattr(value, "__html__", None)
    return told() if told else _escaped(str(value))


class Pages(Environment):
    """Jinja's, where what every template knows is one plain dict: each import of each page looks through its names."""

    template_class = Page

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}

    def _generate(self, source: nodes.Template, *args: Any, **kwargs: Any) -> str:
        return super()._generate(_Addresses().visit(source), *args, **kwargs)


class _Addresses(NodeTransformer):
    """Writes into a template, when it is read, the addresses that are the same on every page: those without an id."""

    SAME: Mapping[str, Callable[[str], str]] = {"url": addresses.url, "static": addresses.static}

    def visit_Call(self, call: nodes.Call) -> nodes.Node:  # noqa: N802 - the visitor's name
        match call:
            case nodes.Call(node=nodes.Name(name="url" | "static" as name), args=[nodes.Const(value=str(of))]):
                # Of a part of the product that is not there no address is written; nor is one asked for.
                with suppress(NoReverseMatch):
                    return nodes.Const(self.SAME[name](of), lineno=call.lineno)
        return self.generic_visit(call)


def environment(*, menu: str, emergencies: str, **options: Any) -> Environment:
    """Of Django's `TEMPLATES`; `menu` is the dotted name of the function that tells where one can go, `emergencies` of
    the one that tells whom one has opened in an emergency.
    """
    options |= {"undefined": StrictUndefined, "autoescape": True, "lstrip_blocks": True, "cache_size": -1}
    made = Pages(bytecode_cache=compiled.Kept(), **options)
    made.globals.update(
        # An error page may be written before anyone knows who asks.
        request=None,
        menu=import_string(menu),
        emergencies=import_string(emergencies),
        messages=_messages,
        signed_in=_signed_in,
        installation=Installation(),
        written=written,
        static=addresses.static,
        url=addresses.url,
    )
    made.filters.update(breakable=words.breakable, counted=words.counted, due_tag=words.due_tag, moment=words.moment)
    made.filters.update(bytes=words.size, number=swedish.number, clock=swedish.clock, day=swedish.date)
    made.filters.update(span=swedish.length)
    return made


def forms(request: HttpRequest) -> dict[str, object]:
    """What each form of a page begins with."""
    return {"csrf_input": csrf.Field(request)}


def warm() -> None:
    """Reads every template before the first page asks: what cannot be read must not start."""
    made = loaded()
    for name in made.list_templates():
        made.get_template(name)


def loaded() -> Environment:
    """The one that the pages are written with."""
    made: Environment = cast("Jinja2", engines["jinja2"]).env
    return made


@lru_cache(maxsize=20_000)
def written(template: str, macro: str, *told: Hashable) -> SafeString:
    """What a macro makes of values, which are all that it says: of equal ones the same, so it is written once."""
    module: Any = loaded().get_template(template).module
    return SafeString(getattr(module, macro)(*told))


def _messages(request: HttpRequest | None) -> Any:
    """What the page before has to tell; each message is shown once."""
    told = () if request is None else get_messages(request)
    # To look through an empty store counts as reading it, and would be answered with a cookie.
    return told if len(told) else ()


def _signed_in(request: HttpRequest | None) -> Any:
    """Who reads the page, or None."""
    user = getattr(request, "user", None)
    return user if user is not None and user.is_authenticated else None
