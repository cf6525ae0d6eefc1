"""What every test may rely on: nothing leaves this machine. How hard hypothesis looks: `--hypothesis-profile`."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import ipaddress
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from pytest_django.plugin import blocking_manager_key

if TYPE_CHECKING:
    from people.models import Individual, Staff
    from workflows.models import UserTask

# Every run looks a little, at new input each time; CI at night looks long. No deadlines: a machine may be busy.
# CI on a change looks at the same input each time: a change is judged by what it did, not by a find in old code.
hypothesis.settings.register_profile("quick", max_examples=15, deadline=None)
hypothesis.settings.register_profile("ci", max_examples=15, deadline=None, derandomize=True)
hypothesis.settings.register_profile("nightly", max_examples=2000, deadline=None)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "quick")

SLOW = ("crash", "browser/test_every_page.py", "integration/test_api_schemathesis.py")

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex


class OutsideSocket(Exception):
    """A test tried to reach something outside this machine."""


def _refuse_outside(address: Any) -> None:
    host = address[0] if isinstance(address, tuple) else "localhost"
    if host == "localhost":
        return
    try:
        is_inside = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_inside = False
    if not is_inside:
        raise OutsideSocket(f"a test may only reach loopback, not {host}")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """In place of pytest-django's, by which each process migrates a database of its own."""
    from django.test import TransactionTestCase

    from tests import databases

    with contextlib.ExitStack() as until_the_end:
        with django_db_blocker.unblock():
            until_the_end.enter_context(databases.own_copy(str(os.getpid())))
        TransactionTestCase._fixture_teardown = databases.empty  # type: ignore[attr-defined]
        yield
        with django_db_blocker.unblock():
            until_the_end.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes a minute begins at once: begun last, it would let the other worker wait for it."""
    here = Path(__file__).parent
    items.sort(key=lambda item: not any(item.path.is_relative_to(here / slow) for slow in SLOW))


def pytest_collection_finish() -> None:
    """All that is here now stays to the end: no use to look through it for garbage again and again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The process that the others were started by outlives them all."""
    from django.conf import settings

    from tests import databases

    if not settings.TESTS_SHARE_IS_OURS:
        return
    with session.config.stash[blocking_manager_key].unblock():
        databases.forget()


@pytest.fixture(scope="session", autouse=True)
def only_loopback() -> Iterator[None]:
    """Checked where a connection is made, so that every library is covered."""

    def connect(self: socket.socket, address: Any) -> None:
        _refuse_outside(address)
        _connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        _refuse_outside(address)
        return _connect_ex(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", connect)
    patch.setattr(socket.socket, "connect_ex", connect_ex)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def checked_once() -> Iterator[None]:
    """What hundreds of tests publish anew is checked once: the same files always say the same."""
    from workflows import connectors
    from workflows.definitions import Checked, Folder, checked
    from workflows.services import deployments

    known: dict[bytes, Checked] = {}

    def remembered(folder: Folder) -> Checked:
        able = [(name, id(operation)) for name, operation in connectors.operations().items()]
        key = hashlib.sha256(repr((folder.config, folder.sources, folder.findings, able)).encode()).digest()
        if key not in known:
            known[key] = checked(folder)
        return known[key]

    patch = pytest.MonkeyPatch()
    patch.setattr(deployments, "checked", remembered)
    yield
    patch.undo()


@pytest.fixture
def anna(db: None) -> Staff:
    from tests import pages

    return pages.staff("anna", "samordnare")


@pytest.fixture
def siri(db: None) -> Staff:
    from tests import pages

    return pages.staff("siri", "sjukskoterska")


@pytest.fixture
def berit(db: None) -> Individual:
    from tests import pages

    return pages.person()


@pytest.fixture
def bo(db: None) -> Staff:
    """A colleague of Anna's."""
    from tests import pages

    return pages.staff("bo", "samordnare")


@pytest.fixture
def task(anna: Staff, berit: Individual) -> UserTask:
    """One of Anna's and Bo's, about Berit."""
    from tests import pages

    pages.publish()
    return pages.task(pages.start(berit, anna), "planera_besok")
