"""What a diagram can ask of home care planning."""

from __future__ import annotations

from django.utils import timezone

from integrations import http, polling, systems
from integrations.hemtjanst.client import HomeCarePlanning
from integrations.hemtjanst.schemas import CANCEL, ORDER, PAUSE, RESUME
from integrations.systems import System
from workflows.connectors import Delivery, Json, PermanentError, operation

_CASE = {"arende_ref": "str"}
_ANSWER = {"bestallning_id": "B-1", "dt": "2026-11-23T09:05:00+01:00"}

systems.register(
    System("hemtjanst", "Hemtjänstens planering", http.SETTINGS, jobs=(polling.job("hemtjanst", HomeCarePlanning),))
)


@operation(
    "hemtjanst.pause",
    title="Pausa hemtjänsten",
    params=_CASE | {"insatser": "list", "fran": "dt", "orsak": "str"},
    example=_ANSWER | {"status": "pausad"},
)
def pause(delivery: Delivery) -> Json:
    return _order(delivery, PAUSE, "pausad")


@operation(
    "hemtjanst.resume",
    title="Återuppta hemtjänsten",
    params=_CASE | {"insatser": "list", "fran": "dt"},
    example=_ANSWER | {"status": "aktiv"},
)
def resume(delivery: Delivery) -> Json:
    return _order(delivery, RESUME, "aktiv")


@operation(
    "hemtjanst.order",
    title="Beställ hemtjänst",
    params=_CASE | {"typ": "str", "start": "dt", "besok_per_dag": "int", "natt": "str"},
    example=_ANSWER | {"status": "ny"},
)
def order(delivery: Delivery) -> Json:
    return _order(delivery, ORDER, "ny")


@operation(
    "hemtjanst.cancel",
    title="Avbeställ hemtjänst",
    params=_CASE | {"orsak": "str", "fran": "dt"},
    example={"status": "avslutad", "dt": "2026-11-23T09:05:00+01:00"},
)
def cancel(delivery: Delivery) -> Json:
    return _order(delivery, CANCEL, "avslutad")


def _order(delivery: Delivery, kind: str, status: str) -> Json:
    if delivery.individual_ref is None:
        raise PermanentError("person_saknas", "Ärendet säger inte vem beställningen gäller.")
    # The operation's own "typ" is what is ordered; in the planning system "typ" is what is done with the order.
    params = {("insats_typ" if key == "typ" else key): value for key, value in delivery.params.items()}
    body = params | {"typ": kind, "person_ref": str(delivery.individual_ref)}
    answer = HomeCarePlanning().order(body, key=delivery.key)
    number, at = answer.get("bestallning_id"), answer.get("dt")
    return {
        "bestallning_id": number if isinstance(number, str) else str(delivery.key),
        "status": status,
        "dt": at if isinstance(at, str) else timezone.now().isoformat(),
    }
