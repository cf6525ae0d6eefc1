"""One message out: judged, noted before it is sent, sent once where the provider can tell, noted after."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from integrations import configuration
from integrations.models import Channel, Dispatch, DispatchState
from integrations.notis import client, limits, mail, receivers, sms, templates
from integrations.notis.dialects import Outgoing
from integrations.notis.receivers import Receiver, Unreachable
from integrations.notis.templates import Template
from people.models import Individual
from workflows.connectors import BusinessError, Delivery, DeliveryError, Json, PermanentError, TransientError

FIRST_LOOK = timedelta(minutes=1)
# Who tells by itself is asked only when it has been silent for a while.
LOOK_AFTER_SILENCE = timedelta(minutes=15)


def send(delivery: Delivery, *, now: datetime) -> Json:
    """The operation's answer. Raises DeliveryError; what is certain of a message that left is never said twice."""
    row = Dispatch.objects.filter(key=delivery.key).first()
    if row is not None and row.sent_at:
        return _answer(row)
    try:
        receiver, template, text = _judged(delivery, now)
    except (Unreachable, PermanentError) as no:
        _note_refusal(delivery, no, now)
        raise
    row = _prepared(delivery, receiver, template, text, now)
    try:
        _require_same(row, receiver)
        _call(row, template, now)
    except (BusinessError, PermanentError) as no:
        _note_refusal(delivery, no, timezone.now())
        raise
    row.refresh_from_db()
    return _answer(row)


# -- inside ------------------------------------------------------------------------------------------------------------


def _judged(delivery: Delivery, now: datetime) -> tuple[Receiver, Template, str]:
    """To whom and what. Raises Unreachable, PermanentError and NotYet."""
    told, settings = delivery.params, configuration.of("notis")
    individual = _individual(delivery)
    template = templates.find(str(told.get("mall") or ""))
    receiver = receivers.find(
        individual,
        who=str(told.get("mottagare") or ""),
        way=str(told.get("kanal") or receivers.AS_THEY_WISH),
        mailboxes=receivers.boxes(settings.text("mailboxes")),
        on=timezone.localdate(now),
    )
    text = template.written(told)
    if receiver.channel == Channel.SMS and len(sms.parts(text)) > settings.whole("parts"):
        raise PermanentError("for_lang", "Texten blir fler sms än vad som är tillåtet.")
    if receiver.channel == Channel.MAIL and not template.subject:
        raise PermanentError("okand_mall", "Mallen har ingen rubrik och kan bara skickas som sms.")
    limits.judge(receiver, delivery.key, is_urgent=told.get("bradskande") is True, now=now)
    return receiver, template, text


def _prepared(delivery: Delivery, receiver: Receiver, template: Template, text: str, now: datetime) -> Dispatch:
    """On disk before anything is sent. What a try has begun to send is what the next one sends."""
    is_sms = receiver.channel == Channel.SMS
    told = {
        "channel": receiver.channel,
        "address": receiver.address,
        "digest": receiver.digest,
        "text": text,
        "parts": len(sms.parts(text)) if is_sms else 0,
        "state": DispatchState.SENDING,
        "reason": "",
        "ended_at": None,
    }
    row, is_new = Dispatch.objects.get_or_create(key=delivery.key, defaults=_about(delivery, now) | told)
    if not is_new and row.begun_at is None:
        Dispatch.objects.filter(pk=row.pk, begun_at=None, sent_at=None).update(template=template.key, **told)
        row.refresh_from_db()
    return row


def _require_same(row: Dispatch, receiver: Receiver) -> None:
    """What was begun to be sent to one goes to nobody else, and not again to who is to have it no more."""
    if row.digest != receiver.digest:
        told = "Vem som ska ha meddelandet ändrades medan det skickades. Ta reda på om det kom fram, och ta kontakten."
        raise PermanentError("mottagare_andrad", told)


def _individual(delivery: Delivery) -> Individual | None:
    return Individual.objects.filter(ref=delivery.individual_ref).first() if delivery.individual_ref else None


