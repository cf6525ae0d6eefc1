"""The ways a simulator can be broken, and what its answers then are."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import HTMLResponse, JSONResponse, Response

SKEW = datetime.timedelta(hours=3)

FAULTS = {
    "ok": "Allt fungerar",
    "slow": "Långsam: svarar efter det antal sekunder som anges",
    "down": "Nere: svarar 503 på allt",
    "error": "Går sönder: gör det den ska men svarar 500",
    "unauthorized": "Släpper inte in: svarar 401 på allt",
    "html": "Webbsida: svarar 200 med en inloggningssida på allt",
    "cut": "Bryter: gör det den ska, men förbindelsen bryts mitt i svaret",
    "encoding": "Fel teckenkodning: svarar i Latin-1 och säger UTF-8",
    "skew": "Fel klocka: det som skickas är daterat tre timmar för sent",
    "duplicate": "Dubblett: varje meddelande kommer två gånger med samma id",
    "reorder": "Omkastad ordning: det nyaste meddelandet kommer först",
    "garbage": "Skräp: nästa meddelande är oläsligt, och svaren är en webbsida",
    "reject": "Avvisar: svarar nej på det som kommunen skickar",
}


@dataclass(frozen=True)
class Fault:
    """How the simulator is broken just now."""

    lage: str = "ok"
    sekunder: float = 5.0


def web_page() -> Response:
    return HTMLResponse("<!doctype html><title>Välkommen</title><p>Något är fel men vi svarar 200.")


_INSTEAD: dict[str, Callable[[], Response]] = {
    "down": lambda: JSONResponse({"kod": "nere", "text": "Simulatorn är nere."}, 503, headers={"Retry-After": "5"}),
    "unauthorized": lambda: JSONResponse({"kod": "obehorig", "text": "Inloggningen godkänns inte."}, 401),
    "html": web_page,
}


def instead(mode: str) -> Response | None:
    """What is answered without anything being done."""
    return _INSTEAD[mode]() if mode in _INSTEAD else None


def spoiled(mode: str, response: Response) -> Response:
    """What is left of the answer when the deed is done."""
    return _AFTERWARDS[mode](response) if mode in _AFTERWARDS else response


def _cut(response: Response) -> Response:
    """More is promised than comes, so the server hangs up in the middle."""
    body = bytes(response.body)
    response.headers["Content-Length"] = str(len(body) + 1)
    response.body = body[: len(body) // 2]
    return response


def _in_latin1(response: Response) -> Response:
    body = bytes(response.body).decode().encode("latin-1", "replace")
    return Response(body, response.status_code, media_type=response.headers["Content-Type"])


_AFTERWARDS: dict[str, Callable[[Response], Response]] = {
    "error": lambda _response: Response("Internal Server Error", 500, media_type="text/plain"),
    "cut": _cut,
    "encoding": _in_latin1,
}
