"""Puts approved files where they are fetched, each once: the same name and the same bytes at every try."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime

from django.utils import timezone

from integrations.batches import folders
from integrations.batches.arriving import CHECKSUM
from integrations.models import StatisticsFile
from integrations.models.socialstyrelsen import FileState
from integrations.socialstyrelsen import preparing

OUT = "ut"


def send(*, clock: Callable[[], datetime] = timezone.now) -> None:
    """The oldest first, with its checksum before it. Raises DeliveryError; what went before is noted.

    A process that dies before it has noted writes the same file again; one that is noted is never written again.
    """
    waiting = list(StatisticsFile.objects.filter(state=FileState.APPROVED).select_related("month").order_by("pk"))
    if not waiting or not folders.is_told("socialstyrelsen"):
        return
    with folders.opened("socialstyrelsen") as folder:
        for file in waiting:
            folder.put(f"{OUT}/{file.name}{CHECKSUM}", f"{file.digest}  {file.name}\n".encode())
            folder.put(f"{OUT}/{file.name}", gzip.decompress(bytes(file.content)))
            approved = StatisticsFile.objects.filter(pk=file.pk, state=FileState.APPROVED)
            approved.update(state=FileState.SENT, sent_at=clock())
            preparing.remind(file.month, now=clock())