def _about(delivery: Delivery, now: datetime) -> Json:
    told = delivery.params
    return {
        "individual": _individual(delivery),
        "receiver": str(told.get("mottagare") or "")[:80],
        "template": str(told.get("mall") or "")[:60],
        "wants_outcome": told.get("svara_om_utfall") is True,
        "created_at": now,
    }


def _call(row: Dispatch, template: Template, now: datetime) -> None:
    """Whose answer was lost the last time is asked about first, where the provider can tell."""
    is_again = row.begun_at is not None
    mine = Dispatch.objects.filter(pk=row.pk, begun_at=row.begun_at, sent_at=None)
    if not mine.update(begun_at=now, may_be_double=row.may_be_double or (is_again and row.channel == Channel.MAIL)):
        raise TransientError("pagar", "Meddelandet skickas av en annan process.")
    try:
        number = _by_sms(row, is_again=is_again) if row.channel == Channel.SMS else _by_mail(row, template)
    except mail.Unknown:
        raise
    except DeliveryError as problem:
        # This letter was surely not taken; of an SMS only a plain no tells that. Of an earlier try it says nothing.
        if not is_again and (row.channel == Channel.MAIL or not isinstance(problem, TransientError)):
            Dispatch.objects.filter(pk=row.pk, begun_at=now).update(begun_at=None)
        raise
    accepted(row, number, now=timezone.now())


def accepted(row: Dispatch, number: str, *, now: datetime) -> None:
    """The provider has it: noted once, and never over what a report has told before us."""
    first = LOOK_AFTER_SILENCE if client.is_told() else FIRST_LOOK
    look_at: datetime | None = now + first
    if row.channel == Channel.MAIL:
        # Nobody tells what becomes of a letter; when its time is out it is unknown, to those who ask.
        look_at = now + patience() if row.wants_outcome else None
    told = {"state": DispatchState.SENT, "sent_at": now, "provider_id": number, "look_at": look_at, "reason": ""}
    if not Dispatch.objects.filter(pk=row.pk, sent_at=None).update(**told):
        Dispatch.objects.filter(pk=row.pk, provider_id="").update(provider_id=number)


def patience() -> timedelta:
    """How long a report may take."""
    return timedelta(hours=configuration.of("notis").whole("report_hours"))


def _by_sms(row: Dispatch, *, is_again: bool) -> str:
    told, provider = configuration.of("notis"), client.provider()
    address = client.report_url(row.key) if client.is_told() else ""
    message = Outgoing(row.key, told.text("sender"), row.address, row.text, row.created_at, address)
    found = provider.find(message, known=_known(row)) if is_again else None
    return (found or provider.send(message)).provider_id


def _known(row: Dispatch) -> frozenset[str]:
    """Numbers at the provider of our other messages to the same telephone."""
    others = Dispatch.objects.filter(digest=row.digest, created_at__gte=row.created_at - timedelta(days=1))
    return frozenset(others.exclude(pk=row.pk).exclude(provider_id="").values_list("provider_id", flat=True))


def _by_mail(row: Dispatch, template: Template) -> str:
    mail.send(mail.Letter(row.key, row.address, template.subject, row.text))
    return mail.message_id(row.key)


def _note_refusal(delivery: Delivery, no: DeliveryError, now: datetime) -> None:
    """So that it is counted; without address and text, for nothing was sent."""
    reason = no.reason if isinstance(no, Unreachable) else no.code
    told = {"state": DispatchState.REFUSED, "reason": reason[:100], "ended_at": now}
    row, is_new = Dispatch.objects.get_or_create(key=delivery.key, defaults=_about(delivery, now) | told)
    if is_new:
        return
    left = Dispatch.objects.filter(pk=row.pk, sent_at=None)
    left.update(**told)
    left.filter(begun_at=None).update(address="", text="")


def _answer(row: Dispatch) -> Json:
    at = row.sent_at or row.created_at
    return {"notis_id": str(row.key), "kanal": str(row.channel), "status": "skickat", "dt": at.isoformat()}
