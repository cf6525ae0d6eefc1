"""Ten thousand notices, each delivered three times, all shuffled, while everything is killed: one effect each."""

from __future__ import annotations

import json
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from people import invented
from tests.crash import options
from tests.crash.conftest import Say
from tests.crash.installation import Installation, eventually, own_database, running
from tests.fakes.region import notice

pytestmark = [
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc"),
    pytest.mark.skipif(not options.IS_LONG, reason="minutes; test_kill has the small one"),
]

# 10 000 for the 500 kills of `make crash`.
NOTICES = options.KILLS * 20
COPIES = 3
# A kill for each of so many deliveries, however fast the machine: more of them and the runner never gets to work.
DELIVERIES_A_KILL = 300
VICTIMS = ("flows", "web", "prefect", "flows", "worker")
PEOPLE = [person for person in invented.PEOPLE if person.identity_type == "personnummer"]


def told(number: int) -> dict[str, Any]:
    """The admission of one of the invented people, a stay of its own."""
    person, sent = PEOPLE[number % len(PEOPLE)], datetime.now(UTC).isoformat(timespec="seconds")
    about = {"id_typ": "personnummer", "id": person.number, "namn": f"{person.family_name}, {person.given_name}"}
    return notice(
        str(uuid.uuid4()),
        inskrivning_id=f"vard-{number}",
        skickad_dt=sent,
        person={**about, "folkbokforingskommun": "1880", "adress": person.address, "skydd": "ingen"},
    )


class Mailbox:
    """A region that keeps each delivery, in no order, until that very delivery is acknowledged."""

    def __init__(self, deliveries: list[dict[str, Any]]) -> None:
        self._waiting = dict(enumerate(deliveries))
        self._handed_out: dict[str, list[int]] = {}
        self._lock = threading.Lock()

    @property
    def left(self) -> int:
        return len(self._waiting)

    def is_down_to(self, number: int) -> bool:
        return self.left <= max(number, 0)

    def fetch(self, limit: int) -> list[dict[str, Any]]:
        with self._lock:
            numbers = [number for number, _ in zip(self._waiting, range(limit), strict=False)]
            self._handed_out.clear()
            for number in numbers:
                self._handed_out.setdefault(self._waiting[number]["meddelande_id"], []).append(number)
            return [self._waiting[number] for number in numbers]

    def acknowledge(self, message_id: str) -> None:
        with self._lock:
            if numbers := self._handed_out.get(message_id):
                self._waiting.pop(numbers.pop(), None)


@contextmanager
def served(mailbox: Mailbox) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            limit = int(parse_qs(urlsplit(self.path).query).get("max", ["50"])[0])
            self._say({"meddelanden": mailbox.fetch(limit)})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path == "/api/kvittenser":
                mailbox.acknowledge(body["meddelande_id"])
            self._say({})

        def _say(self, answer: dict[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def test_each_notice_has_one_effect(tmp_path: Path, prepared: str, say: Say) -> None:
    chance = options.chance("notices")
    notices = [told(number) for number in range(NOTICES)]
    deliveries = notices * COPIES
    chance.shuffle(deliveries)
    mailbox = Mailbox(deliveries)
    with (
        served(mailbox) as url,
        own_database(like=prepared) as database,
        running(Installation(tmp_path, database, like=prepared, REGION_URL=url)) as place,
    ):
        began = time.monotonic()
        killed = kill(place, mailbox, chance)
        eventually(lambda: not mailbox.left, seconds=600, what="everything is fetched and acknowledged")
        waiting = "SELECT count(*) FROM workflows_inboxmessage WHERE state IN ('received', 'buffered')"
        eventually(lambda: place.rows(waiting)[0][0] == 0, seconds=600, what="everything is understood")
        seconds = time.monotonic() - began
        rows = place.rows("SELECT message_id, state FROM workflows_inboxmessage WHERE source = 'region'")
        stays = Counter(key for (key,) in place.rows("SELECT business_key FROM workflows_processinstance"))
        broken = place.broken()
    victims = ", ".join(f"{name} {count}" for name, count in sorted(killed.items()))
    say(f"{len(deliveries)} deliveries of {NOTICES} notices in {seconds:.0f} s, {killed.total()} kills ({victims})")
    assert Counter(state for _, state in rows) == {"done": NOTICES}
    assert {message_id for message_id, _ in rows} == {one["meddelande_id"] for one in notices}
    assert [stay for stay, count in stays.items() if count != 1] == []
    assert set(stays) == {f"inskrivning_id:vard-{number}" for number in range(NOTICES)}
    assert broken == []


def kill(place: Installation, mailbox: Mailbox, chance: Random) -> Counter[str]:
    """Each in turn, at a random moment of the next few hundred deliveries, as long as there is something to fetch."""
    killed: Counter[str] = Counter()
    for victim in cycle(VICTIMS):
        until = mailbox.left - chance.randint(1, 2 * DELIVERIES_A_KILL)
        eventually(partial(mailbox.is_down_to, until), seconds=300, what="more is fetched")
        if not mailbox.left:
            return killed
        time.sleep(chance.uniform(0, 1))
        killed[victim] += place.kill(victim, chance)
    return killed
