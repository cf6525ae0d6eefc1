"""Open inboxes are told that something of theirs has changed, by one question for all, while they may listen."""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest
import requests
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.models import Staff, StaffSession
from tasks import live, news
from tasks.management.commands.live import server
from tasks.models import Comment
from tasks.services import questions
from tests import pages
from workflows.services import user_tasks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """The process as a thread, which looks more often."""
    for name, value in {"TICK": 0.05, "CHECK_EVERY": 2, "OTHERS_EVERY": 1}.items():
        monkeypatch.setattr(live, name, value)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free: int = probe.getsockname()[1]
    running = server(live.Hub(), port=free)
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started and thread.is_alive():
        time.sleep(0.01)
    yield free
    running.handle_exit(2, None)
    thread.join(10)
    assert not thread.is_alive()


def cookie(member: Staff) -> str:
    return pages.logged_in(member).cookies[settings.SESSION_COOKIE_NAME].value


def ask(port: int, session: str, **headers: str) -> requests.Response:
    return requests.get(
        f"http://127.0.0.1:{port}{live.PATH}",
        cookies={settings.SESSION_COOKIE_NAME: session},
        headers=headers,
        stream=True,
        timeout=10,
    )


class Page:
    """An open inbox: what it has been told."""

    def __init__(self, port: int, member: Staff) -> None:
        self.answer = ask(port, cookie(member))
        assert self.answer.status_code == 200
        self._lines: Iterator[Any] = self.answer.iter_lines(chunk_size=1, decode_unicode=True)

    def hears(self) -> str:
        return next(str(line)[6:] for line in self._lines if line.startswith("data: "))

    def hears_at_last(self, what: str) -> None:
        while (heard := self.hears()) != what:
            assert heard in {live.MINE, live.OTHERS}

    def is_let_go(self) -> bool:
        return next(self._lines, None) == "" and next(self._lines, None) is None


