"""Writes an envelope as a FHIR message and reads it back."""

from __future__ import annotations

import copy
import re
import uuid
from typing import Any

from integrations.region.fhir import homes, names, parameters, people
from integrations.region.fhir.homes import get, put
from integrations.region.schemas import FIELDS, RECEIPT, SCHEMA, SENT
from workflows.connectors import Unreadable

Json = dict[str, Any]

_ID = re.compile(r"[A-Za-z0-9.-]{1,64}")
_SHORT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(Z|[+-]\d\d:\d\d)")
_CODES = {"mottagen": "ok", "last": "ok", "felaktig_mottagare": "fatal-error", "avvisad": "fatal-error"}
# A receipt from someone who only speaks FHIR says no more than this.
_STATUSES = {"ok": "mottagen", "transient-error": "mottagen", "fatal-error": "avvisad"}


def written(envelope: Json) -> Json:
    """The envelope as a Bundle of type message."""
    return _Writer(envelope).bundle()


def read(bundle: Json) -> Json:
    """The Bundle as an envelope, whose content others judge. Raises Unreadable when it is no message."""
    return _Reader(bundle).envelope()


def _with_seconds(value: Any) -> Any:
    """FHIR's moments have them."""
    is_short = isinstance(value, str) and _SHORT.fullmatch(value)
    return f"{value[:16]}:00{value[16:]}" if is_short else value


class _Writer:
    def __init__(self, envelope: Json) -> None:
        self._envelope = envelope
        self._kind = str(envelope.get("typ"))
        self._resources: dict[str, Json] = {}

    def bundle(self) -> Json:
        told, shapes = self._envelope, copy.deepcopy(homes.SHAPES.get(self._kind, {}))
        self._resources["MessageHeader"] = {}  # first, whatever it comes to refer to
        self._resources["MessageHeader"] |= self._header()
        if told.get("person"):
            self._resources["Patient"] = people.written(told["person"])
        stay = told.get("inskrivning_id")
        if stay is not None or "Encounter" in shapes:
            known = {"identifier": [{"system": names.STAY, "value": stay}]} if stay is not None else {}
            inpatient = {"system": names.ACT, "code": "IMP"}
            self._resources["Encounter"] = known | {"status": "in-progress", "class": inpatient}
        for name, shape in shapes.items():
            self._resources.setdefault(name, {}).update(shape)
        self._content()
        self._history()
        self._relate()
        bundle: Json = {
            "resourceType": "Bundle",
            "meta": {"versionId": str(told.get("version", 1)), **people.security(told.get("person"))},
            "identifier": {"system": f"{names.OWN}meddelande_id", "value": told["meddelande_id"]},
            "type": "message",
            "timestamp": told["skickad_dt"],
        }
        entries = [
            {"fullUrl": self._url(name), "resource": {"resourceType": name.partition("#")[0], **resource}}
            for name, resource in self._resources.items()
        ]
        return bundle | {"entry": entries}

    def _header(self) -> Json:
        told = self._envelope
        sender, receiver = told.get("avsandare") or {}, told.get("mottagare") or {}
        header: Json = {
            "eventCoding": {"system": f"{names.OWN}typ", "code": self._kind},
            "source": {"endpoint": f"{names.OWN}{sender.get('hsa_id') or sender.get('orgnr') or 'avsandare'}"},
        }
        if sender:
            self._resources["Organization#avsandare"] = people.organisation(sender, "avsandare")
            header["sender"] = {"reference": self._url("Organization#avsandare")}
        if receiver:
            self._resources["Organization#mottagare"] = people.organisation(receiver, "mottagare")
            destination: Json = {"endpoint": f"{names.OWN}kommun:{receiver.get('kommunkod') or 'okand'}"}
            if receiver.get("funktionsadress"):
                destination["name"] = receiver["funktionsadress"]
            destination["receiver"] = {"reference": self._url("Organization#mottagare")}
            header["destination"] = [destination]
        if self._kind == RECEIPT:
            content = told.get("innehall") or {}
            about = str(content.get("meddelande_id"))
            sound = about if _ID.fullmatch(about) else uuid.uuid5(uuid.NAMESPACE_URL, about).hex
            header["response"] = {"identifier": sound, "code": _CODES.get(str(content.get("status")), "ok")}
        return header

    def _content(self) -> None:
        kept: list[Json] = []
        at_home = homes.HOMES.get(self._kind, {})
        for field, value in (self._envelope.get("innehall") or {}).items():
            resource, *path = at_home.get(field, "").split(".")
            if value is None:
                continue
            if resource in self._resources and value != "":
                put(self._resources[resource], path, _with_seconds(value))
            else:
                kept.append(parameters.written(field, value))
        answer = self._resources.get("AppointmentResponse")
        if answer is not None:
            answer["participantStatus"] = homes.ANSWERS.get(str(answer.get("comment")), "accepted")
        if kept:
            self._resources["Parameters"] = {"parameter": kept}

    def _history(self) -> None:
        replaced = self._envelope.get("ersatter_meddelande_id")
        if replaced is None:
            return
        role = "removal" if self._kind == "makulering" else "revision"
        self._resources["Provenance"] = {
            "target": [{"reference": self._url("MessageHeader")}],
            "recorded": self._envelope["skickad_dt"],
            "agent": [{"who": {"display": (self._envelope.get("avsandare") or {}).get("enhet") or "Avsändaren"}}],
            "entity": [{"role": role, "what": {"identifier": {"value": replaced}}}],
        }

    def _relate(self) -> None:
        """Let each resource say whom it is about, and the header what it brings."""
        patient = (
            {"reference": self._url("Patient")} if "Patient" in self._resources else {"display": "Se vårdtillfället"}
        )
        for name, resource in self._resources.items():
            whom, when = homes.ABOUT.get(name.partition("#")[0], ("", ""))
            if whom:
                resource[whom] = patient
            if when and "Encounter" in self._resources:
                resource[when] = {"reference": self._url("Encounter")}
        brought = [name for name in self._resources if not name.startswith(("MessageHeader", "Organization"))]
        if brought:
            self._resources["MessageHeader"]["focus"] = [{"reference": self._url(name)} for name in brought]

    def _url(self, name: str) -> str:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{self._envelope['meddelande_id']}:{name}").urn


