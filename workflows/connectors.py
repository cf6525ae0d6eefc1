"""The meeting place of engine and systems: operations that diagrams call, translators of what systems send.

`workflows` never names a system. Each system registers here when Django starts, as the admin's
autodiscover does, and the services look up by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

Json = dict[str, Any]
Look = Callable[[UUID, float], list[tuple[str, str]]]


class DeliveryError(Exception):
    """A delivery failed; `code` is a short identifier, `message` a Swedish sentence without personal data."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


class TransientError(DeliveryError):
    """The system did not answer or was busy: tried again later."""


class PermanentError(DeliveryError):
    """The call can never succeed as it is: a person takes over at once."""


class NotYet(DeliveryError):
    """Nothing is wrong, but the call may not be made before `at`: it waits, uncounted and in nobody's way."""

    def __init__(self, code: str, message: str, at: datetime) -> None:
        super().__init__(code, message)
        self.at = at


class Withheld(DeliveryError):
    """What let it be shared has been taken back: nothing is sent, and a person decides."""


class BusinessError(DeliveryError):
    """The system understood and said no: an error boundary event with this code, else a person, takes over."""


class Unreadable(Exception):
    """An incoming message cannot be understood; it is kept raw and becomes a stopp with this text.

    When all but the person could be read, `partial` is the rest: a person can then say whom it is about. `group` is
    the profession whose it is to say, where it is another than the coordinators, and `page` the address where they do.
    """

    def __init__(
        self, code: str, message: str, partial: IncomingMessage | None = None, *, group: str = "", page: str = ""
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.partial = partial
        self.group, self.page = group, page


class UnknownOperation(LookupError):
    """No system has registered this operation."""


@dataclass(frozen=True)
class Delivery:
    """One call out. The same at every attempt but for `attempt`: send `key` as the idempotency key.

    A receiver that knows the key refuses another body under it, so what is sent is dated `asked_at`, never now.
    """

    key: UUID
    operation: str
    params: Json
    individual_ref: UUID | None
    attempt: int
    asked_at: datetime


@dataclass(frozen=True)
class PersonData:
    """The person an incoming message is about, as the sender wrote it. Goes to the person register and nowhere else."""

    identity_type: str
    identity_number: str
    given_name: str = ""
    family_name: str = ""
    street_address: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""
    municipality_code: str = ""
    protection: str = "ingen"
    born_on: date | None = None
    deceased_on: date | None = None


@dataclass(frozen=True)
class IncomingMessage:
    """What a system sent, translated: a message name, the keys it can be matched by, a payload without identity."""

    name: str
    keys: Mapping[str, str]
    payload: Json
    sent_at: datetime
    person: PersonData | None = None
    individual_ref: UUID | None = None
    version: int = 1
    replaces: str | None = None


class OperationFunction(Protocol):
    def __call__(self, delivery: Delivery) -> Json: ...


class Translator(Protocol):
    def __call__(self, payload: Json, *, now: datetime) -> IncomingMessage: ...


@dataclass(frozen=True)
class Operation:
    """A step that a service task can ask for.

    `params` and `returns` map names to types (str, int, dt, date, list …), `example` is a plausible answer, `errors`
    the codes by which the system may say no, with a Swedish sentence each: an error boundary event can catch them.
    A local operation runs in the same transaction as the step and must not leave the machine. `shares` is the kind of
    consent (`people.plan.ConsentKind`) that what it sends goes by; one that has been taken back stops it.
    """

    name: str
    title: str
    params: Mapping[str, str]
    example: Json
    run: OperationFunction
    local: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)
    shares: str = ""

    @property
    def system(self) -> str:
        """The first word of its name."""
        return self.name.partition(".")[0]

    @property
    def returns(self) -> Mapping[str, str]:
        """As told by the example, which scenarios are played with and which is therefore true."""
        return {name: _type_of(value) for name, value in self.example.items()}


@dataclass(frozen=True)
class IncomingKind:
    """A message that a system may send: what it can be matched by, and the fields that reach an ärende, with types.

    `required` are those it cannot be without, `choices` the only values of some.
    """

    name: str
    source: str
    title: str
    keys: tuple[str, ...]
    fields: Mapping[str, str]
    required: frozenset[str] = frozenset()
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Written(Protocol):
    """The message that a system would have sent, had it told what a person writes here in its place."""

    def __call__(
        self,
        kind: str,
        content: Json,
        *,
        message_id: str,
        sent_at: datetime,
        keys: Mapping[str, str],
        person: PersonData | None,
    ) -> Json: ...


