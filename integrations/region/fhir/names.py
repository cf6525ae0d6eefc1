"""Names of HL7 Sweden's base profiles 1.1.0 (CC0), older ones that mean the same, and our own where there is none."""

from __future__ import annotations

OWN = "urn:se:forlopp:samverkan:1:"
"""The namespace of the envelope's own words: urn:se:forlopp:samverkan:1:typ and so on."""

_SE = "http://electronichealth.se/identifier/"
PERSON = {
    "personnummer": f"{_SE}personnummer",
    "samordningsnummer": f"{_SE}samordningsnummer",
    "reservnummer": f"{_SE}nationelltReservnummer",
}
HSA = "urn:oid:1.2.752.29.4.19"
ORGANISATION = "urn:oid:2.5.4.97"
MUNICIPALITY = f"{OWN}kommunkod"
STAY = f"{OWN}inskrivning_id"

# Systems that say the same; the misspelt one stood in the profiles until 2023.
ALIASES = {
    "urn:oid:1.2.752.129.2.1.3.1": PERSON["personnummer"],
    "urn:oid:1.2.752.129.2.1.3.3": PERSON["samordningsnummer"],
    f"{_SE}nationelltReservnumer": PERSON["reservnummer"],
    f"{_SE}hsaid": HSA,
    "urn:oid:1.2.752.129.2.1.4.1": HSA,
}

SECURITY = "http://hl7.se/fhir/ig/base/CodeSystem/SecurityLabel"
PROTECTION = {"sekretessmarkering": "sekretessmarkering", "skyddad_folkbokforing": "skyddadFolkbokforing"}
# Labels that say nothing of protection: test data, and the usual grades of confidentiality.
UNPROTECTED = frozenset({"DEMO", "HTEST", "U", "L", "M", "N"})

ADDRESS_TYPE = "http://hl7.se/fhir/ig/base/StructureDefinition/SEBaseAddressPersonExtension"
SNOMED = "http://snomed.info/sct"
REGISTERED_ADDRESS = "63381000052101"

ACT = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
# MedCom's words for the same events, for a region that follows the Nordic profiles.
EVENTS = {
    "admit-inpatient": "inskrivningsmeddelande",
    "revise-admit-inpatient": "info_uppdatering",
    "cancel-admit-inpatient": "makulering",
    "start-leave-inpatient": "permission_start",
    "end-leave-inpatient": "permission_slut",
    "discharge-inpatient-home": "utskriven",
}
DISPOSITIONS = {"home": "hem", "snf": "sarskilt", "long": "sarskilt", "rehab": "korttid", "other-hcf": "annat_sjukhus"}
