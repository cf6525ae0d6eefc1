"""What a diagram can ask of the dispensers' vendor."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.db.models import QuerySet
from django.utils import timezone

from integrations import http, systems
from integrations.medicingivare import polls, watch
from integrations.medicingivare.client import Vendor
from integrations.medicingivare.dialects import DIALECTS
from integrations.models import Dispenser
from integrations.systems import Job, Setting, System
from workflows.connectors import BusinessError, Delivery, Json, PermanentError, operation

SETTINGS = http.SETTINGS | {
    # Several, so that a secret can be changed without losing a message: the first signs, all are accepted.
    "poll": Setting("yes_no", "hämta också händelser från leverantören", default=False),
    "dialekt": Setting(
        "text", "vad leverantören kallar saker när vi hämtar", default="egen", choices=("egen", *DIALECTS)
    ),
    "puls_minuter": Setting("whole", "hur ofta en givare ska höra av sig; 0 är att det inte bevakas", default=60),
    "frankopplad_minuter": Setting("whole", "hur länge en frånkopplad givare får återkomma av sig själv", default=60),
    "webhook_secrets": Setting("secret", "det som leverantören skriver under med; flera med komma emellan"),
}

systems.register(
    System(
        "medicingivare",
        "Medicingivare",
        SETTINGS,
        jobs=(
            Job("vakt", "Ser efter vilka som har tystnat", watch.run, every_seconds=60),
            Job("hamta", "Hämtar det som webhookar kan ha tappat", polls.run, every_seconds=60),
        ),
    )
)

_CASE = {"arende_ref": "str", "fran": "dt"}
_DT = {"dt": "2026-11-23T09:05:00+01:00"}


@operation(
    "medicingivare.pause",
    title="Pausa medicingivaren",
    params=_CASE | {"orsak": "str"},
    example=_DT | {"status": "pausad"},
)
def pause(delivery: Delivery) -> Json:
    return _each(delivery, Vendor().pause, "pausad", _serials(delivery))


@operation("medicingivare.resume", title="Starta medicingivaren igen", params=_CASE, example=_DT | {"status": "aktiv"})
def resume(delivery: Delivery) -> Json:
    return _each(delivery, Vendor().resume, "aktiv", _serials(delivery))


@operation(
    "medicingivare.cancel",
    title="Avsluta medicingivaren",
    params=_CASE | {"orsak": "str"},
    example=_DT | {"status": "avslutad"},
)
def cancel(delivery: Delivery) -> Json:
    """The vendor has no call for it: paused for good, and no longer the person's here."""
    # Also those already ended: a repeated call must succeed when the first one's answer was lost.
    serials = _serials(delivery, is_active__in=(True, False))
    answer = _each(delivery, Vendor().pause, "avslutad", serials)
    _theirs(delivery).filter(serial__in=serials).update(is_active=False)
    return answer


def _each(delivery: Delivery, call: Callable[..., Json], status: str, serials: list[str]) -> Json:
    body = {key: delivery.params[key] for key in ("fran", "orsak") if delivery.params.get(key) is not None}
    for serial in serials:
        # One key per dispenser, the same at every attempt: those already done answer as before.
        call(serial, body, key=uuid.uuid5(delivery.key, serial))
    return {"status": status, "dt": timezone.now().isoformat()}


def _serials(delivery: Delivery, *, is_active__in: tuple[bool, ...] = (True,)) -> list[str]:
    theirs = _theirs(delivery).filter(is_active__in=is_active__in)
    serials = list(theirs.order_by("serial").values_list("serial", flat=True))
    if not serials:
        raise BusinessError("ingen_enhet", "Personen har ingen medicingivare registrerad här.")
    return serials


def _theirs(delivery: Delivery) -> QuerySet[Dispenser]:
    if delivery.individual_ref is None:
        raise PermanentError("person_saknas", "Ärendet säger inte vem det gäller.")
    return Dispenser.objects.filter(individual__ref=delivery.individual_ref)
