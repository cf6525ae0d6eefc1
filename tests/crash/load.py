"""A day's work at a place under fire: notices from the region, alarms by webhook, people at their tasks over HTTP."""

from __future__ import annotations

import html
import json
import random
import re
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import requests

from people import invented
from tests.crash.installation import WEBHOOK_SECRET, Place
from web.webhooks import sign

INBOX = "/uppgifter/"
WEBHOOK = "/integrationer/medicingivare/handelser"
Call = tuple[str, bytes]
OPEN_A1 = "element_id = 'a1_kvittera' AND state = 'open' AND is_restricted = false"


@dataclass
class Acted:
    """What one person did to one task: by which action, with which words."""

    action_id: str
    words: str


@dataclass
class Load:
    """What was told from outside and what was answered; each list grows in a thread of its own."""

    place: Place
    chance: random.Random
    notices: dict[str, str] = field(default_factory=dict)  # meddelande_id -> inskrivning_id
    alarms: dict[str, bytes] = field(default_factory=dict)  # webhook id -> body, answered with 2xx
    acked: dict[str, Acted] = field(default_factory=dict)  # public id of a task -> what was answered with klar=
    answers: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)
    _people_ended: threading.Event = field(default_factory=threading.Event)

    def start(self, *, people: int = 2) -> None:
        """Everybody begins; `stop` ends what comes from outside, `rest` the people when they have nothing left."""
        self.place.rows(_device_rows(self.place))
        acts: list[Callable[[], None]] = [self._send_notices, self._send_alarms]
        acts += [lambda number=number: self._work(number) for number in range(people)]  # type: ignore[misc]
        self._threads = [threading.Thread(target=self._guarded, args=(act,), daemon=True) for act in acts]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._ended.set()
        for thread in self._threads[:2]:
            finish(thread)

    def rest(self) -> None:
        self._people_ended.set()
        for thread in self._threads:
            finish(thread)
        assert self.problems == []

    def _guarded(self, act: Callable[[], None]) -> None:
        try:
            act()
        except Exception as problem:  # noqa: BLE001 - told by the thread that judges
            self.problems.append(f"{type(problem).__name__}: {problem}")

    # ── from outside ──

    def _send_notices(self) -> None:
        while not self._ended.wait(self.chance.uniform(0.2, 0.8)):
            person = self.chance.choice([one for one in invented.PEOPLE if one.identity_type != "okand"])
            told = {"typ": "inskrivningsmeddelande", "person": person.key}
            sent = requests.post(f"{self.place.url(2)}/styr/skicka", json=told, timeout=20).json()
            self.notices[sent["meddelande_id"]] = sent["inskrivning_id"]

    def _send_alarms(self) -> None:
        """Each is sent until it is answered, and sometimes once more."""
        number = 0
        while not self._ended.wait(self.chance.uniform(0.2, 0.8)):
            number += 1
            message_id, body = alarm(f"KR-{number % DEVICES}", minutes_ago=30 + number)
            while (status := self.tell(message_id, body)) not in {200, 202}:
                if status not in {0, 503}:
                    raise AssertionError(f"an alarm was answered {status}")
                time.sleep(0.3)
            self.alarms[message_id] = body
            if number % 5 == 0:
                self.tell(message_id, body)

    def tell(self, message_id: str, body: bytes) -> int:
        """The status of the answer; 0 when there was none."""
        try:
            answer = requests.post(self.place.url() + WEBHOOK, data=body, headers=signed(message_id, body), timeout=20)
        except requests.RequestException:
            return self._count("webhook: no answer", 0)
        return self._count(f"webhook: {answer.status_code}", answer.status_code)

    def _count(self, what: str, status: int) -> int:
        self.answers[what] += 1
        return status

    # ── people ──

    def _work(self, number: int) -> None:
        """A coordinator takes up every new stay, and sends the same page again when it was not answered."""
        session, dice = requests.Session(), random.Random(f"{self.chance.random()}:{number}")
        tried: dict[str, dict[str, Any]] = {}
        while not self._people_ended.wait(0.2):
            try:
                waiting = self.place.rows(f"SELECT public_id FROM workflows_usertask WHERE {OPEN_A1}")  # noqa: S608
            except Exception:  # noqa: BLE001, S112 - the database is away: the person waits as well
                continue
            todo = [str(uuid.UUID(str(row[0]))) for row in waiting]
            # What was sent without an answer may have been saved: only the same page again can tell.
            for task in [*tried, *dice.sample(todo, min(len(todo), 5))]:
                try:
                    self._press(session, task, tried)
                except requests.RequestException:
                    self.answers["page: no answer"] += 1
                    break

    def _press(self, session: requests.Session, task: str, tried: dict[str, dict[str, Any]]) -> None:
        path = f"{INBOX}{task}/"
        if task not in tried:
            page = session.get(self.place.url() + path, timeout=20)
            self.answers[f"page: {page.status_code}"] += 1
            if "/demo/" in page.url:
                log_in(self.place, session)
                return
            if page.status_code != 200 or 'name="action_id"' not in page.text:
                return
            tried[task] = filled_in(page.text)
        sent = tried[task]
        answer = session.post(self.place.url() + path, sent, timeout=20, allow_redirects=False)
        self.answers[f"sent: {answer.status_code}"] += 1
        if answer.status_code == 503:
            self._given_back(answer.text, sent)
            return
        if answer.status_code == 302 and "klar=" in answer.headers["Location"]:
            self.acked[task] = Acted(sent["action_id"], sent["kontakt_avdelning"])
        elif answer.status_code not in {403, 409, 410}:
            raise AssertionError(f"a task was answered {answer.status_code}: {answer.headers.get('Location')}")
        del tried[task]

    def _given_back(self, page: str, sent: dict[str, Any]) -> None:
        """Nothing that one has typed is lost by a database that is away."""
        if "Inget sparades" not in page or html.escape(sent["kontakt_avdelning"]) not in page:
            raise AssertionError("the page does not give back what was typed")
        self.answers["given back"] += 1


