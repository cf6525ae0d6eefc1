"""Identifiers as HL7 Sweden's base profiles have them, with the older names that others still send: one goes out."""

from __future__ import annotations

BASE = "http://electronichealth.se/identifier"
REF = "urn:ietf:rfc:3986"
"""Of `urn:uuid:<person_ref>`: the only identifier of a person that we tell."""

PERSON = {
    f"{BASE}/personnummer": "personnummer",
    "http://electronichealth.se/id/personnummer": "personnummer",
    "urn:oid:1.2.752.129.2.1.3.1": "personnummer",
    f"{BASE}/samordningsnummer": "samordningsnummer",
    "http://electronichealth.se/id/samordningsnummer": "samordningsnummer",
    "urn:oid:1.2.752.129.2.1.3.3": "samordningsnummer",
    f"{BASE}/nationelltReservnummer": "reservnummer",
    "urn:oid:1.2.752.74.9.1": "reservnummer",
}
"""Address of a system -> the kind of number in it."""
