"""What is told of users and groups in SCIM, to what we keep and back; of what they send we keep what we use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from people.models import DirectoryEntry, DirectoryGroup
from people.services.directory import Told

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
HSA_ID = re.compile(r"SE\d{10}-\S{1,49}")
MEMBER = re.compile(r'members\[value eq "([^"]+)"\]', re.IGNORECASE)
EMAIL = re.compile(r"emails(\[[^\]]*\])?\.value", re.IGNORECASE)
# What we keep of a user, by the path that says it; paths are told in any case.
PATHS = {
    "username": "username",
    "externalid": "external_id",
    "name.givenname": "given_name",
    "name.familyname": "family_name",
    "title": "title",
    "active": "is_active",
    f"{ENTERPRISE}:employeenumber".casefold(): "hsa_id",
}
LONGEST = {"username": 150, "external_id": 200, "given_name": 150, "family_name": 150, "title": 120, "hsa_id": 64}


class Unfit(Exception):
    """What is sent is not as SCIM says; the message is for the directory's people."""


def told(sent: Any) -> dict[str, Any]:
    """What a whole user says, by our names. Raises Unfit."""
    if not isinstance(sent, dict):
        raise Unfit("The body is to be an object.")
    found = dict(_flat(sent))
    emails = sent.get("emails")
    if isinstance(emails, list) and emails and isinstance(emails[0], dict):
        found["email"] = _text(emails[0].get("value"))[:254]
    return found


def patched(operations: Any) -> dict[str, Any]:
    """What the operations of a PATCH change of a user, by our names; what we do not keep is left out. Raises Unfit."""
    found: dict[str, Any] = {}
    for operation in _operations(operations):
        path, value = _text(operation.get("path")), operation.get("value")
        if _text(operation.get("op")).casefold() == "remove":
            value = ""
        if not path:
            found |= told(value)
        elif EMAIL.fullmatch(path):
            found["email"] = _text(value)[:254]
        else:
            found |= dict(_flat({path: value}))
    return found


def members(operations: Any) -> Iterator[tuple[str, list[str]]]:
    """What is done with the members of a group: add, remove or replace, and whom. Raises Unfit."""
    for operation in _operations(operations):
        what, path, value = _text(operation.get("op")).casefold(), _text(operation.get("path")), operation.get("value")
        if one := MEMBER.fullmatch(path):
            yield what, [one[1]]
        elif path.casefold() == "members" or (not path and isinstance(value, dict) and "members" in value):
            yield what, ids(value["members"] if isinstance(value, dict) and "members" in value else value)


def ids(sent: Any) -> list[str]:
    """Of members as they are listed."""
    listed = sent if isinstance(sent, list) else [sent]
    return [_text(one.get("value")) if isinstance(one, dict) else _text(one) for one in listed if one]


def name_of_group(sent: Any) -> str:
    """Raises Unfit."""
    name = _text(sent.get("displayName")) if isinstance(sent, dict) else ""
    if not name or len(name) > 200:
        raise Unfit("displayName is to be 1 to 200 characters.")
    return name


def somebody(known: Mapping[str, Any], rights: frozenset[tuple[str, str]]) -> Told:
    """Raises Unfit."""
    if not known.get("username"):
        raise Unfit("userName is missing.")
    hsa_id = known.get("hsa_id", "")
    return Told(
        external_id=known.get("external_id") or known["username"],
        username=known["username"],
        given_name=known.get("given_name", ""),
        family_name=known.get("family_name", "") or known["username"],
        title=known.get("title", ""),
        email=known.get("email", ""),
        hsa_id=hsa_id if HSA_ID.fullmatch(hsa_id) else "",
        is_active=known.get("is_active", True),
        rights=rights,
    )


def kept(entry: DirectoryEntry) -> dict[str, Any]:
    """What we have of a user, by the names of `told`."""
    staff = entry.staff
    return {
        "username": staff.username,
        "external_id": entry.external_id,
        "given_name": staff.first_name,
        "family_name": staff.last_name,
        "title": staff.title,
        "email": staff.email,
        "hsa_id": staff.hsa_id,
        "is_active": staff.is_active,
    }


def user(entry: DirectoryEntry, base: str) -> dict[str, Any]:
    known = kept(entry)
    shown = {
        "schemas": [USER],
        "id": str(entry.staff.public_id),
        "externalId": known["external_id"],
        "userName": known["username"],
        "name": {"givenName": known["given_name"], "familyName": known["family_name"]},
        "displayName": str(entry.staff),
        "title": known["title"],
        "active": known["is_active"],
        "meta": {"resourceType": "User", "location": f"{base}/Users/{entry.staff.public_id}"},
    }
    if known["email"]:
        shown["emails"] = [{"value": known["email"], "type": "work", "primary": True}]
    return shown


def group(found: DirectoryGroup, base: str, *, with_members: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "schemas": [GROUP],
        "id": str(found.public_id),
        "externalId": found.external_id,
        "displayName": found.name,
        "meta": {"resourceType": "Group", "location": f"{base}/Groups/{found.public_id}"},
    }
    if with_members:
        keys = found.members.order_by("pk").values_list("public_id", flat=True)
        shown["members"] = [{"value": str(key), "type": "User"} for key in keys]
    return shown


def _flat(sent: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in sent.items():
        path = f"{before}{name}".casefold()
        if isinstance(value, dict):
            yield from _flat(value, f"{path}{':' if path == ENTERPRISE.casefold() else '.'}")
        elif path in PATHS:
            ours = PATHS[path]
            yield ours, _yes(value) if ours == "is_active" else _text(value)[: LONGEST[ours]]


def _operations(sent: Any) -> list[dict[str, Any]]:
    found = sent.get("Operations") if isinstance(sent, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found) or len(found) > 1000:
        raise Unfit("Operations is to be a list of at most 1000 objects.")
    if any(_text(one.get("op")).casefold() not in ("add", "remove", "replace") for one in found):
        raise Unfit("op is to be add, remove or replace.")
    return found


def _yes(value: Any) -> bool:
    """Entra ID says "False"."""
    return value.strip().casefold() != "false" if isinstance(value, str) else bool(value)


def _text(value: Any) -> str:
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
