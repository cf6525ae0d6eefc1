"""Where each field of a message lives in FHIR; what has no home there goes with the message as Parameters.

A path is resource, then keys, numbers for places in a list and @name for an extension of ours.
"""

from __future__ import annotations

from typing import Any

from integrations.region.fhir.names import OWN
from integrations.region.schemas import NOTICE

Json = dict[str, Any]

_EXPECTED = "Encounter.extension.@beraknad_utskrivning.valueDate"
_PLACE = "Encounter.location.0.location.display"
_REASON = "Encounter.reasonCode.0.text"
_REFUSED = {"orsak": "OperationOutcome.issue.0.details.text"}

HOMES: dict[str, dict[str, str]] = {
    NOTICE: {
        "inskriven_dt": "Encounter.period.start",
        "beraknad_utskrivning": _EXPECTED,
        "vardenhet": _PLACE,
        "ansvarig_lakare": "Encounter.participant.0.individual.display",
        "fast_vardkontakt": "Patient.generalPractitioner.0.display",
        "tidigare_inskrivning_id": "Encounter.partOf.identifier.value",
    },
    "andrat_utskrivningsdatum": {"beraknad_utskrivning": _EXPECTED, "orsak": _REASON},
    "info_uppdatering": {"text": "Communication.payload.0.contentString"},
    "sip_kallelse": {
        "foreslagen_tid": "Appointment.requestedPeriod.0.start",
        "form": "Appointment.appointmentType.text",
    },
    "sip_plan": {
        "datum": "CarePlan.created",
        "nasta_uppfoljning": "CarePlan.period.end",
        "huvudansvarig": "CareTeam.managingOrganization.0.display",
    },
    "sip_svar": {"svar": "AppointmentResponse.comment", "tid": "AppointmentResponse.start"},
    "utskrivningsklar": {"bedomd_dt": "Communication.sent", "bedomd_av": "Communication.sender.display"},
    "avbrott_utskrivningsklar": {"orsak": "Task.statusReason.text", "dt": "Task.lastModified"},
    "klar_att_ta_emot": {
        "fran_dt": "Task.executionPeriod.start",
        "plats": "Task.location.display",
        "villkor": "Task.note.0.text",
    },
    "utskriven": {
        "utskriven_dt": "Encounter.period.end",
        "till": "Encounter.hospitalization.dischargeDisposition.coding.0.code",
    },
    "information_vid_utskrivning": {
        "lakemedelslista_ref": "DocumentReference#lakemedelslista.masterIdentifier.value",
        "epikris_ref": "DocumentReference#epikris.masterIdentifier.value",
    },
    "permission_start": {"dt": "Encounter.statusHistory.0.period.start"},
    "permission_slut": {"dt": "Encounter.statusHistory.0.period.end"},
    "aterinlaggning": {
        "tidigare_inskrivning_id": "Encounter.partOf.identifier.value",
        "beraknad_utskrivning": _EXPECTED,
        "inskriven_dt": "Encounter.period.start",
    },
    "overflyttad_vardenhet": {"ny_enhet": _PLACE},
    "makulering": {"orsak": _REASON},
    "avliden": {"avliden_dt": "Patient.deceasedDateTime"},
    "felsant": _REFUSED,
    "fel_mottagare": _REFUSED,
}


def _document(code: str, title: str) -> Json:
    coding = {"system": f"{OWN}dokument", "code": code}
    return {"status": "current", "type": {"coding": [coding]}, "content": [{"attachment": {"title": title}}]}


_LEAVE = {"status": "onleave", "period": {}}
_MUNICIPALITY = {"display": "Kommunen"}
_ASKED: Json = {"Task": {"status": "requested", "intent": "order"}}
_FAILED: Json = {"OperationOutcome": {"issue": [{"severity": "error", "code": "processing"}]}}

# What each message has besides, whatever it says.
SHAPES: dict[str, Json] = {
    "sip_kallelse": {
        "Appointment": {"status": "proposed", "participant": [{"status": "needs-action", "actor": _MUNICIPALITY}]}
    },
    "sip_svar": {
        "AppointmentResponse": {
            "appointment": {"display": "Kallelse till SIP"},
            "actor": _MUNICIPALITY,
            "participantStatus": "accepted",
        }
    },
    "sip_plan": {"CarePlan": {"status": "active", "intent": "plan"}, "CareTeam": {"status": "active"}},
    "utskrivningsklar": {"Communication": {"status": "completed"}},
    "info_uppdatering": {"Communication": {"status": "completed"}},
    "avbrott_utskrivningsklar": {"Task": {"status": "cancelled", "intent": "order"}},
    "klar_att_ta_emot": {"Task": {"status": "accepted", "intent": "order"}},
    "paminnelse_sip": _ASKED,
    "begaran_information": _ASKED,
    "utskriven": {"Encounter": {"status": "finished"}},
    "information_vid_utskrivning": {
        "DocumentReference#lakemedelslista": _document("lakemedelslista", "Läkemedelslista"),
        "DocumentReference#epikris": _document("epikris", "Epikris"),
    },
    "permission_start": {"Encounter": {"status": "onleave", "statusHistory": [_LEAVE]}},
    "permission_slut": {"Encounter": {"statusHistory": [_LEAVE]}},
    "makulering": {"Encounter": {"status": "entered-in-error"}},
    "felsant": _FAILED,
    "fel_mottagare": _FAILED,
}

# Whom a resource is about, where it can say so.
ABOUT = {
    "Encounter": ("subject", ""),
    "Communication": ("subject", "encounter"),
    "Task": ("for", "encounter"),
    "CarePlan": ("subject", "encounter"),
    "CareTeam": ("subject", "encounter"),
    "DocumentReference": ("subject", ""),
}
ANSWERS = {"foreslar_annan_tid": "tentative", "deltar_inte": "declined"}


def get(resource: Any, path: list[str]) -> Any:
    """What stands at the path, or None."""
    for step in path:
        if step.startswith("@"):
            found = resource if isinstance(resource, list) else []
            resource = next((one for one in found if isinstance(one, dict) and one.get("url") == OWN + step[1:]), None)
        elif step.isdecimal():
            resource = resource[int(step)] if isinstance(resource, list) and len(resource) > int(step) else None
        else:
            resource = resource.get(step) if isinstance(resource, dict) else None
    return resource


def put(resource: Json, path: list[str], value: Any) -> None:
    """Write it there, and what must be there for it to stand on."""
    at: Any = resource
    for step, following in zip(path, [*path[1:], ""], strict=True):
        new: Any = value if not following else [] if following[0] == "@" or following.isdecimal() else {}
        if step.startswith("@"):
            at.append({"url": OWN + step[1:]})
            at = at[-1]
        elif step.isdecimal():
            while len(at) <= int(step):
                at.append({} if following else None)
            at[int(step)] = at[int(step)] if following else value
            at = at[int(step)]
        else:
            at[step] = at.get(step, new) if following else value
            at = at[step]
