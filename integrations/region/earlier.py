"""What has come from the region before, for messages that mean something else because of it."""

from __future__ import annotations

from workflows.models import InboxMessage

SOURCE = "region"
_PROVISIONAL = "prel-"


def kind_of(message_id: str) -> str:
    """What an earlier message was, as it was understood; "" when none has come by that id."""
    rows = InboxMessage.objects.filter(source=SOURCE, message_id=message_id)
    return rows.values_list("name", flat=True).first() or ""


def is_provisional(stay: str) -> bool:
    """Whether we had to write the notice of this stay ourselves."""
    return InboxMessage.objects.filter(source=SOURCE, message_id=provisional_id(stay)).exists()


def provisional_id(stay: str) -> str:
    return f"{_PROVISIONAL}{stay}"[:200]
