"""One HTTP call out: bounded in time and size, and every failure sorted into transient, permanent or business."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import requests

from integrations import configuration
from integrations.reading import without_numbers
from integrations.systems import Setting
from web import tracing
from workflows import strict_json
from workflows.connectors import BusinessError, DeliveryError, PermanentError, TransientError

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
TOTAL_SECONDS = 30.0
MAX_BYTES = 5_000_000

# What every system that speaks HTTP can be told, beside its own.
SETTINGS = {
    "url": Setting("url", "systemets adress"),
    "token": Setting("secret", "det som skickas som Authorization: Bearer", optional=True),
    "certificate": Setting("path", "vårt certifikat med nyckel (PEM), för ömsesidig TLS", optional=True),
    "authority": Setting("path", "utfärdaren av systemets certifikat (PEM), när den inte är en allmän", optional=True),
}

Answer = TypeVar("Answer")

_TRY_AGAIN = {408, 423, 425, 429}
_CODE = re.compile(r"[a-z][a-z0-9_]{0,59}")


@dataclass
class Peer:
    """A system we call, for at most so many seconds.

    Redirects are not followed: an address that moves is a matter for IT, not for a header.
    """

    base_url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    session: requests.Session = field(default_factory=requests.Session)
    seconds: float = TOTAL_SECONDS

    def get(self, path: str, **query: str | int) -> Any:
        return self._call("GET", path, params=query)

    def find(self, path: str, **query: str | int) -> Any:
        """As `get`; None where there is no such thing (404)."""
        return self._call("GET", path, params=query, read=_found)

    def post(self, path: str, body: Mapping[str, Any], *, key: UUID | None = None) -> dict[str, Any]:
        """The answer as an object. With `key` the receiver can tell a repeated call from a new one."""
        headers = {"Idempotency-Key": str(key)} if key else {}
        answer = self._call("POST", path, json=dict(body), headers=headers)
        if not isinstance(answer, dict):
            raise unreadable()
        return answer

    def exchange(
        self,
        path: str,
        body: bytes,
        *,
        content_type: str,
        read: Callable[[int, bytes], Answer],
        headers: Mapping[str, str],
        key: UUID | None = None,
    ) -> Answer:
        """POST what is no JSON; `read` makes of status and body what it may, with `failure` for what is none."""
        named = {**headers, "Content-Type": content_type, **({"Idempotency-Key": str(key)} if key else {})}
        told: Answer = self._call("POST", path, headers=named, data=body, read=read)
        return told

    def _call(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        read: Callable[[int, bytes], Any] | None = None,
        **rest: Any,
    ) -> Any:
        told = {"Accept": "application/json", **self.headers, **(headers or {})}
        tracing.inject(told)
        try:
            with self.session.request(
                method,
                f"{self.base_url.rstrip('/')}{path}",
                headers=told,
                timeout=(min(CONNECT_SECONDS, self.seconds), min(READ_SECONDS, self.seconds)),
                allow_redirects=False,
                stream=True,
                **rest,
            ) as response:
                return (read or _answer)(response.status_code, _body(response, self.seconds))
        except requests.RequestException as problem:
            # `from None`: the library's text holds the address and sometimes the body.
            raise _unanswered(problem) from None


def peer(system: str, *, seconds: float = TOTAL_SECONDS) -> Peer:
    """The system as integrations.toml describes it (SETTINGS)."""
    told = configuration.of(system)
    session = requests.Session()
    # Proxies and passwords come from our own file, never from the environment or a .netrc.
    session.trust_env = False
    session.cert = told.text("certificate") or None
    session.verify = told.text("authority") or True
    headers = {"Authorization": f"Bearer {told.text('token')}"} if told.text("token") else {}
    return Peer(told.text("url"), headers=headers, session=session, seconds=seconds)


def _unanswered(problem: requests.RequestException) -> DeliveryError:
    """A certificate that one of us does not accept stays so until IT mends it; the library tells only in its text."""
    if "CERTIFICATE" in str(problem):
        return PermanentError("certifikat", "Certifikatet godkändes inte. IT behöver se över det.")
    return TransientError("inget_svar", "Systemet svarade inte.")


def _body(response: requests.Response, seconds: float) -> bytes:
    """Read timeouts count per packet, so a system that drips is cut off here."""
    deadline = time.monotonic() + seconds
    body = b""
    for chunk in response.iter_content(65_536):
        body += chunk
        if len(body) > MAX_BYTES:
            raise TransientError("for_stort_svar", "Systemet svarade med mer än vad som går att ta emot.")
        if time.monotonic() > deadline:
            raise TransientError("inget_svar", "Systemet svarade för långsamt.")
    return body


def _answer(status: int, body: bytes) -> Any:
    if status >= 300:
        raise failure(status, body)
    try:
        # 204 and an empty body are a plain yes.
        return strict_json.parse(body) if body.strip() else {}
    except ValueError:
        raise unreadable() from None


def _found(status: int, body: bytes) -> Any:
    return None if status == 404 else _answer(status, body)


def unreadable() -> TransientError:
    """An answer that is none: a page of somebody else's, half of one, or in another form."""
    return TransientError("ovantat_svar", "Systemet svarade något som inte går att läsa.")


def failure(status: int, body: bytes) -> DeliveryError:
    """What a status from 300 means. 422 or 409 with {"kod", "text"} or a FHIR OperationOutcome is the system's own no;
    anything else below 500 is a fault in the connection's set-up.
    """
    if status >= 500 or status in _TRY_AGAIN:
        return TransientError("upptaget", f"Systemet kunde inte ta emot just nu (svar {status}).")
    if status in (401, 403):
        return PermanentError(
            "obehorig", f"Systemet godkänner inte vår inloggning (svar {status}). IT behöver se över den."
        )
    if status not in (409, 422):
        return PermanentError("avvisat", f"Systemet tog inte emot anropet (svar {status}).")
    return refused(*_said(body))


def refused(code: object, text: object) -> DeliveryError:
    """The system's own no, if its code is one that a diagram could catch."""
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        return PermanentError("avvisat", "Systemet sade nej utan att säga varför.")
    return BusinessError(code, _sentence(text))


def _said(body: bytes) -> tuple[object, object]:
    """Code and text of a refusal."""
    try:
        told = strict_json.parse(body)
    except ValueError:
        return None, None
    match told:
        case {"resourceType": "OperationOutcome", "issue": [{"details": {"coding": [{"code": code}, *_], **rest}}, *_]}:
            return code, rest.get("text")
        case {"kod": code, **rest}:
            return code, rest.get("text")
    return None, None


def _sentence(text: object) -> str:
    """What the other system says may name the person."""
    said = without_numbers(text)[:300].strip() if isinstance(text, str) else ""
    return said or "Systemet sade nej."
