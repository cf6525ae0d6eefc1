"""E-mail by a real mail server: TLS, log in, what is for now and what is for good, and the answer that never came."""

from __future__ import annotations

import asyncio
import ssl
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
import time_machine
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from integrations import configuration, health
from integrations.notis import checks, mail
from people.models import Individual
from tests import pages
from tests.fakes.simulators import free_port
from tests.notis import NOW, TEXT, contact, row, send
from workflows.connectors import BusinessError, PermanentError, TransientError

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
ADDRESS = "dotter@exempel.se"


class Server:
    """Answers as told, and keeps what it has taken."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.answers: dict[str, str] = {}
        self.hangs_up = False

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("rcpt", "250 OK")

    async def handle_MAIL(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("mail", "250 OK")

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope.original_content or b"")
        if self.hangs_up:
            assert server.transport is not None
            server.transport.close()
        return self.answers.get("data", "250 OK")


def logs_in(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (b"forlopp", b"hemligt"), handled=False)


@contextmanager
def listening(handler: Server, **rest: Any) -> Iterator[int]:
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=30, **rest)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def told(settings: Any) -> Callable[..., None]:
    def tell(port: int, **rest: Any) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.FORLOPP_MAIL, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp", "127.0.0.1", port
        settings.EMAIL_TIMEOUT = 0.5
        for name, value in rest.items():
            setattr(settings, name, value)

    return tell


@pytest.fixture
def mailbox(server: Server, told: Callable[..., None]) -> Iterator[Server]:
    with listening(server) as port, configuration.told(notis={"mailboxes": "norr=norr@kommun.se"}):
        told(port)
        yield server


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def someone() -> Individual:
    individual = pages.person()
    contact(individual, kontaktvag="epost", epost=ADDRESS)
    return individual


def test_a_letter_is_taken_once_and_known_by_its_key(mailbox: Server, someone: Individual) -> None:
    key = uuid.uuid4()
    assert send(someone, key, kanal="som_personen_vill")["kanal"] == "epost"
    send(someone, key, kanal="som_personen_vill")
    letter = message_from_bytes(mailbox.taken[0], policy=default)
    assert len(mailbox.taken) == 1
    assert (letter["To"], letter["Subject"]) == (ADDRESS, "Tid för besök")
    assert letter["Message-ID"] == f"<{key}@localhost>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().strip() == TEXT
    assert (row(key).state, row(key).parts, row(key).look_at) == ("30_skickat", 0, None)


def test_a_unit_is_reached_by_its_mailbox_also_at_night(
    mailbox: Server, someone: Individual, clock: time_machine.Traveller
) -> None:
    clock.move_to("2026-11-23T23:00:00+01:00")
    send(someone, mottagare="brevlada:norr", kanal="epost", mall="nytt_att_gora", antal=2)
    assert b"To: norr@kommun.se" in mailbox.taken[0]
    assert b"Det finns 2 nya uppgifter" in mailbox.taken[0]


@pytest.mark.parametrize(
    ("at", "answer", "kind", "code"),
    [
        ("rcpt", "450 4.2.1 full", TransientError, "upptaget"),
        ("rcpt", f"550 5.1.1 {ADDRESS} unknown", BusinessError, "kan_inte_nas"),
        ("mail", "451 4.3.0 later", TransientError, "upptaget"),
        ("mail", "553 5.7.1 not you", PermanentError, "avvisat"),
        ("data", "452 4.3.1 no room", TransientError, "upptaget"),
        ("data", "554 5.6.0 spam", PermanentError, "avvisat"),
    ],
)
def test_what_is_for_now_and_what_is_for_good(
    mailbox: Server, someone: Individual, at: str, answer: str, kind: type[Exception], code: str
) -> None:
    mailbox.answers[at] = answer
    key = uuid.uuid4()
    with pytest.raises(kind) as problem:
        send(someone, key, kanal="epost")
    assert getattr(problem.value, "code", "") == code
    assert ADDRESS not in str(getattr(problem.value, "message", ""))
    assert row(key).begun_at is None, "the server has said that it did not take it"
    mailbox.answers.clear()
    send(someone, key, kanal="epost")
    assert not row(key).may_be_double


def test_where_the_answer_never_came_it_is_sent_again_and_says_so(mailbox: Server, someone: Individual) -> None:
    key = uuid.uuid4()
    mailbox.hangs_up = True
    with pytest.raises(TransientError):
        send(someone, key, kanal="epost")
    assert row(key).begun_at == NOW
    mailbox.hangs_up = False
    send(someone, key, kanal="epost")
    assert row(key).may_be_double
    ids = [message_from_bytes(letter, policy=default)["Message-ID"] for letter in mailbox.taken]
    assert ids == [mail.message_id(key)] * 2


def test_nobody_there_is_surely_not_sent(someone: Individual, told: Callable[..., None]) -> None:
    with listening(Server()) as port:
        told(port)
    key = uuid.uuid4()
    with pytest.raises(TransientError, match="inget_svar"):
        send(someone, key, kanal="epost")
    assert row(key).begun_at is None


def test_a_server_that_thinks_for_ever_is_let_go(
    someone: Individual, server: Server, told: Callable[..., None]
) -> None:
    async def thinks(*_args: object) -> str:
        await asyncio.sleep(2)
        return "250 OK"

    server.handle_DATA = thinks  # type: ignore[method-assign, assignment]
    with listening(server) as port:
        told(port, EMAIL_TIMEOUT=0.1)
        with pytest.raises(TransientError):
            send(someone, kanal="epost")


def test_without_a_server_it_is_for_a_person(someone: Individual, settings: Any) -> None:
    settings.FORLOPP_MAIL = ""
    with pytest.raises(PermanentError, match="ej_uppsatt"):
        send(someone, kanal="epost")


def test_log_in_and_tls_are_demanded(someone: Individual, server: Server, told: Callable[..., None]) -> None:
    authority = trustme.CA()
    secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(secured)
    rest: dict[str, Any] = {"tls_context": secured, "require_starttls": True, "auth_required": True}
    with listening(server, authenticator=logs_in, **rest) as port:
        told(port, EMAIL_HOST_USER="forlopp", EMAIL_HOST_PASSWORD="fel", EMAIL_USE_TLS=True)
        with pytest.raises(PermanentError, match="certifikat"):
            send(someone, kanal="epost")
        with authority.cert_pem.tempfile() as trusted:
            told(port, EMAIL_HOST_USER="forlopp", EMAIL_HOST_PASSWORD="fel", EMAIL_USE_TLS=True)
            with trusting(trusted):
                with pytest.raises(PermanentError, match="obehorig"):
                    send(someone, kanal="epost")
                told(port, EMAIL_HOST_PASSWORD="hemligt")
                send(someone, kanal="epost")
                assert checks.connection() == "E-postservern svarar."
    assert len(server.taken) == 1


@contextmanager
def trusting(authority: str) -> Iterator[None]:
    """As if the authority were one of those that the machine trusts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", authority)
        yield


def test_a_server_without_tls_gets_no_password(someone: Individual, server: Server, told: Callable[..., None]) -> None:
    with listening(server) as port:
        told(port, EMAIL_HOST_USER="forlopp", EMAIL_HOST_PASSWORD="hemligt", EMAIL_USE_TLS=True)
        with pytest.raises(PermanentError, match="obehorig"):
            send(someone, kanal="epost")
    assert not server.taken


def test_the_check_says_who_does_not_answer(told: Callable[..., None]) -> None:
    with listening(Server()) as port:
        told(port)
        assert checks.connection() == "E-postservern svarar."
    found = next(one for one in health.report() if one.system == "notis")
    assert (found.is_well, found.text) == (False, "E-postservern svarade inte.")
