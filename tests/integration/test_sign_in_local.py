"""Accounts of our own: the second step, locks after wrong guesses, and how long a log-in lasts."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from people.identities import configuration
from people.models import FailedSignIn, SpentOnce, Staff, StaffSession
from people.services import attempts
from tests import identity, pages

pytestmark = pytest.mark.django_db
PASSWORD = "en-lång-fras-för-prov"
SECRET = "JBSWY3DPEHPK3PXP"


def code(secret: str, *, steps: int = 0) -> str:
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


@pytest.fixture
def local() -> Iterator[None]:
    identity.house()
    with configuration.told(levels={"hsl": "", "sol": "loa2"}, local={"second_factor": True, "level": "loa2"}):
        yield


@pytest.fixture
def sara() -> Staff:
    return Staff.objects.create_user("sara", password=PASSWORD, first_name="Sara")


@pytest.fixture
def with_app(sara: Staff) -> Staff:
    cache.clear()  # where allauth remembers which codes have been used
    TOTP.activate(sara, SECRET)
    return sara


def log_in(client: Client, password: str = PASSWORD) -> Any:
    return client.post("/logga-in/?next=/uppgifter/", {"username": "sara", "password": password})


@pytest.mark.usefixtures("local")
class TestSecondStep:
    def test_who_has_none_adds_one_before_they_come_in(self, client: Client, sara: Staff) -> None:
        log_in(client)
        assert identity.who(client) is None
        page = pages.text(client.get("/logga-in/andra-steget/"))
        assert "Lägg till ett andra steg" in page
        found = re.search(r"<code>([A-Z2-7 ]+)</code>", client.get("/logga-in/andra-steget/").content.decode())
        assert found is not None
        secret = client.session["mfa.totp.secret"]
        assert client.get("/uppgifter/").status_code == 302
        wrong = client.post("/logga-in/andra-steget/", {"code": "000000"})
        assert "Koden stämmer inte" in pages.text(wrong)
        assert identity.who(client) is None
        answer = client.post("/logga-in/andra-steget/", {"code": code(secret)})
        assert answer.headers["Location"] == "/inloggning/reservkoder/?next=%2Fuppgifter%2F"
        assert identity.who(client) == sara
        assert StaffSession.objects.get(staff=sara).level == 2
        shown = client.get("/inloggning/reservkoder/?next=/uppgifter/").content.decode()
        assert len(re.findall(r"<code>\d{8}</code>", shown)) == 10
        assert "<code>" not in client.get("/inloggning/reservkoder/").content.decode()

    @pytest.mark.usefixtures("with_app")
    def test_the_secret_is_encrypted_where_it_lies(self) -> None:
        assert SECRET not in str(Authenticator.objects.get().data)

    def test_password_and_code_let_in(self, client: Client, with_app: Staff) -> None:
        answer = log_in(client)
        assert answer.headers["Location"] == "/logga-in/kod/"
        assert identity.who(client) is None
        assert client.get("/uppgifter/").status_code == 302
        answer = client.post("/logga-in/kod/", {"code": code(SECRET)})
        assert answer.headers["Location"] == "/uppgifter/"
        assert identity.who(client) == with_app

    def test_what_is_done_to_sign_in_is_in_the_log_and_who_is_a_number(
        self, client: Client, with_app: Staff, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("INFO")
        log_in(client, "fel lösenord")
        log_in(client)
        client.post("/logga-in/kod/", {"code": code(SECRET)})
        client.post("/logga-ut/")
        said = [one for one in caplog.messages if one.startswith("sign")]
        who = f"staff {with_app.pk}"
        refused = "sign-in by lokal refused: wrong name, password or code"
        assert said == [refused, f"signed in: {who} by lokal, level 2", f"signed out: {who}"]

    @pytest.mark.usefixtures("with_app")
    def test_a_code_lets_in_once(self, client: Client) -> None:
        now = code(SECRET)
        for browser, comes_in in ((client, True), (Client(), False)):
            log_in(browser)
            answer = browser.post("/logga-in/kod/", {"code": now})
            assert (identity.who(browser) is not None) is comes_in, pages.text(answer)

    @pytest.mark.usefixtures("with_app")
    def test_a_code_of_an_hour_ago_lets_nobody_in(self, client: Client) -> None:
        log_in(client)
        assert "Koden stämmer inte" in pages.text(client.post("/logga-in/kod/", {"code": code(SECRET, steps=-120)}))

    @pytest.mark.usefixtures("with_app")
    def test_nobody_comes_to_the_code_without_the_password(self, client: Client) -> None:
        assert client.get("/logga-in/kod/").status_code == 302
        assert client.post("/logga-in/kod/", {"code": code(SECRET)}).status_code == 302
        assert identity.who(client) is None

    @pytest.mark.usefixtures("with_app")
    def test_codes_are_guessed_no_more_than_passwords(self, client: Client) -> None:
        log_in(client)
        for _ in range(5):
            client.post("/logga-in/kod/", {"code": "000000"})
        assert "För många felaktiga försök" in pages.text(client.post("/logga-in/kod/", {"code": code(SECRET)}))
        assert identity.who(client) is None

    def test_what_a_password_alone_may_do_when_that_is_allowed(self, client: Client, sara: Staff) -> None:
        pages.join(sara, "samordnare")
        sara.assignments.get().profession.__class__.objects.filter(key="samordnare").update(sphere="sol")
        with configuration.told(levels={"hsl": "loa3", "sol": "loa2"}, local={"second_factor": False}):
            log_in(client)
            assert identity.who(client) == sara
            assert "inte räcker för det du gör som samordnare" in pages.text(client.get("/uppgifter/"))


class TestLocked:
    """Row 91 of the bad inputs."""

    def test_five_wrong_from_one_place_lock_that_place_and_the_right_password_does_not_help(
        self, client: Client, sara: Staff, caplog: pytest.LogCaptureFixture
    ) -> None:
        for _ in range(5):
            assert log_in(client, "fel").status_code == 200
        answer = log_in(client)
        assert answer.status_code == 429
        assert "Vänta en kvart" in pages.text(answer)
        assert identity.who(client) is None
        assert "too many wrong log-ins by pair" in caplog.text
        assert "sara" not in caplog.text
        elsewhere = Client(headers={"X-Forwarded-For": "192.0.2.7"})
        log_in(elsewhere)
        assert identity.who(elsewhere) == sara

    @pytest.mark.usefixtures("sara")
    def test_twenty_wrong_from_many_places_lock_the_name(self) -> None:
        for number in range(20):
            log_in(Client(headers={"X-Forwarded-For": f"192.0.2.{number}"}), "fel")
        answer = log_in(Client(headers={"X-Forwarded-For": "192.0.2.99"}))
        assert answer.status_code == 429

    def test_a_name_that_does_not_exist_is_answered_as_one_that_does(self, client: Client) -> None:
        said = [log_in(client, "fel") for _ in range(6)]
        assert [one.status_code for one in said] == [200] * 5 + [429]

    def test_after_a_quarter_it_is_open_again(self, client: Client, sara: Staff) -> None:
        for _ in range(5):
            log_in(client, "fel")
        with time_machine.travel(timezone.now() + timedelta(minutes=16)):
            log_in(client)
            assert identity.who(client) == sara

    def test_nobody_can_be_read_from_what_is_kept_and_it_is_forgotten(self, client: Client) -> None:
        log_in(client, "fel")
        assert all(re.fullmatch("[0-9a-f]{64}", row.key) for row in FailedSignIn.objects.all())
        attempts.spend(what="x", until=timezone.now())
        assert attempts.purge(now=timezone.now() + timedelta(hours=1)) == 4
        assert not FailedSignIn.objects.exists()
        assert not SpentOnce.objects.exists()

    @pytest.mark.usefixtures("sara")
    def test_only_the_proxy_of_this_machine_says_whence_somebody_comes(self) -> None:
        for number in range(5):
            Client(REMOTE_ADDR="203.0.113.5", headers={"X-Forwarded-For": f"192.0.2.{number}"}).post(
                "/logga-in/", {"username": "sara", "password": "fel"}
            )
        again = Client(REMOTE_ADDR="203.0.113.5").post("/logga-in/", {"username": "sara", "password": PASSWORD})
        assert again.status_code == 429


class TestHowLong:
    def later(self, client: Client, minutes: int, **headers: str) -> int:
        with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
            return client.get("/uppgifter/", headers=headers).status_code

    @pytest.mark.usefixtures("sara")
    def test_an_hour_without_a_click_ends_it(self, client: Client) -> None:
        log_in(client)
        assert self.later(client, 59) == 200
        assert self.later(client, 130) == 302

    @pytest.mark.usefixtures("sara")
    def test_clicks_keep_it_but_never_longer_than_a_working_day(self, client: Client) -> None:
        log_in(client)
        assert [self.later(client, minutes) for minutes in range(50, 600, 50)] == [200] * 11
        assert self.later(client, 601) == 302

    @pytest.mark.usefixtures("sara")
    def test_a_page_that_asks_by_itself_keeps_nothing(self, client: Client) -> None:
        log_in(client)
        assert self.later(client, 50, **{"Sec-Fetch-Mode": "cors"}) == 200
        assert self.later(client, 70) == 302

    @pytest.mark.usefixtures("sara")
    def test_signing_out_everywhere_ends_every_session_of_theirs_and_nobody_elses(
        self, client: Client, anna: Staff
    ) -> None:
        other, colleague = Client(), pages.logged_in(anna)
        log_in(client)
        log_in(other)
        assert client.post("/inloggning/ut-overallt/").status_code == 302
        assert (identity.who(client), identity.who(other), identity.who(colleague)) == (None, None, anna)


def test_it_takes_away_a_lost_second_step_and_what_is_open(client: Client, with_app: Staff) -> None:
    client.force_login(with_app)
    call_command("second_step", "sara", "--forget", stdout=io.StringIO())
    assert not Authenticator.objects.exists()
    assert identity.who(client) is None
    with pytest.raises(CommandError, match="inget sådant konto"):
        call_command("second_step", "ingen", "--forget")
