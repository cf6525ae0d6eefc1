"""Orders as files (`bestallning`), for a planning system that takes no calls."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from integrations.batches import folders
from integrations.batches.arriving import CHECKSUM
from integrations.hemtjanst.contracts import ORDER_COLUMNS
from integrations.hemtjanst.schemas import CANCEL, ORDER, PAUSE, RESUME
from integrations.models import HomeCareOrder
from workflows.connectors import BusinessError, Delivery, Json

OUT = "ut"
STATUS = {ORDER: "ny", PAUSE: "pausad", RESUME: "andrad", CANCEL: "avslutad"}


def send(delivery: Delivery, kind: str, individual_ref: UUID) -> Json:
    """The same file under the same name at every attempt, with its checksum after it."""
    rows = list(_rows(delivery, kind, individual_ref))
    if not rows:
        raise BusinessError("ingen_bestallning", "Personen har ingen beställning att ändra.")
    content = _written(rows)
    day = timezone.localdate(delivery.asked_at)
    name = f"bestallning_{settings.FORLOPP_MUNICIPALITY_CODE}_{day:%Y%m%d}_{delivery.key}.csv"
    with folders.opened("hemtjanst") as folder:
        folder.put(f"{OUT}/{name}", content)
        folder.put(f"{OUT}/{name}{CHECKSUM}", f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode())
    return {"bestallning_id": rows[0]["bestallning_id"], "dt": delivery.asked_at.isoformat()}


def _rows(delivery: Delivery, kind: str, individual_ref: UUID) -> Iterator[dict[str, str]]:
    """A new order, or a row for each of the person's orders that a pause, a resumption or an end is about."""
    told = {"person_ref": str(individual_ref), "status": STATUS[kind], "skickad": delivery.asked_at.isoformat()}
    day = str(delivery.params.get("start") or delivery.params.get("fran") or delivery.asked_at.isoformat())[:10]
    if kind == ORDER:
        yield told | {"bestallning_id": str(delivery.key), "insats_kod": str(delivery.params["typ"]), "start": day}
        return
    held = HomeCareOrder.objects.filter(individual__ref=individual_ref, is_current=True).exclude(status="avslutad")
    for order in held.order_by("key"):
        times = {"slut": day} if kind == CANCEL else {}
        yield told | {"bestallning_id": order.key, "insats_kod": order.service, "enhet": order.unit} | times


def _written(rows: list[dict[str, str]]) -> bytes:
    made = io.StringIO(newline="")
    writer = csv.DictWriter(made, list(ORDER_COLUMNS), restval="", delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue().encode()
