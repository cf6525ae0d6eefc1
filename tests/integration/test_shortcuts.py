"""Keys are told on a page without script too, and can be turned off (WCAG 2.1.4); the two hot pages stay light."""

from __future__ import annotations

import gzip
import re
from typing import Any

import pytest
from django.test import Client

from people.models import Staff
from tasks.shortcuts import EVERYWHERE, GO, LIST, TASK
from tests import pages
from workflows.models import UserTask

pytestmark = pytest.mark.django_db
MOST = 60_000
"""Bytes of script and style, compressed, of the inbox and the task page together."""


@pytest.fixture
def task(anna: Staff) -> UserTask:
    pages.publish()
    return pages.task(pages.start(pages.person(), anna), "planera_besok")


def test_every_key_that_is_told_of_does_something(task: UserTask, anna: Staff) -> None:
    client = pages.logged_in(anna)
    inbox = pages.text(client.get("/uppgifter/"))
    told = {shortcut.keys for shortcut in [*EVERYWHERE, *LIST, *TASK]} - {"?", "j", "k", "Enter", "t"}
    assert [keys for keys in told if f'data-key="{keys}"' not in inbox] == []
    assert set(GO.values()) <= told
    assert "data-take" in inbox
    assert 'data-key="t"' in pages.text(client.get(f"/uppgifter/{task.public_id}/"))
    shown = pages.text(client.get("/kortkommandon/"))
    assert "<kbd>g</kbd> sedan <kbd>i</kbd>" in shown


def test_they_can_be_turned_off_and_on(anna: Staff) -> None:
    client = pages.logged_in(anna)
    assert "web/keys.js" in pages.text(client.get("/uppgifter/"))
    client.post("/kortkommandon/", {"kortkommandon": "av"})
    page = pages.text(client.get("/uppgifter/"))
    assert "web/keys.js" not in page
    assert "data-shortcuts" not in page
    client.post("/kortkommandon/", {"kortkommandon": "pa"})
    assert "web/keys.js" in pages.text(client.get("/uppgifter/"))


def loaded(client: Client, address: str) -> set[tuple[str, str]]:
    page = pages.text(client.get(address))
    assert not re.search(r"<script(?![^>]* src=)|<style| style=", page)
    return set(re.findall(r'<script src="([^"]+)"|<link rel="stylesheet" href="([^"]+)"', page))


def test_what_is_known_already_is_not_sent_again(anna: Staff) -> None:
    client = pages.logged_in(anna)
    first = client.get("/static/web/tokens.css", headers={"Accept-Encoding": "gzip"})
    again = {"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]}
    assert client.get("/static/web/tokens.css", headers=again).status_code == 304


def test_no_page_is_compressed_together_with_its_token(anna: Staff) -> None:
    page = pages.logged_in(anna).get("/uppgifter/", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in page.headers


def test_the_inbox_and_the_task_page_stay_light(task: UserTask, anna: Staff) -> None:
    client = pages.logged_in(anna)
    found = loaded(client, "/uppgifter/") | loaded(client, f"/uppgifter/{task.public_id}/")
    sizes = {}
    for address in {one or other for one, other in found}:
        plain: Any = client.get(address)
        if not address.startswith("/static/"):  # the municipality's colours, a few hundred bytes
            sizes[address] = len(plain.content)
            continue
        small = client.get(address, headers={"Accept-Encoding": "gzip, br"})
        assert (plain.status_code, small.headers["Content-Encoding"]) == (200, "gzip")
        assert plain.headers["Vary"] == small.headers["Vary"] == "Accept-Encoding"
        assert gzip.decompress(small.content) == b"".join(plain.streaming_content)
        assert small.headers["Content-Length"] == str(len(small.content))
        sizes[address] = len(small.content)
    assert any("htmx" in address for address in sizes)
    assert any("tokens.css" in address for address in sizes)
    assert sum(sizes.values()) <= MOST, sizes
