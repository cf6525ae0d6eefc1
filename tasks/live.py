"""Tells open inboxes that something has changed, and not what: one question to the database for all who listen.

A process of its own, since the web has eight hands and four hundred may listen. See docs/decisions/0017-live-inbox.md.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connections
from django.http.request import validate_host
from django.utils import timezone
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tasks import news

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

PATH = "/handelser/"
TICK = 0.5
CHECK_EVERY = 10
"""So many ticks between two looks at who still may listen."""
OTHERS_EVERY = 6
"""What only those care about who wait for others is told no more often than so many ticks."""
DOWN = 5.0
PING = 20.0
MOST = 4_000
MOST_OF_ONE = 12
ALWAYS = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
MINE, OTHERS, OVER = "mina", "andra", "slut"


@dataclass(eq=False)
class Listener:
    """An open page of somebody's session."""

    session_key: str
    holder: news.Holder
    told: set[str] = field(default_factory=set)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, what: str) -> None:
        self.told.add(what)
        self.woken.set()


class Hub:
    """All who listen, and what their groups looked like a moment ago."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self.is_closing = False
        self._marks: dict[str | int, int] = {}
        self._groups: set[str] = set()
        self._others_wait = 0
        self._others_told = True

    def has_room(self, session_key: str) -> bool:
        of_one = sum(one.session_key == session_key for one in self.listeners)
        return len(self.listeners) < MOST and of_one < MOST_OF_ONE

    def close(self) -> None:
        """Everybody goes, and comes back to the one who takes over."""
        self.is_closing = True
        for listener in self.listeners:
            listener.woken.set()

    async def run(self) -> None:
        """Look, tell, rest; a database that does not answer is asked again after a while."""
        for number in itertools.count():
            try:
                if number % CHECK_EVERY == 0:
                    await self.check()
                if self.listeners:
                    await self.look()
                pause = TICK
            except (DatabaseError, InterfaceError):
                log.warning("the database does not answer; trying again")
                await in_thread(connections.close_all)
                pause = DOWN
            await asyncio.sleep(pause)

    async def look(self) -> None:
        """One question whoever listens; a group not seen before, and a call, counts as changed."""
        asked = self._groups.union(*(one.holder.groups for one in self.listeners))
        marks = await in_thread(news.marks, asked, {one.holder.staff_id for one in self.listeners})
        changed = {one for one, mark in marks.items() if self._marks.get(one) != mark}
        self._marks = marks
        for listener in self.listeners if changed else ():
            if not changed.isdisjoint((*listener.holder.groups, listener.holder.staff_id)):
                listener.tell(MINE)
        self._tell_others(is_changed=bool(changed))

    def _tell_others(self, *, is_changed: bool) -> None:
        self._others_told = self._others_told and not is_changed
        self._others_wait = max(0, self._others_wait - 1)
        if self._others_told or self._others_wait:
            return
        for listener in self.listeners:
            listener.tell(OTHERS)
        self._others_told, self._others_wait = True, OTHERS_EVERY

    async def check(self) -> None:
        """Whose session has ended, who is no longer active and whose password is another go; new groups are heard."""
        self._groups = await in_thread(news.groups)
        now, listeners = timezone.now(), list(self.listeners)
        alive = await in_thread(news.alive, {one.session_key for one in listeners}, now=now)
        holders = await in_thread(news.holders, {one.holder.staff_id for one in listeners}, now=now)
        for one in listeners:
            holder = holders.get(one.holder.staff_id)
            if one.session_key not in alive or holder is None or holder.password != one.holder.password:
                one.tell(OVER)
            elif holder != one.holder:
                one.holder = holder
                one.tell(MINE)


async def told(hub: Hub, listener: Listener) -> AsyncIterator[str]:
    """What is sent to one page, in the words of server-sent events."""
    # Spread out, so that all do not come back in the same moment.
    yield f"retry: {random.randint(2_000, 8_000)}\n\n"  # noqa: S311
    while not hub.is_closing:
        try:
            async with asyncio.timeout(PING):
                await listener.woken.wait()
        except TimeoutError:
            yield ":\n\n"
            continue
        what, listener.told = listener.told, set()
        listener.woken.clear()
        for one in sorted(what):
            yield f"data: {one}\n\n"
        if OVER in what:
            return


class Stream(StreamingResponse):
    """However it ends, whoever listened has left."""

    def __init__(self, hub: Hub, listener: Listener, headers: dict[str, str]) -> None:
        super().__init__(told(hub, listener), media_type="text/event-stream", headers=headers)
        self._hub, self._listener = hub, listener

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._hub.listeners.add(self._listener)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._hub.listeners.discard(self._listener)


def application(hub: Hub) -> Starlette:
    async def listen(request: Request) -> Response:
        headers = {**ALWAYS, "Cache-Control": "no-store", "X-Accel-Buffering": "no", **_sharing(request)}
        if not _is_ours(request):
            return Response(status_code=403, headers={**ALWAYS, "Vary": "Origin"})
        session_key = request.cookies.get(settings.SESSION_COOKIE_NAME, "")
        try:
            holder = await in_thread(news.holder, session_key) if session_key else None
        except (DatabaseError, InterfaceError):
            return Response(status_code=503, headers=headers)
        if holder is None:
            return Response(status_code=401, headers=headers)
        if not hub.has_room(session_key):
            return Response(status_code=429, headers=headers)
        return Stream(hub, Listener(session_key, holder), headers)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        watch = asyncio.create_task(hub.run())
        yield
        watch.cancel()
        await in_thread(connections.close_all)

    return Starlette(routes=[Route(PATH, listen, methods=["GET"])], lifespan=lifespan)


async def in_thread(ask: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """All in the one thread that has the connection."""
    return await sync_to_async(ask, thread_sensitive=True)(*args, **kwargs)


def _is_ours(request: Request) -> bool:
    """By a name of ours, from a page of the same name: of the web's port, or of the port that was asked."""
    host = urlsplit(f"//{request.headers.get('host', '')}")
    if not validate_host(host.hostname or "", settings.ALLOWED_HOSTS):
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    asking = urlsplit(origin)
    return asking.hostname == host.hostname and asking.port in {settings.FORLOPP_PORT, host.port}


def _sharing(request: Request) -> dict[str, str]:
    """In the demo the web has another port, which a browser takes for another's."""
    origin = request.headers.get("origin")
    if origin is None:
        return {"Vary": "Origin"}
    return {"Vary": "Origin", "Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
