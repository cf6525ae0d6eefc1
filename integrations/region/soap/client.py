"""A region that speaks SOAP: HamtaMeddelanden for what lies waiting, SkickaMeddelande for what we say."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from lxml import etree

from integrations import configuration, http
from integrations.http import Peer
from integrations.region.client import Enveloped
from integrations.region.soap import protocol, xml
from integrations.region.soap.protocol import SOAP_11, VERSIONS, Fault, NotSoap
from workflows.connectors import Json, PermanentError, TransientError


class SoapRegion(Enveloped):
    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        self._version = VERSIONS[configuration.of("region").text("soap_version")]

    def fetch(self, *, limit: int) -> list[Any]:
        answer = self._call("HamtaMeddelanden", xml.element("HamtaMeddelanden", max=limit))
        return [_stored(one) for one in answer if xml.local(one) == "meddelande"]

    def send_message(self, envelope: Json, *, key: UUID) -> Json:
        body = xml.element("SkickaMeddelande", xml.written(envelope))
        answer = self._call("SkickaMeddelande", body, key=key)
        told = {xml.local(one): one.text for one in answer}
        return {"kvittens_id": told.get("kvittens_id"), "dt": told.get("dt")}

    def _call(self, operation: str, body: etree._Element, *, key: UUID | None = None) -> etree._Element:
        """What stands in the body of the answer."""
        action, version = f"{xml.NAMESPACE}:{operation}", self._version
        kind = f"{version.content_type}; charset=utf-8"
        headers = {"Accept": version.content_type}
        if version is SOAP_11:
            headers["SOAPAction"] = f'"{action}"'
        else:
            kind += f'; action="{action}"'
        return self._peer.exchange(
            "", protocol.wrapped(body, version), content_type=kind, headers=headers, key=key, read=_read
        )


def _read(status: int, data: bytes) -> etree._Element:
    if status in (401, 403):
        raise http.failure(status, data)
    try:
        return protocol.unwrapped(data)[1]
    except NotSoap:
        if status >= 300:
            raise http.failure(status, data) from None
        raise TransientError("ovantat_svar", "Systemet svarade något som inte är SOAP.") from None
    except Fault as problem:
        if problem.whose == "receiver":
            raise TransientError("upptaget", "Systemet kunde inte ta emot just nu.") from None
        if problem.kod:
            raise http.refused(problem.kod, problem.text) from None
        raise PermanentError("avvisat", "Systemet tog inte emot anropet.") from None


def _stored(element: etree._Element) -> Json:
    """The message as it came, with the id that it is acknowledged by."""
    return {"meddelande_id": (element.findtext("{*}meddelande_id") or "").strip(), "xml": xml.text_of(element)}
