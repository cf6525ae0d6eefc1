"""The region's simulator in its other two languages: the same queue and answers as FHIR messages and as SOAP."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from lxml import etree
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.region.fhir import bundles
from integrations.region.fhir.names import OWN
from integrations.region.schemas import RECEIPT
from integrations.region.soap import protocol, xml
from integrations.region.soap.protocol import Fault, Version
from integrations.simulation import Json, Refused, Store, broken, carried_out, moment, read_body, taken
from workflows.connectors import Unreadable

Accept = Callable[[Json], Json]
_FHIR = "application/fhir+json"


def routes(store: Store, accept: Accept) -> list[Route]:
    """GET /Bundle and POST /$process-message (FHIR), POST / (SOAP)."""
    fhir, soap = _Fhir(store, accept), _Soap(store, accept)
    return [
        Route("/Bundle", broken(store, fhir.fetch), methods=["GET"]),
        Route("/$process-message", broken(store, fhir.process), methods=["POST"]),
        Route("/", broken(store, soap.call, told=soap.refusal), methods=["POST"]),
    ]


class _Mouth:
    def __init__(self, store: Store, accept: Accept) -> None:
        self.store = store
        self._accept = accept

    def take(self, envelope: Json, *, key: str, path: str) -> Json:
        """What became of a message from the municipality: a receipt is noted, anything else is carried out once."""
        if envelope.get("typ") != RECEIPT:
            return carried_out(self.store, key, path, envelope, self._accept)
        content = envelope.get("innehall") or {}
        is_known = self.store.acknowledge(str(content.get("meddelande_id")), str(content.get("status")), moment())
        return {"kvittens_id": f"kv-{content.get('meddelande_id')}", "dt": moment(), "kand": is_known}


class _Fhir(_Mouth):
    async def fetch(self, request: Request) -> Response:
        rows = taken(self.store, request.query_params.get("_count", ""))
        entries = [{"resource": _as_bundle(json.loads(row["body"]), row["message_id"])} for row in rows]
        found = {"resourceType": "Bundle", "type": "searchset", "total": len(entries)}
        return JSONResponse(found | ({"entry": entries} if entries else {}), media_type=_FHIR)

    async def process(self, request: Request) -> Response:
        try:
            envelope = bundles.read(json.loads(await read_body(request)))
            answer = self.take(envelope, key=request.headers.get("Idempotency-Key", ""), path=request.url.path)
        except (ValueError, Unreadable):
            raise Refused("olasligt", "Innehållet är inte ett FHIR-meddelande.") from None
        except Refused as refusal:
            return JSONResponse(_outcome(refusal), 422, media_type=_FHIR)
        told = {"typ": RECEIPT, "meddelande_id": answer["kvittens_id"], "skickad_dt": answer["dt"]}
        content = {"meddelande_id": envelope.get("meddelande_id"), "status": "mottagen", "dt": answer["dt"]}
        return JSONResponse(bundles.written(told | {"innehall": content}), media_type=_FHIR)


def _as_bundle(body: Any, message_id: str) -> Any:
    """What is too torn to be a message goes out as torn."""
    if isinstance(body, dict) and body.get("typ") and body.get("meddelande_id"):
        return bundles.written(body)
    identifier = {"system": f"{OWN}meddelande_id", "value": message_id}
    return (
        {"resourceType": "Bundle", "identifier": identifier, "type": "message", "skräp": body} if message_id else body
    )


def _outcome(refusal: Refused) -> Json:
    details = {"coding": [{"code": refusal.kod}], "text": refusal.text}
    issue = {"severity": "error", "code": "business-rule", "details": details}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


class _Soap(_Mouth):
    async def call(self, request: Request) -> Response:
        version = protocol.SOAP_12
        try:
            version, asked = protocol.unwrapped(await read_body(request))
            return _soap(protocol.wrapped(self._answer(asked, request), version), version, 200)
        except Fault as problem:
            return _soap(protocol.fault(problem, version), version, protocol.status(problem, version))

    async def refusal(self, _request: Request) -> Response:
        problem = Fault("sender", "Mottagaren finns inte (simulerat nej).", kod="mottagare_okand")
        return _soap(protocol.fault(problem, protocol.SOAP_12), protocol.SOAP_12, 400)

    def _answer(self, asked: etree._Element, request: Request) -> etree._Element:
        match xml.local(asked):
            case "HamtaMeddelanden":
                rows = taken(self.store, asked.findtext("{*}max") or "")
                return xml.element("HamtaMeddelandenSvar", *(_as_xml(row) for row in rows))
            case "SkickaMeddelande" if len(asked) == 1:
                return self._sent(asked[0], request.headers.get("Idempotency-Key", ""))
        raise Fault("sender", "Det går inte att göra här.", kod="okand_operation")

    def _sent(self, element: etree._Element, key: str) -> etree._Element:
        try:
            answer = self.take(xml.read(element), key=key, path="/")
        except Unreadable as problem:
            raise Fault("sender", problem.message, kod=problem.code) from None
        except Refused as refusal:
            raise Fault("sender", refusal.text, kod=refusal.kod) from None
        return xml.element("SkickaMeddelandeSvar", kvittens_id=answer["kvittens_id"], dt=answer["dt"])


def _as_xml(row: Json) -> etree._Element:
    body = json.loads(row["body"])
    return xml.written(body if isinstance(body, dict) else {"meddelande_id": row["message_id"], "skräp": body})


def _soap(body: bytes, version: Version, status: int) -> Response:
    return Response(body, status, media_type=f"{version.content_type}; charset=utf-8")
