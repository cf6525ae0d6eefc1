"""What goes in and comes out, as OpenAPI tells it. Nothing that goes out names a person: `person_ref` is opaque."""

from __future__ import annotations

import datetime
import uuid
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

T = TypeVar("T", bound="AboutPerson")
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"}, max_length=40)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-zA-Z0-9_.-]{1,100}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class In(BaseModel):
    """What a client sends: nothing is guessed and nothing unknown is passed over."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Page(BaseModel):
    """`next` is what to ask for the page that follows with, as `cursor`; null on the last."""

    next: str | None


class PersonIn(In):
    """A person by number, as one writes it. It is in the body and never in an address."""

    number: Annotated[str, Field(min_length=6, max_length=40, examples=["19380514-2381"])]
    given_name: Annotated[str, Field(max_length=120)] = ""
    family_name: Annotated[str, Field(max_length=120)] = ""


class AboutPerson(In):
    """Exactly one way to say who it is about."""

    person: PersonIn | None = None
    person_ref: Annotated[str, Field(pattern=r"^[0-9a-fA-F-]{32,36}$")] | None = None


class ClientOut(BaseModel):
    """What the calling client may."""

    key: str
    name: str
    scopes: list[str]
    definitions: list[str]
    units: list[str]
    professions: list[str]
    per_minute: int
    burst: int


class StepOut(BaseModel):
    """One step that a service task can ask for. Types are str, text, int, dec, bool, date, dt, list, object."""

    name: str = Field(examples=["region.confirm_notice"])
    title: str
    system: str
    is_local: bool = Field(description="Carried out in the same transaction, without another system.")
    params: dict[str, str]
    returns: dict[str, str]
    errors: dict[str, str] = Field(description="Codes by which the system may say no, with what they mean.")
    example: dict[str, Any] = Field(description="A plausible answer.")


class IncomingOut(BaseModel):
    """A message that a system may send."""

    name: str
    source: str
    title: str
    keys: list[str]
    fields: dict[str, str]


class StepsOut(BaseModel):
    """The step catalogue: what diagrams can ask of systems, and what systems may tell."""

    steps: list[StepOut]
    messages: list[IncomingOut]


class DefinitionOut(BaseModel):
    """A förlopp in its current version."""

    key: str
    title: str
    version: int
    published_at: datetime.datetime


class TaskOfDefinition(BaseModel):
    element_id: str
    name: str
    profession: str
    form: str | None


class MessageOfDefinition(BaseModel):
    """A message that it starts by or waits for; `key` is the name of what it is matched by."""

    name: str
    key: str
    starts: bool


class WholeDefinitionOut(DefinitionOut):
    """With what is in it. `start_form` and `form` are keys of forms."""

    starts_by_hand: bool
    start_form: str | None
    tasks: list[TaskOfDefinition]
    messages: list[MessageOfDefinition]
    forms: list[str]


class DefinitionsOut(BaseModel):
    definitions: list[DefinitionOut]


MessageState = Literal["received", "buffered", "done", "ignored", "stopped", "dismissed"]
EventKinds = Literal[
    "arende.startat",
    "arende.avslutat",
    "arende.avbrutet",
    "uppgift.skapad",
    "uppgift.klar",
    "uppgift.utgick",
    "stopp.uppstatt",
    "stopp.atgardat",
]
TaskState = Literal["open", "completed", "cancelled", "not_needed"]
InstanceState = Literal["active", "completed", "cancelled"]


class InstanceOut(BaseModel):
    """An ärende. `person_ref` is the person's opaque id here; a number is never told."""

    id: uuid.UUID
    definition: str
    version: int
    state: InstanceState
    outcome: str = Field(description="Which end was reached; empty while it goes on.")
    person_ref: uuid.UUID
    started_at: datetime.datetime
    ended_at: datetime.datetime | None
    paused_at: datetime.datetime | None


class Position(BaseModel):
    """A step where the ärende is now: since when it has been there, or until when it waits, where that is known.

    What belongs to a sphere in which the client has no profession tells the sphere and no more.
    """

    element_id: str
    name: str
    profession: str
    kind: Literal["task", "system"]
    since_or_until: datetime.datetime | None


class WholeInstanceOut(InstanceOut):
    """With where it is. `has_stopped`: something did not go as it should, and a person must mend it."""

    has_stopped: bool
    position: list[Position]


class InstancesOut(Page):
    instances: list[InstanceOut]


