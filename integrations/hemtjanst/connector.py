"""What a diagram can ask of home care planning, what it may send, and what is done on a schedule."""

from __future__ import annotations

from django.utils import timezone

from integrations import configuration, http, polling, systems
from integrations.batches import folders
from integrations.hemtjanst import contracts, fetching, months, order_files  # noqa: F401 - contracts make themselves known
from integrations.hemtjanst.client import HomeCarePlanning
from integrations.hemtjanst.schemas import CANCEL, INCOMING, ORDER, PAUSE, RESUME
from integrations.models import HomeCareOrder
from integrations.systems import Job, Setting, System
from people.models import Individual
from workflows import connectors
from workflows.connectors import Delivery, Json, PermanentError, operation

_CASE = {"arende_ref": "str"}
_ANSWER = {"bestallning_id": "B-1", "dt": "2026-11-23T09:05:00+01:00"}
ERRORS = {
    "okand_person": "Planeringen känner inte personen.",
    "redan_avslutad": "Beställningen är redan avslutad.",
    "ingen_bestallning": "Personen har ingen beställning att ändra.",
}

systems.register(
    System(
        "hemtjanst",
        "Hemtjänstens planering",
        http.SETTINGS
        | folders.SETTINGS
        | {
            "rows": Setting("yes_no", "hämta besök, beställningar och frånvaro över REST", default=False),
            "order_files": Setting("yes_no", "skicka beställningar som filer i stället för anrop", default=False),
            "deviation_percent": Setting("whole", "hur många procent ett besök får avvika innan det sägs", default=50),
            "month_day": Setting("whole", "vilken dag månaden före summeras; 0: aldrig", default=3),
            "month_percent": Setting("whole", "hur många procent en vecka får avvika från det beviljade", default=20),
        },
        jobs=(
            polling.job("hemtjanst", HomeCarePlanning),
            Job("filer", "Läser filer som lagts i katalogen", fetching.look_in_folder, every_seconds=60),
            Job("rader", "Hämtar besök, beställningar och frånvaro", fetching.fetch_rows, every_seconds=900),
            Job("manad", "Summerar månadens tid för varje person", months.tell, cron="0 5 * * *"),
        ),
    )
)
connectors.incoming("hemtjanst", keys=("person_ref", "bestallning_id", "meddelande_id"), kinds=INCOMING)


@operation(
    "hemtjanst.pause",
    title="Pausa hemtjänsten",
    params=_CASE | {"insatser": "list", "fran": "dt", "orsak": "str"},
    example=_ANSWER | {"status": "pausad"},
    errors=ERRORS,
)
def pause(delivery: Delivery) -> Json:
    return _order(delivery, PAUSE, "pausad")


@operation(
    "hemtjanst.resume",
    title="Återuppta hemtjänsten",
    params=_CASE | {"insatser": "list", "fran": "dt"},
    example=_ANSWER | {"status": "aktiv"},
    errors=ERRORS,
)
def resume(delivery: Delivery) -> Json:
    return _order(delivery, RESUME, "aktiv")


@operation(
    "hemtjanst.order",
    title="Beställ hemtjänst",
    params=_CASE | {"typ": "str", "start": "dt", "besok_per_dag": "int", "natt": "str"},
    example=_ANSWER | {"status": "ny"},
    errors={"okand_person": ERRORS["okand_person"]},
)
def order(delivery: Delivery) -> Json:
    answer = _order(delivery, ORDER, "ny")
    _remember(delivery, answer["bestallning_id"])
    return answer


@operation(
    "hemtjanst.cancel",
    title="Avbeställ hemtjänst",
    params=_CASE | {"orsak": "str", "fran": "dt"},
    example={"status": "avslutad", "dt": "2026-11-23T09:05:00+01:00"},
    errors=ERRORS,
)
def cancel(delivery: Delivery) -> Json:
    return _order(delivery, CANCEL, "avslutad")


def _order(delivery: Delivery, kind: str, status: str) -> Json:
    if delivery.individual_ref is None:
        raise PermanentError("person_saknas", "Ärendet säger inte vem beställningen gäller.")
    if configuration.of("hemtjanst").yes("order_files"):
        return order_files.send(delivery, kind, delivery.individual_ref) | {"status": status}
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


def _remember(delivery: Delivery, number: str) -> None:
    """So that visits that refer to it find it; what the planning system says of it later is a new revision."""
    ref = delivery.individual_ref
    individual = Individual.objects.filter(ref=ref).first() if ref else None
    if individual is None:
        return
    HomeCareOrder.objects.get_or_create(
        key=number[:200],
        revision=1,
        defaults={
            "individual": individual,
            "status": "ny",
            "service": str(delivery.params.get("typ") or "")[:60],
            "sent_at": delivery.asked_at,
            "told_at": timezone.now(),
        },
    )
