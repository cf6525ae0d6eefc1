"""The formats a region may speak, and each turned into the envelope that the rest of the house reads."""

from __future__ import annotations

from collections.abc import Callable

from integrations import configuration, http
from integrations.http import Peer
from integrations.region.client import JsonRegion, Region
from integrations.region.earlier import SOURCE
from integrations.region.fhir import bundles, validity
from integrations.region.fhir.client import FhirRegion
from integrations.region.soap import xml
from integrations.region.soap.client import SoapRegion
from workflows.connectors import Json, Unreadable

FORMATS: dict[str, Callable[[Peer], Region]] = {"json": JsonRegion, "fhir": FhirRegion, "soap": SoapRegion}


def connect(peer: Peer | None = None) -> Region:
    """The region as integrations.toml describes it."""
    return FORMATS[configuration.of(SOURCE).text("format")](peer or http.peer(SOURCE))


def envelope(raw: Json) -> Json:
    """The envelope of a stored message: as it came, or with it under its format's name. Raises Unreadable."""
    bundle = raw if raw.get("resourceType") == "Bundle" else raw.get("fhir")
    if bundle is not None:
        if not isinstance(bundle, dict):
            raise Unreadable("ogiltig_fhir", "Meddelandet är inte giltig FHIR R4.")
        validity.require(bundle)
        return bundles.read(bundle)
    if "xml" in raw:
        return xml.read(xml.parse(str(raw["xml"]).encode()))
    return raw