DEVICES = 9


def _device_rows(place: Place) -> str:
    people = [row[0] for row in place.rows("SELECT id FROM people_individual ORDER BY id")]
    rows = ", ".join(
        f"('pahittad_givare', 'KR-{number}', {people[number % len(people)]}, true)" for number in range(DEVICES)
    )
    columns = "vendor, serial, individual_id, is_active"
    return f"INSERT INTO integrations_dispenser ({columns}) VALUES {rows} ON CONFLICT DO NOTHING RETURNING id"  # noqa: S608


def alarm(serial: str, *, minutes_ago: int, kind: str = "dos_missad") -> Call:
    """A vendor's event about a dose, and the id of the webhook that brings it."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    event = {
        "handelse_id": str(uuid.uuid4()),
        "typ": kind,
        "leverantor": "pahittad_givare",
        "enhet_serienr": serial,
        "planerad_dt": (now - timedelta(minutes=minutes_ago)).isoformat(),
        "intraffad_dt": now.isoformat(),
        "allvar": "larm",
        "detalj": kind,
    }
    return str(event["handelse_id"]), json.dumps(event).encode()


def finish(thread: threading.Thread) -> None:
    """Until everything is told: one who is still telling has not been answered, so nothing is promised yet."""
    thread.join(180)
    assert not thread.is_alive()


def the_same_dose(body: bytes, kind: str) -> Call:
    """What the vendor tells of the same dose."""
    event = json.loads(body)
    message_id, other = alarm(event["enhet_serienr"], minutes_ago=0, kind=kind)
    return message_id, json.dumps(json.loads(other) | {"planerad_dt": event["planerad_dt"]}).encode()


def signed(message_id: str, body: bytes) -> dict[str, str]:
    timestamp = int(time.time())
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(WEBHOOK_SECRET, message_id, timestamp, body),
    }


def log_in(place: Place, session: requests.Session) -> bool:
    """As a coordinator; False when the page did not come."""
    page = session.get(f"{place.url()}/demo/", timeout=20)
    if page.status_code != 200:
        return False
    data = {"csrfmiddlewaretoken": hidden(page.text, "csrfmiddlewaretoken"), "staff": "samordnare"}
    return session.post(f"{place.url()}/demo/", data, timeout=20).status_code == 200


def filled_in(page: str) -> dict[str, Any]:
    """The form of a1_kvittera as a person sends it, with words that nobody else has written."""
    return {
        "csrfmiddlewaretoken": hidden(page, "csrfmiddlewaretoken"),
        "action_id": hidden(page, "action_id"),
        "beraknad_utskrivning": (datetime.now(UTC) + timedelta(days=3)).date().isoformat(),
        "kand_hos_oss": "hemtjanst",
        "pausa_insatser": ["hemtjanst"],
        "ansvarig_handlaggare": "SE2120001967-1001",
        "kontakt_avdelning": f"Avdelning {uuid.uuid4()} (påhittad)",
        "kommunal_hsl_behov": "nej",
        "slutfor": "1",
    }


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, f"{name} is not in the page"
    return found[1]