def run(ask: Coroutine[Any, Any, None]) -> None:
    """In this thread, with its connection: nothing in it waits."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "in_thread", here)
        with pytest.raises(StopIteration):
            ask.send(None)


async def here(ask: Any, *args: Any, **kwargs: Any) -> Any:
    return ask(*args, **kwargs)


def listener(member: Staff) -> live.Listener:
    session = cookie(member)
    holder = news.holder(session)
    assert holder is not None
    return live.Listener(session, holder)


@pytest.mark.usefixtures("siri")
def test_the_groups_whose_tasks_change_are_told_and_others_that_something_has(anna: Staff) -> None:
    pages.publish()
    hub, mine, others = live.Hub(), listener(anna), listener(pages.staff("ivar", "it_drift"))
    hub.listeners = {mine, others}

    def heard() -> tuple[list[str], list[str]]:
        """While others are told once."""
        found: tuple[list[str], list[str]] = ([], [])
        for _ in range(live.OTHERS_EVERY + 1):
            mine.told, others.told = set(), set()
            run(hub.look())
            found[0].extend(mine.told)
            found[1].extend(others.told)
        return found

    heard()
    assert heard() == ([], [])
    task = pages.task(pages.start(pages.person(), anna), "planera_besok")
    assert (sorted(heard()[0]), heard()) == ([live.OTHERS, live.MINE], ([], []))
    user_tasks.claim(task=task, by=anna, now=timezone.now())
    mine_heard, others_heard = heard()
    assert sorted(mine_heard) == [live.OTHERS, live.MINE]
    assert others_heard == [live.OTHERS]


def test_who_is_asked_and_who_is_answered_hear_of_it_though_the_task_is_another_groups(
    anna: Staff, siri: Staff
) -> None:
    pages.publish()
    task = pages.task(pages.start(pages.person(), anna), "planera_besok")
    hub, asking, asked = live.Hub(), listener(anna), listener(siri)
    hub.listeners = {asking, asked}

    def told() -> list[bool]:
        for one in hub.listeners:
            one.told = set()
        with CaptureQueriesContext(connection) as queries:
            run(hub.look())
        assert len(queries) == 1
        return [live.MINE in one.told for one in (asking, asked)]

    told()
    assert told() == [False, False]
    ask: dict[str, Any] = {
        "task": task,
        "text": "Vem har nyckeln?",
        "by": anna,
        "now": timezone.now(),
        "action_id": task.public_id,
    }
    questions.ask(to=str(siri.public_id), **ask)
    assert told() == [True, True]
    assert told() == [False, False]
    client = pages.logged_in(siri)
    stamp = pages.text(client.get("/uppgifter/")).split("stampel=")[1].split('"')[0]
    assert client.get(f"/uppgifter/lista/?stampel={stamp}").status_code == 204
    question = Comment.objects.get()
    more: dict[str, Any] = {"question_id": question.pk, "by": siri, "now": timezone.now(), "action_id": uuid.uuid4()}
    questions.answer(task=task, text="Grannen.", **more)
    assert client.get(f"/uppgifter/lista/?stampel={stamp}").status_code == 200
    shown = pages.text(pages.logged_in(anna).get("/uppgifter/lista/"))
    assert 'id="kallelser" hx-swap-oob="true"' in shown
    assert 'data-call="Siri Prov svarade på din fråga"' in shown


def test_an_open_page_is_told(port: int, anna: Staff) -> None:
    pages.publish()
    page = Page(port, anna)
    for number in ("193805142381", "194102032390"):
        pages.start(pages.person(number), anna)
        page.hears_at_last(live.MINE)


def test_who_may_no_longer_listen_is_let_go(port: int, anna: Staff, siri: Staff) -> None:
    changed = pages.staff("ivar", "it_drift")
    listening = [Page(port, member) for member in (anna, siri, changed)]
    Staff.objects.filter(pk=anna.pk).update(is_active=False)
    StaffSession.objects.filter(session_key=listening[1].answer.request.headers["Cookie"].split("=")[1]).delete()
    Staff.objects.filter(pk=changed.pk).update(password="another")
    for page in listening:
        page.hears_at_last(live.OVER)
        assert page.is_let_go()


def test_a_profession_that_is_taken_back_is_no_longer_listened_for(port: int, anna: Staff) -> None:
    page = Page(port, anna)
    anna.assignments.all().delete()
    page.hears_at_last(live.MINE)
    assert news.holders([anna.pk], now=timezone.now())[anna.pk].groups == frozenset()


def test_strangers_hear_nothing(port: int, anna: Staff) -> None:
    assert ask(port, "").status_code == 401
    assert ask(port, "x" * 32).status_code == 401
    session = cookie(anna)
    assert ask(port, session, Host="evil.example").status_code == 403
    for origin in ("http://evil.example", f"http://evil.example:{settings.FORLOPP_PORT}", "http://127.0.0.1:1", "null"):
        refused = ask(port, session, Origin=origin)
        assert refused.status_code == 403, origin
        assert "Access-Control-Allow-Origin" not in refused.headers
    ours = f"http://127.0.0.1:{settings.FORLOPP_PORT}"
    answer = ask(port, session, Origin=ours)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == ours
    assert answer.headers["Cache-Control"] == "no-store"
    for one in (answer, ask(port, session, Host="evil.example")):
        assert one.headers["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in one.headers["Content-Security-Policy"]


def test_one_session_holds_no_more_than_its_share(port: int, anna: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_OF_ONE", 2)
    session = cookie(anna)
    held = [ask(port, session) for _ in range(2)]
    assert [answer.status_code for answer in held] == [200, 200]
    assert ask(port, session).status_code == 429
    held[0].close()
    until = time.monotonic() + 5
    while (status := ask(port, session).status_code) != 200 and time.monotonic() < until:
        time.sleep(0.05)
    assert status == 200


def test_four_hundred_cost_as_many_questions_as_one(anna: Staff) -> None:
    one = listener(anna)

    def asked(count: int) -> tuple[int, int]:
        hub = live.Hub()
        hub.listeners = {live.Listener(one.session_key, one.holder) for _ in range(count)}
        with CaptureQueriesContext(connection) as queries:
            run(hub.look())
            looked = len(queries)
            run(hub.check())
        assert all(live.MINE in listener.told for listener in hub.listeners)
        return looked, len(queries) - looked

    assert asked(1) == asked(400) == (1, 3)


def test_a_browser_may_reach_nothing_but_us() -> None:
    policy = pages.logged_in(pages.staff("siv", "samordnare")).get("/uppgifter/").headers["Content-Security-Policy"]
    assert policy.endswith("connect-src 'self'")
