"""What notices say, and where they lead: how many of what, and nothing of whom or of what it is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.urls import reverse

from tasks.models import Notice, NoticeKind, Notifying

SUBJECT = "Nytt i Förlopp"
WORDS = {
    NoticeKind.URGENT: ("1 ny brådskande uppgift", "{} nya brådskande uppgifter"),
    NoticeKind.LATE: ("1 försenad uppgift", "{} försenade uppgifter"),
    NoticeKind.TOLD: ("1 meddelande från en kollega", "{} meddelanden från kollegor"),
    NoticeKind.ANSWERED: ("1 svar i Min plan", "{} svar i Min plan"),
    NoticeKind.NEW: ("1 ny uppgift", "{} nya uppgifter"),
}


def send(to: Notifying, notices: Sequence[Notice]) -> None:
    """By e-mail. Raises OSError."""
    if not settings.FORLOPP_MAIL or not to.mail_to:
        raise OSError("nowhere to send")
    EmailMessage(SUBJECT, text(_counts(notices)), to=[to.mail_to]).send()


def text(counts: Mapping[str, int]) -> str:
    """Without links when nobody has said where to."""
    where = settings.FORLOPP_ADDRESS
    link = f"{where}{reverse('tasks:inbox')}" if where else "Öppna Förlopp som du brukar."
    chosen = f"{where}{reverse('tasks:notices')}" if where else "under Notiser i Förlopp."
    return f"Du har {listed(counts)} i Förlopp.\n\n{link}\n\nDu väljer själv vad du får veta: {chosen}\n"


def notice(notices: Sequence[Notice]) -> dict[str, Any]:
    """What a device shows, and what a press opens: the task when there is one, else the inbox."""
    counts, tasks = _counts(notices), {one.task.public_id for one in notices}
    url = reverse("tasks:task", args=[*tasks]) if len(tasks) == 1 else reverse("tasks:inbox")
    said = listed(counts)
    return {"text": said[0].upper() + said[1:], "url": url, "urgent": NoticeKind.URGENT in counts}


def listed(counts: Mapping[str, int]) -> str:
    """As one says it, what hurries first."""
    told = [_counted(counts[kind], *words) for kind, words in WORDS.items() if counts.get(kind)]
    return " och ".join([part for part in (", ".join(told[:-1]), told[-1]) if part])


def _counts(notices: Sequence[Notice]) -> Counter[str]:
    return Counter(one.kind for one in notices)


def _counted(count: int, one: str, many: str) -> str:
    return one if count == 1 else many.format(count)
