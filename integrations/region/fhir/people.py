"""Persons and organisations as FHIR writes them in Sweden, and back to the words of the envelope."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from integrations.region.fhir import names
from integrations.region.fhir.homes import get

Json = dict[str, Any]

_HOME = f"{names.OWN}folkbokforingskommun"
_REGISTERED = {
    "url": names.ADDRESS_TYPE,
    "valueCodeableConcept": {"coding": [{"system": names.SNOMED, "code": names.REGISTERED_ADDRESS}]},
}
_ORGANISATION = {"hsa_id": names.HSA, "orgnr": names.ORGANISATION, "kommunkod": names.MUNICIPALITY}


def written(person: Json) -> Json:
    """The person as a Patient."""
    protection = security(person)
    patient: Json = {"meta": protection} if protection else {}
    system = names.PERSON.get(str(person.get("id_typ")))
    if system and person.get("id"):
        patient["identifier"] = [{"system": system, "value": person["id"]}]
    if person.get("namn"):
        patient["name"] = [{"use": "official", "text": person["namn"]}]
    if person.get("telefon"):
        patient["telecom"] = [{"system": "phone", "value": person["telefon"]}]
    if person.get("adress"):
        patient["address"] = [{"extension": [_REGISTERED], "use": "home", **_address(person["adress"])}]
    if person.get("folkbokforingskommun"):
        patient["extension"] = [{"url": _HOME, "valueString": person["folkbokforingskommun"]}]
    return patient


def security(person: Json | None) -> Json:
    """Meta with the person's protection, or nothing."""
    code = names.PROTECTION.get(str((person or {}).get("skydd")))
    return {"security": [{"system": names.SECURITY, "code": code}]} if code else {}


def read(patient: Json, *, labels: Iterable[Json]) -> Json:
    """The person in the envelope's words; `labels` are the message's own, which protect as much as the patient's."""
    told: Json = {"id_typ": "okand", "id": ""} | _identity(patient.get("identifier") or [])
    name = get(patient, ["name", "0"]) or {}
    given = " ".join(name.get("given") or [])
    told["namn"] = name.get("text") or ", ".join(part for part in (name.get("family"), given) if part)
    told["folkbokforingskommun"] = next(
        (one.get("valueString") for one in patient.get("extension") or [] if one.get("url") == _HOME), None
    )
    told["adress"] = _read_address(patient.get("address") or [])
    phones = (one for one in patient.get("telecom") or [] if one.get("system") == "phone")
    told["telefon"] = (next(phones, None) or {}).get("value")
    told["skydd"] = _protection([*(get(patient, ["meta", "security"]) or []), *labels])
    return {key: value for key, value in told.items() if value not in (None, "") or key == "id"}


def organisation(told: Json, role: str) -> Json:
    """Sender or receiver as an Organization."""
    made: Json = {"id": role}
    identifiers = [{"system": system, "value": told[key]} for key, system in _ORGANISATION.items() if told.get(key)]
    if identifiers:
        made["identifier"] = identifiers
    if told.get("enhet"):
        made["name"] = told["enhet"]
    if told.get("telefon"):
        made["telecom"] = [{"system": "phone", "value": told["telefon"]}]
    return made


def read_organisation(resource: Json) -> Json:
    by_system = {_known(one): one.get("value") for one in resource.get("identifier") or []}
    told = {key: by_system.get(system) for key, system in _ORGANISATION.items()}
    told |= {"enhet": resource.get("name"), "telefon": get(resource, ["telecom", "0", "value"])}
    return {key: value for key, value in told.items() if value is not None}


def _known(identifier: Json) -> str:
    system = str(identifier.get("system"))
    return names.ALIASES.get(system, system)


def _identity(identifiers: list[Json]) -> Json:
    by_system = {_known(one): one.get("value") for one in identifiers}
    for kind, system in names.PERSON.items():
        if by_system.get(system):
            return {"id_typ": kind, "id": by_system[system]}
    return {}


def _address(told: Any) -> Json:
    if not isinstance(told, dict):
        return {"text": told}
    parts = {"line": [told.get("gatuadress")], "postalCode": told.get("postnummer"), "city": told.get("postort")}
    return {key: value for key, value in parts.items() if value not in (None, "", [None], [""])}


def _read_address(addresses: list[Json]) -> Any:
    """The registered one, else the first."""
    if not addresses:
        return None
    chosen = next((one for one in addresses if _is_registered(one)), addresses[0])
    if chosen.get("text"):
        return chosen["text"]
    parts = {
        "gatuadress": ", ".join(chosen.get("line") or []),
        "postnummer": chosen.get("postalCode"),
        "postort": chosen.get("city"),
    }
    return {key: value for key, value in parts.items() if value} or None


def _is_registered(address: Json) -> bool:
    return any(
        coding.get("code") == names.REGISTERED_ADDRESS
        for extension in address.get("extension") or []
        for coding in get(extension, ["valueCodeableConcept", "coding"]) or []
    )


def _protection(labels: list[Json]) -> str:
    """The strongest; a label that is not known is taken as protection."""
    codes = {str(label.get("code")) for label in labels} - names.UNPROTECTED
    if names.PROTECTION["skyddad_folkbokforing"] in codes:
        return "skyddad_folkbokforing"
    return "sekretessmarkering" if codes else "ingen"
