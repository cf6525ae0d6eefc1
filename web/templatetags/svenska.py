"""Swedish dates and plural forms for templates: {% load svenska %}."""

import datetime
import re

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from web import swedish

register = template.Library()

JOINTS = re.compile(r"(bostads|anpassnings|social)(?=[a-zåäö]{4})", re.IGNORECASE)

WORDS = {swedish.Urgency.LATE: "Försenad:", swedish.Urgency.TODAY: "Senast", swedish.Urgency.LATER: "Senast"}


@register.filter
def moment(at: datetime.datetime | None) -> str | SafeString:
    """A <time> element that reads "i dag 14:00"."""
    if at is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), swedish.moment(at, now=timezone.now()))


@register.filter
def datum(day: datetime.date | datetime.datetime | None) -> str:
    """A day: "21 november 2026"."""
    if day is None:
        return ""
    return swedish.date(day.astimezone(swedish.STOCKHOLM).date() if isinstance(day, datetime.datetime) else day)


@register.filter
def due_words(at: datetime.datetime) -> SafeString:
    """A <time> element that reads "för 2 timmar sedan" or "i morgon 09:00"."""
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), swedish.due(at, now=timezone.now()))


@register.filter
def urgency(at: datetime.datetime | None) -> str:
    """The end of a class name: "late", "today" or "later"."""
    return swedish.urgency(at, now=timezone.now())


@register.simple_tag
def due_tag(at: datetime.datetime | None) -> SafeString:
    """The due time as a tag: a colour and a word."""
    if at is None:
        return format_html('<span class="tag tag--plain">{}</span>', "Ingen bestämd tid")
    kind = swedish.urgency(at, now=timezone.now())
    return format_html('<span class="tag tag--{}">{} {}</span>', kind, WORDS[kind], due_words(at))


@register.filter
def breakable(name: str) -> str:
    """Long compounds get soft hyphens where they may break: not every browser knows Swedish."""
    return JOINTS.sub("\\1\u00ad", name)


@register.filter
def counted(number: int, forms: str) -> str:
    """{{ 2|counted:"uppgift,uppgifter" }} reads "2 uppgifter"."""
    one, many = forms.split(",")
    return f"{number} {one if number == 1 else many}"