class Happened(BaseModel):
    """A row of history. `by` is the kind of who did it: person, system or null for the machine itself.

    What belongs to a sphere (socialtjänst, hälso- och sjukvård) in which the client has no profession has no name.
    """

    at: datetime.datetime
    kind: str
    element_id: str = ""
    element_type: str
    name: str = ""
    by: Literal["person", "system"] | None


class HistoryOut(Page):
    history: list[Happened]


class StartIn(AboutPerson):
    """Start an ärende by hand, with the answers to its start form."""

    definition: Key
    answers: dict[str, Any] = {}

    @model_validator(mode="after")
    def _one_person(self) -> StartIn:
        return _who(self, needed=True)


class CancelIn(In):
    reason: Annotated[str, StringConstraints(min_length=3, max_length=500, pattern=r"\S")]


class TaskOut(BaseModel):
    """A task of one of the client's professions. `taken_by`: nobody (null), you, or other: a colleague."""

    id: uuid.UUID
    instance: uuid.UUID
    definition: str
    element_id: str
    name: str
    profession: str
    state: TaskState
    is_urgent: bool
    needs_signatures: bool = Field(description="Signed by several professions, and so never done by a system.")
    taken_by: Literal["you", "other"] | None
    person_ref: uuid.UUID
    created_at: datetime.datetime
    due_at: datetime.datetime | None
    ended_at: datetime.datetime | None


class AmendmentOut(BaseModel):
    """That something was corrected, added, or held to be wrong by the person; `fields` are the questions answered
    otherwise. What is said is not told: whoever has been given the answers asks for them anew.
    """

    at: datetime.datetime
    kind: Literal["corrected", "added", "refused"]
    about: Literal["answers", "comment", "file"]
    is_mistake: bool = Field(description="All of it was written by mistake.")
    fields: list[str]


class WholeTaskOut(TaskOut):
    """With its form as JSON Schema, null when there is nothing to answer, and what has been corrected since."""

    form: dict[str, Any] | None
    amendments: list[AmendmentOut]


class TasksOut(Page):
    tasks: list[TaskOut]


class CompleteIn(In):
    answers: dict[str, Any] = {}


class MessageIn(AboutPerson):
    """A message to the ärenden that wait for it or start by it.

    They are found by `keys`; when none is told, by every text of the payload. `version` above an earlier one of the
    same key replaces it, and a lower one has no effect.
    """

    name: Key
    keys: dict[Key, Line] = {}
    payload: dict[str, Any] = {}
    sent_at: Moment | None = None
    version: Annotated[int, Field(ge=1, le=1_000_000)] = 1

    @model_validator(mode="after")
    def _one_person(self) -> MessageIn:
        return _who(self, needed=False)


class MessageOut(BaseModel):
    """A message that was stored. `state`: received, buffered (nobody waits yet), done, ignored, stopped, dismissed."""

    id: uuid.UUID
    name: str
    state: MessageState
    received_at: datetime.datetime
    handled_at: datetime.datetime | None
    instances: list[uuid.UUID] = Field(description="The ärenden that took it.")


class SubscriptionIn(In):
    """Where to tell of what. No `types` are every type, no `definitions` every förlopp that the client reaches."""

    url: Annotated[str, Field(min_length=10, max_length=500, examples=["https://vardsystem.example.se/handelser"])]
    types: Annotated[list[EventKinds], Field(max_length=20)] = []
    definitions: Annotated[list[Key], Field(max_length=100)] = []


class SubscriptionOut(BaseModel):
    """`waiting` events are still to be sent; `refused` ones the receiver has said no to, again and again."""

    id: uuid.UUID
    url: str
    types: list[EventKinds]
    definitions: list[str]
    is_answering: bool
    waiting: int
    refused: int
    created_at: datetime.datetime


class SecretOut(SubscriptionOut):
    """With the secret, which is told when it is made and never again."""

    secret: str = Field(examples=["whsec_…"])


class SubscriptionsOut(BaseModel):
    subscriptions: list[SubscriptionOut]


class ReplayIn(In):
    since: Moment


class ReplayedOut(BaseModel):
    """How many events were put on the list again."""

    events: int


def _who(told: T, *, needed: bool) -> T:
    if told.person is not None and told.person_ref is not None:
        raise ValueError("Ange person eller person_ref, inte båda.")
    if needed and told.person is None and told.person_ref is None:
        raise ValueError("Ange vem det gäller: person eller person_ref.")
    return told
