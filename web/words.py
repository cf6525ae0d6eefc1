"""What templates say in Swedish: moments, due times, numbers of things; the words themselves are in `web.swedish`."""

import datetime
import re

from django.utils import timezone
from django.utils.safestring import SafeString

from web import swedish

JOINTS = re.compile(r"(bostads|anpassnings|social)(?=[a-zåäö]{4})", re.IGNORECASE)

WORDS = {
    swedish.Urgency.LATE: "Försenad:",
    swedish.Urgency.NOW: "Nu, senast",
    swedish.Urgency.TODAY: "Senast",
    swedish.Urgency.LATER: "Senast",
}
NO_DUE_TIME = SafeString('<span class="tag tag--plain">Ingen bestämd tid</span>')


def moment(at: datetime.datetime | None) -> str:
    """A <time> element that reads "i dag 14:00"."""
    return "" if at is None else SafeString(_time(at, swedish.moment(at, now=timezone.now())))


def due_tag(at: datetime.datetime | None, *, now: datetime.datetime | None = None) -> SafeString:
    """The due time as a tag: a colour and a word."""
    if at is None:
        return NO_DUE_TIME
    now = now or timezone.now()
    kind = swedish.urgency(at, now=now)
    words = _time(at, swedish.due(at, now=now))
    return SafeString(f'<span class="tag tag--{kind}">{WORDS[kind]} {words}</span>')


def _time(at: datetime.datetime, words: str) -> str:
    """Digits and our own words: nothing in it needs to be escaped."""
    return f'<time datetime="{at.isoformat()}">{words}</time>'


def breakable(name: str) -> str:
    """Long compounds get soft hyphens where they may break: not every browser knows Swedish."""
    return JOINTS.sub("\\1\u00ad", name)


def counted(number: int, one: str, many: str) -> str:
    """{{ 2|counted("uppgift", "uppgifter") }} reads "2 uppgifter"."""
    return f"{swedish.number(number)} {one if number == 1 else many}"


def size(count: int) -> str:
    """Of a file, as in "1,4 MB"; never less than a kilobyte."""
    if count < 999_500:
        return f"{max(1, round(count / 1_000))}\u00a0kB"
    return f"{count / 1_000_000:.1f}\u00a0MB".replace(".0", "").replace(".", ",")