class _Reader:
    def __init__(self, bundle: Json) -> None:
        if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "message":
            raise Unreadable(
                "inget_fhir_meddelande", "Meddelandet är inte ett FHIR-meddelande (Bundle av typen message)."
            )
        self._bundle = bundle
        self._by_url: dict[str, Json] = {}
        self._resources: dict[str, Json] = {}
        for entry in bundle.get("entry") or []:
            resource = entry.get("resource") or {}
            self._resources.setdefault(self._name(resource), resource)
            if entry.get("fullUrl"):
                self._by_url[entry["fullUrl"]] = resource
        header = self._resources.get("MessageHeader")
        if header is None or (bundle.get("entry") or [{}])[0].get("resource") is not header:
            raise Unreadable("inget_fhir_meddelande", "FHIR-meddelandet börjar inte med sitt huvud (MessageHeader).")
        self._header = header

    def envelope(self) -> Json:
        bundle, kind = self._bundle, self._kind()
        told = {
            "schema": SCHEMA,
            "meddelande_id": get(bundle, ["identifier", "value"]) or self._header.get("id"),
            "typ": kind,
            "version": self._version(),
            "ersatter_meddelande_id": get(
                self._resources, ["Provenance", "entity", "0", "what", "identifier", "value"]
            ),
            "inskrivning_id": self._stay(),
            "skickad_dt": bundle.get("timestamp"),
            "avsandare": self._sender(),
            "mottagare": self._receiver(),
            "person": self._person(),
            "innehall": self._content(kind) if kind else {},
        }
        return {key: value for key, value in told.items() if value is not None}

    def _kind(self) -> str | None:
        coding = self._header.get("eventCoding") or {}
        if "response" in self._header:
            return RECEIPT
        code = coding.get("code")
        return names.EVENTS.get(code, code) if isinstance(code, str) else None

    def _version(self) -> Any:
        told = get(self._bundle, ["meta", "versionId"])
        return int(told) if isinstance(told, str) and told.isdecimal() else told or 1

    def _stay(self) -> str | None:
        known = get(self._resources, ["Encounter", "identifier"]) or []
        ours = next((one for one in known if one.get("system") == names.STAY), known[0] if known else {})
        return ours.get("value")

    def _sender(self) -> Json | None:
        found = self._referred(get(self._header, ["sender", "reference"]))
        if found is not None:
            return people.read_organisation(found)
        name = get(self._header, ["source", "name"])
        return {"enhet": name} if name else None

    def _receiver(self) -> Json | None:
        destination = get(self._header, ["destination", "0"])
        if not destination:
            return None
        told = people.read_organisation(self._referred(get(destination, ["receiver", "reference"])) or {})
        address = destination.get("name")
        return {"funktionsadress": address, **told} if address else told

    def _person(self) -> Json | None:
        patient = self._resources.get("Patient")
        if patient is None:
            return None
        return people.read(patient, labels=get(self._bundle, ["meta", "security"]) or [])

    def _content(self, kind: str) -> Json:
        told = {
            str(one.get("name")): parameters.read(one)
            for one in get(self._resources, ["Parameters", "parameter"]) or []
        }
        declared = FIELDS.get(kind) or SENT.get(kind) or {}
        at_home = homes.HOMES.get(kind, {})
        for field in declared:
            resource, *path = at_home.get(field, "").split(".")
            found = get(self._resources.get(resource), path) if resource else None
            if found is not None:
                told[field] = found
        if kind == "utskriven":
            told["till"] = names.DISPOSITIONS.get(str(told.get("till")), told.get("till"))
            if told["till"] is None and get(self._header, ["eventCoding", "code"]) == "discharge-inpatient-home":
                told["till"] = "hem"
        if kind == RECEIPT:
            self._fill_receipt(told)
        return {field: value for field, value in told.items() if value is not None}

    def _fill_receipt(self, told: Json) -> None:
        response = self._header.get("response", {})
        told.setdefault("meddelande_id", response.get("identifier"))
        told.setdefault("status", _STATUSES.get(str(response.get("code"))))
        told.setdefault("dt", self._bundle.get("timestamp"))

    def _referred(self, url: object) -> Json | None:
        return self._by_url.get(url) if isinstance(url, str) else None

    @staticmethod
    def _name(resource: Json) -> str:
        kind = str(resource.get("resourceType"))
        if kind != "DocumentReference":
            return kind
        return f"{kind}#{get(resource, ['type', 'coding', '0', 'code'])}"
