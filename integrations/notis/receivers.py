"""Who a message goes to and by which way: only those who have said yes to it, never to the protected."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from integrations.models import Channel, OptOut
from integrations.notis import numbers
from people.models import Contact, Individual
from people.plan import ContactKind, ContactWay, current
from workflows.connectors import BusinessError, PermanentError

AS_THEY_WISH = "som_personen_vill"
PERSON, MAILBOX = "person", "brevlada:"
# Words of the diagrams for kinds of contact; a unit is reached by its mailbox.
AROUND = frozenset(ContactKind.values) - {ContactKind.UNIT, ContactKind.SELF}
CANNOT = "kan_inte_nas"
"""The one code by which a diagram catches that somebody cannot be reached so, whatever the reason."""


class Unreachable(BusinessError):
    """`reason` is for our own statistics; the sentence is what whoever takes over needs."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(CANNOT, message)
        self.reason = reason


@dataclass(frozen=True)
class Receiver:
    """`is_private`: a person of flesh and blood, who sleeps at night."""

    channel: Channel
    address: str
    is_private: bool = True

    @property
    def digest(self) -> str:
        return numbers.digest(self.address)


def find(individual: Individual | None, *, who: str, way: str, mailboxes: dict[str, str], on: date) -> Receiver:
    """Raises Unreachable, and PermanentError when the diagram says something that is not so."""
    if way not in (*Channel.values, AS_THEY_WISH):
        raise PermanentError("okand_kanal", f"Kanal ska vara {Channel.SMS}, {Channel.MAIL} eller {AS_THEY_WISH}.")
    if individual is not None and individual.is_protected:
        # The sentence does not say why: it may be read by those who are not to know.
        raise Unreachable("skyddad", "Inget meddelande skickas i det här ärendet. En människa tar kontakten.")
    if who.startswith(MAILBOX):
        return _mailbox(who.removeprefix(MAILBOX), mailboxes)
    if who != PERSON and who not in AROUND:
        raise PermanentError("okand_mottagare", "Steget anger en mottagare som inte finns.")
    if individual is None:
        raise PermanentError("person_saknas", "Ärendet säger inte vem det gäller.")
    if individual.deceased_on is not None:
        raise Unreachable("avliden", "Personen har avlidit. Inget meddelande skickas.")
    found = _private(individual, who, way, on)
    if OptOut.objects.filter(address=found.address).exists():
        raise Unreachable("avbojt", "Mottagaren har svarat STOPP och vill inte ha sms.")
    return found


def boxes(told: str) -> dict[str, str]:
    """ "hemtjanst_norr=norr@kommun.se, …" as written in integrations.toml."""
    pairs = (pair.partition("=") for pair in told.split(",") if pair.strip())
    return {key.strip(): address.strip() for key, _, address in pairs}


def check_boxes(told: str) -> str:
    """What is wrong with them, in Swedish."""
    wrong = [key for key, box in boxes(told).items() if not re.fullmatch(r"\w{1,60}", key) or not numbers.mail(box)]
    return f"Skriv namn=adress med komma emellan. Fel: {', '.join(wrong)}." if wrong else ""


# -- inside ------------------------------------------------------------------------------------------------------------


def _mailbox(key: str, mailboxes: dict[str, str]) -> Receiver:
    if key not in mailboxes:
        raise PermanentError("okand_brevlada", "Steget anger en brevlåda som inte finns i integrations.toml.")
    return Receiver(Channel.MAIL, mailboxes[key], is_private=False)


def _private(individual: Individual, who: str, way: str, on: date) -> Receiver:
    contacts = list(current(Contact).filter(individual=individual, valid_from__lte=on).order_by("pk"))
    contacts = [one for one in contacts if one.valid_to is None or one.valid_to >= on]
    theirs = [one for one in contacts if one.kind == (ContactKind.SELF if who == PERSON else who)]
    if who == PERSON and way == AS_THEY_WISH and any(one.way == ContactWay.RELATIVE for one in theirs):
        theirs = [one for one in contacts if one.kind == ContactKind.RELATIVE]
    willing = [one for one in theirs if one.way in _ways(way)]
    if not willing:
        raise Unreachable("ej_medgett", "Mottagaren har inte sagt ja till att få meddelanden så.")
    return next(_reached(willing, individual))


def _ways(way: str) -> Iterable[str]:
    return Channel.values if way == AS_THEY_WISH else (way,)


def _reached(willing: list[Contact], individual: Individual) -> Iterator[Receiver]:
    """The first with an address that can be used. Raises Unreachable when none has."""
    for one in willing:
        phone = one.phone or (individual.phone if one.kind == ContactKind.SELF else "")
        address = numbers.mobile(phone) if one.way == ContactWay.SMS else numbers.mail(one.email)
        if address:
            yield Receiver(Channel(one.way), address)
    raise Unreachable("saknar_adress", "Mottagaren har inget mobilnummer eller ingen e-postadress som går att använda.")