@dataclass(frozen=True)
class ByHand:
    """What a person can register in the place of a system: a form for each kind of message, and how it is written.

    `keys` are those of the ärende it is about; `person` whom, for a message that itself must say so.
    """

    system: str
    title: str
    forms: Mapping[str, Json]
    write: Written


@dataclass(frozen=True)
class Glance:
    """What a system knows about a person just now, in a few lines of label and value; no lines when it knows nobody.

    `run` gets the person's ref and how many seconds it may take, and raises DeliveryError when it cannot tell. `sphere`
    is whose the knowledge is (sol, hsl or bada).
    """

    key: str
    title: str
    sphere: str
    run: Look


@dataclass
class _Registry:
    operations: dict[str, Operation] = field(default_factory=dict)
    glances: dict[str, Glance] = field(default_factory=dict)
    translators: dict[str, Translator] = field(default_factory=dict)
    incoming: dict[str, IncomingKind] = field(default_factory=dict)
    by_hand: dict[str, ByHand] = field(default_factory=dict)


_registry = _Registry()


def operation(
    name: str,
    *,
    title: str,
    params: Mapping[str, str],
    example: Json,
    local: bool = False,
    errors: Mapping[str, str] | None = None,
    shares: str = "",
) -> Callable[[OperationFunction], OperationFunction]:
    """Register the decorated function as the operation `name` ("system.verb_noun")."""

    def register(function: OperationFunction) -> OperationFunction:
        _registry.operations[name] = Operation(name, title, params, example, function, local, errors or {}, shares)
        return function

    return register


def translator(source: str) -> Callable[[Translator], Translator]:
    """Register the decorated function as the translator of everything that arrives from `source`."""

    def register(function: Translator) -> Translator:
        _registry.translators[source] = function
        return function

    return register


def incoming(source: str, *, keys: tuple[str, ...], kinds: Mapping[str, tuple[str, Mapping[str, str]]]) -> None:
    """Register what `source` may send: name -> (title, fields), declared as `integrations.reading.payload` has them."""
    for name, (title, declared) in kinds.items():
        words = {key: kind.rstrip("!").removeprefix("word:") for key, kind in declared.items() if "word:" in kind}
        _registry.incoming[f"{source}.{name}"] = IncomingKind(
            name,
            source,
            title,
            keys,
            fields={key: _TYPES.get(kind.rstrip("!").partition(":")[0], "str") for key, kind in declared.items()},
            required=frozenset(key for key, kind in declared.items() if kind.endswith("!")),
            choices={key: tuple(listed.split("|")) for key, listed in words.items()},
        )


def incoming_kinds() -> Mapping[str, IncomingKind]:
    """All messages that systems may send, by "source.name"."""
    return _registry.incoming


def by_hand(system: str, *, title: str, forms: Mapping[str, Json], write: Written) -> None:
    """Register what a person may write in the place of `system`."""
    _registry.by_hand[system] = ByHand(system, title, forms, write)


def registrable() -> Mapping[str, ByHand]:
    """What can be registered by hand, by system."""
    return _registry.by_hand


def glance(key: str, *, title: str, sphere: str) -> Callable[[Look], Look]:
    """Register the decorated function as what the system `key` tells on a person's page."""

    def register(function: Look) -> Look:
        _registry.glances[key] = Glance(key, title, sphere, function)
        return function

    return register


def glances() -> Mapping[str, Glance]:
    """All registered glances by system."""
    return _registry.glances


_TYPES = {"moment": "dt", "day": "date", "flag": "bool", "number": "number", "data": "object"}


def _type_of(value: object) -> str:
    match value:
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "number"
        case list():
            return "list"
        case dict():
            return "object"
    text = str(value)
    return "dt" if _is(datetime, text) and len(text) > 10 else "date" if _is(date, text) else "str"


def _is(kind: type[date], text: str) -> bool:
    try:
        kind.fromisoformat(text)
    except ValueError:
        return False
    return True


def get_operation(name: str) -> Operation:
    """The registered operation. Raises UnknownOperation."""
    try:
        return _registry.operations[name]
    except KeyError:
        raise UnknownOperation(name) from None


def operations() -> Mapping[str, Operation]:
    """All registered operations by name."""
    return _registry.operations


def get_translator(source: str) -> Translator | None:
    """The translator for what `source` sends, or None when no system has registered it.

    Of several who send in the same way, each is a source of its own: "way:sender".
    """
    return _registry.translators.get(source) or _registry.translators.get(source.partition(":")[0])


def translators() -> Mapping[str, Translator]:
    """All registered translators by source."""
    return _registry.translators
