"""What may stand in sign_in.toml, part by part; config/sign_in.toml explains each to who writes it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from web import referred
from web.addresses import LOOPBACK

LEVEL = re.compile(r"(?:^|[/:_-])(?:loa|level)-?([1-4])$|^([1-4])$", re.IGNORECASE)
KEY = r"^[a-z][a-z0-9_-]{0,30}$"


def level_of(told: str) -> int:
    """1 to 4 of what a provider calls it, as http://id.sambi.se/loa/loa3 and others that end so; else 0."""
    found = LEVEL.search(told)
    return int(found[1] or found[2]) if found else 0


def _level(raw: Any) -> int:
    if raw == "":
        return 0
    if not isinstance(raw, str) or not (found := level_of(raw)):
        raise ValueError("Ska vara loa1, loa2, loa3 eller loa4 inom citattecken, eller tomt.")
    return found


def _secret(raw: Any) -> str:
    if not isinstance(raw, dict):
        raise ValueError(f"En hemlighet står aldrig i filen. {referred.HOW}")  # noqa: TRY004  what pydantic takes
    found = referred.value(raw)
    if not found:
        raise ValueError("Hemligheten finns inte där filen säger att den är.")
    return found


def _address(raw: Any) -> str:
    if isinstance(raw, dict):
        raw = referred.value(raw) or ""
    parts = urlsplit(raw) if isinstance(raw, str) else urlsplit("")
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ValueError("Ska vara en adress som börjar med https://.")
    return str(raw)


def _file(raw: Any) -> str:
    if not isinstance(raw, str) or not Path(raw).is_file():
        raise ValueError("Filen finns inte.")
    return raw


Level = Annotated[int, BeforeValidator(_level)]
Secret = Annotated[str, BeforeValidator(_secret), Field(repr=False)]
Address = Annotated[str, BeforeValidator(_address)]
File = Annotated[str, BeforeValidator(_file)]
Words = Annotated[str, Field(min_length=1, max_length=300)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Right(Part):
    """Who has all of `when` in what is said of them, or of one of their uppdrag, holds a profession at a unit."""

    when: dict[str, Words] = Field(min_length=1)
    profession: Words
    unit: Words


class Claims(Part):
    """What the provider calls what we need. The defaults are those of Inera's IdP over OpenID Connect."""

    hsa_id: str = "employeeHsaId"
    given_name: str = "given_name"
    family_name: str = "family_name"
    title: str = "title"
    email: str = "email"
    level: str = "acr"
    commissions: str = "allCommissions"
    commission: str = "commissionHsaId"
    commission_name: str = "commissionName"
    commission_unit: str = "healthCareUnitName"


class Source(Part):
    """Somebody who tells who it is that signs in."""

    title: Words
    level: Level = 0
    levels: dict[str, Level] = {}
    acr_values: str = ""

    def level_told(self, told: str) -> int:
        """How sure a log-in is held to be."""
        return self.levels.get(told) or level_of(told) or self.level


class Provider(Source):
    """Of a member of staff."""

    kind: Literal["oidc", "saml"]
    claims: Claims = Claims()
    rights: list[Right] = []
    # OpenID Connect
    issuer: Address | None = None
    client_id: str = ""
    client_secret: Secret = ""
    scope: str = "openid profile"
    # SAML
    metadata: File = ""
    entity_id: str = ""
    private_key: Secret = ""
    certificate: Secret = ""

    @model_validator(mode="after")
    def whole(self) -> Provider:
        if self.kind == "oidc" and not (self.issuer and self.client_id):
            raise ValueError("En oidc-leverantör behöver issuer och client_id.")
        if self.kind == "saml" and not self.metadata:
            raise ValueError("En saml-leverantör behöver metadata.")
        if bool(self.private_key) != bool(self.certificate):
            raise ValueError("private_key och certificate ska anges tillsammans.")
        return self


class PersonClaims(Part):
    """What a broker of e-legitimation calls it. The default is that of the Swedish profile of OpenID Connect."""

    number: Words = "https://id.oidc.se/claim/personalIdentityNumber"
    level: Words = "acr"


class Broker(Source):
    """Of a person, in what is their own: by OpenID Connect, and never of staff."""

    issuer: Address
    client_id: Words
    client_secret: Secret = ""
    scope: Words = "openid"
    claims: PersonClaims = PersonClaims()


class Persons(Part):
    """How persons, and those who have their leave, sign in to Min plan."""

    least: Level = 3
    brokers: dict[Annotated[str, Field(pattern=KEY)], Broker] = {}


class Session(Part):
    idle_minutes: int = Field(default=60, ge=5, le=24 * 60)
    hours: int = Field(default=10, ge=1, le=24)
    fresh_minutes: int = Field(default=15, ge=1, le=8 * 60)


class Levels(Part):
    """What each sphere of the law asks of a log-in."""

    hsl: Level = 3
    sol: Level = 2


class Local(Part):
    """Accounts of our own, with a password."""

    enabled: bool = True
    second_factor: bool = True
    level: Level = 2


class GroupRight(Part):
    """Who is in a group of the directory holds a profession at a unit."""

    group: Words
    profession: Words
    unit: Words


class Directory(Part):
    """What groups that come over SCIM give."""

    rights: list[GroupRight] = []


class SignIn(Part):
    session: Session = Session()
    levels: Levels = Levels()
    local: Local = Local()
    directory: Directory = Directory()
    persons: Persons = Persons()
    providers: dict[Annotated[str, Field(pattern=KEY)], Provider] = {}
