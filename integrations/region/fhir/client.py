"""A region that speaks FHIR messaging: message Bundles to fetch, and $process-message for what we say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from integrations.http import Peer, refused
from integrations.region.client import Enveloped
from integrations.region.fhir import bundles, validity
from integrations.region.fhir.homes import get
from workflows.connectors import Json, PermanentError, TransientError, Unreadable

_TYPE = "application/fhir+json"


class FhirRegion(Enveloped):
    def __init__(self, peer: Peer) -> None:
        self._peer = replace(peer, headers={**peer.headers, "Accept": _TYPE, "Content-Type": _TYPE})

    def fetch(self, *, limit: int) -> list[Any]:
        """`GET Bundle?type=message&_count=…`, a searchset of messages."""
        answer = self._peer.get("/Bundle", type="message", _count=limit)
        if not isinstance(answer, dict) or answer.get("resourceType") != "Bundle":
            raise TransientError("ovantat_svar", "Systemet svarade något som inte är FHIR.")
        return [_stored((entry or {}).get("resource")) for entry in answer.get("entry") or []]

    def send_message(self, envelope: Json, *, key: UUID) -> Json:
        """`POST $process-message`; the answer may be empty, an outcome or a message."""
        bundle = bundles.written(envelope)
        try:
            validity.require(bundle)
        except Unreadable as problem:
            raise PermanentError(problem.code, "Det som skulle skickas går inte att skriva som FHIR.") from None
        answer = self._peer.post("/$process-message", bundle, key=key)
        header = get(answer, ["entry", "0", "resource"]) or {}
        if get(header, ["response", "code"]) == "fatal-error":
            issue = get(answer, ["entry", "1", "resource", "issue", "0"]) or {}
            raise refused(get(issue, ["details", "coding", "0", "code"]), get(issue, ["details", "text"]))
        return {"kvittens_id": get(answer, ["identifier", "value"]), "dt": answer.get("timestamp")}


def _stored(resource: Any) -> Json:
    """The message as it came, with the id that it is acknowledged by."""
    identifier = get(resource, ["identifier", "value"]) or get(resource, ["entry", "0", "resource", "id"])
    return {"meddelande_id": identifier, "fhir": resource}
