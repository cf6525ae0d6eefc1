"""Removes a file from every table and from the shelf: what has been removed can be found nowhere in the installation.

Copies of the database still hold it until they are destroyed in their turn (FORLOPP_BACKUP_DAYS).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from disposal.files import File
from workflows.attachments import shelf
from workflows.models import Attachment, InboxMessage, MessageDelivery, ProcessInstance


def destroy(file: File) -> dict[str, int]:
    """Its ärenden with all that hangs on them, and the messages that only they have read; how many rows, by kind.

    In the transaction of who calls; files leave the shelf when it has been committed.
    """
    instances = [course.pk for course in file.courses]
    messages = messages_of(instances)
    keys = list(
        Attachment.objects.filter(Q(task__instance__in=instances) | Q(message__in=messages)).values_list(
            "public_id", flat=True
        )
    )
    removed: Counter[str] = Counter()
    for rows in (InboxMessage.objects.filter(pk__in=messages), ProcessInstance.objects.filter(pk__in=instances)):
        removed.update(_deleted(rows))
    transaction.on_commit(lambda: shelf.remove(keys))
    return dict(removed) | ({"filer": len(keys)} if keys else {})


def messages_of(instances: Collection[int]) -> list[int]:
    """Those that were delivered to these and to no other ärende."""
    to_these = MessageDelivery.objects.filter(instance__in=instances).values("message")
    to_others = MessageDelivery.objects.filter(message__in=to_these).exclude(instance__in=instances).values("message")
    rows = InboxMessage.objects.filter(pk__in=to_these).exclude(pk__in=to_others)
    return list(rows.values_list("pk", flat=True))


def _deleted(rows: QuerySet[Any]) -> dict[str, int]:
    _, by_model = rows.delete()
    return {label: count for label, count in by_model.items() if count}
