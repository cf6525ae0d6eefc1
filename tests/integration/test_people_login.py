"""Logging in: with a password, and without one only in the demo."""

import datetime
import io

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from people import invented
from people.models import Assignment, Individual, Profession, Staff, StaffSession, Unit
from people.services import demo, sessions
from tests import pages

NOW = datetime.datetime(2026, 11, 22, 9, 0, tzinfo=datetime.UTC)
INBOX = "/uppgifter/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def siri() -> Staff:
    return Staff.objects.create_user("siri", password="en-lång-fras-för-prov")


def _logged_in(client: Client) -> str | None:
    found = Staff.objects.filter(pk=client.session.get("_auth_user_id", 0)).first()
    return found.username if found else None


def test_a_password_logs_in_and_leads_to_the_page_asked_for(client: Client, siri: Staff) -> None:
    answer = client.post("/logga-in/?next=/halsa", {"username": "siri", "password": "en-lång-fras-för-prov"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/halsa")
    assert _logged_in(client) == siri.username


def test_a_wrong_password_is_told_in_swedish_and_the_name_is_kept(client: Client, siri: Staff) -> None:
    answer = client.post("/logga-in/", {"username": siri.username, "password": "fel"})
    page = answer.content.decode()
    assert _logged_in(client) is None
    assert "Användarnamnet eller lösenordet stämmer inte." in page
    assert 'href="#id_username"' in page
    assert 'value="siri"' in page
    assert "Please" not in page


def test_another_site_is_never_where_the_log_in_leads(client: Client, siri: Staff) -> None:
    answer = client.post(
        "/logga-in/", {"username": siri.username, "password": "en-lång-fras-för-prov", "next": "//ond.example/"}
    )
    assert answer.headers["Location"] == "/"


def test_logging_out_takes_a_post(client: Client, siri: Staff) -> None:
    client.force_login(siri)
    assert client.get("/logga-ut/").status_code == 405
    assert _logged_in(client) == "siri"
    assert client.post("/logga-ut/").status_code == 302
    assert _logged_in(client) is None


class TestDemo:
    """With FORLOPP_DEMO on."""

    @pytest.fixture(autouse=True)
    def _demo(self, settings: Settings) -> None:
        settings.FORLOPP_DEMO = True
        demo.fill(now=NOW)

    def test_every_invented_member_of_staff_has_a_button(self, client: Client) -> None:
        page = client.get("/demo/").content.decode()
        for member in invented.STAFF:
            assert page.count(f'value="{member.username}"') == 1  # the head leads three units
        assert "Sjuksköterska" in page

    def test_a_button_logs_in_and_leads_to_the_page_asked_for(self, client: Client) -> None:
        answer = client.post("/demo/", {"staff": "sjukskoterska", "next": "/halsa"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/halsa")
        assert _logged_in(client) == "sjukskoterska"
        assert Staff.objects.get(username="sjukskoterska").professions == ["sjukskoterska"]

    def test_another_site_is_never_where_the_button_leads(self, client: Client) -> None:
        answer = client.post("/demo/", {"staff": "mas", "next": "https://ond.example/"})
        assert answer.headers["Location"] == "/"

    @pytest.mark.parametrize("field", ["is_invented", "is_active"])
    def test_a_real_or_closed_account_cannot_be_opened(self, client: Client, field: str) -> None:
        Staff.objects.filter(username="mas").update(**{field: False})
        assert client.post("/demo/", {"staff": "mas"}).status_code == 404
        assert _logged_in(client) is None
        assert 'value="mas"' not in client.get("/demo/").content.decode()

    def test_the_demo_accounts_have_no_password(self) -> None:
        assert not any(staff.has_usable_password() for staff in Staff.objects.all())

    def test_check_deploy_refuses(self) -> None:
        assert "people.E001" in {found.id for found in run_checks(tags=["security"], include_deployment_checks=True)}

    def test_the_log_in_page_leads_to_the_demo(self, client: Client) -> None:
        assert 'href="/demo/' in client.get("/logga-in/").content.decode()


def test_outside_the_demo_the_page_does_not_exist(client: Client) -> None:
    demo.fill(now=NOW)
    assert client.get("/demo/").status_code == 404
    assert client.post("/demo/", {"staff": "samordnare"}).status_code == 404
    assert _logged_in(client) is None
    assert "/demo/" not in client.get("/logga-in/").content.decode()


def test_check_deploy_is_content_outside_the_demo() -> None:
    assert "people.E001" not in {found.id for found in run_checks(tags=["security"], include_deployment_checks=True)}


def test_demo_data_is_refused_outside_the_demo() -> None:
    with pytest.raises(CommandError, match="demo mode"):
        call_command("demo_data")
    assert not Staff.objects.exists()


def test_the_demo_never_opens_a_database_of_a_real_installation(settings: Settings) -> None:
    settings.FORLOPP_DEMO = True
    Staff.objects.create_user("eva.riktig")
    with pytest.raises(CommandError, match="installation i drift"):
        call_command("demo_data")
    assert not Staff.objects.filter(is_invented=True).exists()


def test_demo_data_again_keeps_what_people_have_changed(settings: Settings) -> None:
    settings.FORLOPP_DEMO = True
    call_command("demo_data", stdout=io.StringIO())
    Individual.objects.filter(identity_number="193805142381").update(city="Kumla")
    counts = [model.objects.count() for model in (Staff, Assignment, Individual, Unit, Profession)]
    call_command("demo_data", stdout=io.StringIO())
    assert [model.objects.count() for model in (Staff, Assignment, Individual, Unit, Profession)] == counts
    assert Individual.objects.get(identity_number="193805142381").city == "Kumla"
    assert Individual.objects.exclude(protection="ingen").count() == 1
    assert all("(påhittad)" in person.family_name for person in Individual.objects.all())


def test_a_profession_is_held_from_its_first_to_its_last_day() -> None:
    staff = Staff.objects.create(username="siri")
    unit = Unit.objects.create(key="norr", name="Norr")
    today = timezone.localdate()
    day = datetime.timedelta(days=1)
    periods = {
        "idag": (today, today),
        "slutade": (today - 9 * day, today - day),
        "borjar": (today + day, None),
        "pagar": (today - day, None),
    }
    for key, (start, end) in periods.items():
        role = Profession.objects.create(key=key, name=key)
        Assignment.objects.create(staff=staff, profession=role, unit=unit, valid_from=start, valid_to=end)
    assert staff.professions == ["idag", "pagar"]


class TestRevoked:
    """What is taken back is gone at the next request; every request reads session, account and professions anew."""

    @pytest.fixture
    def inside(self, client: Client, siri: Staff) -> Client:
        client.force_login(siri)
        assert client.get(INBOX).status_code == 200
        return client

    def test_an_expired_session_is_not_let_in(self, inside: Client) -> None:
        StaffSession.objects.update(expire_date=timezone.now())
        assert inside.get(INBOX).status_code == 302

    def test_a_session_that_is_removed_is_not_let_in(self, inside: Client) -> None:
        StaffSession.objects.all().delete()
        assert inside.get(INBOX).status_code == 302

    def test_a_new_password_ends_the_sessions_of_the_old(self, inside: Client, siri: Staff) -> None:
        siri.set_password("en-annan-fras-för-prov")
        siri.save()
        assert inside.get(INBOX).status_code == 302
        assert not StaffSession.objects.exists()

    def test_a_closed_account_is_not_let_in(self, inside: Client, siri: Staff) -> None:
        Staff.objects.filter(pk=siri.pk).update(is_active=False)
        assert inside.get(INBOX).status_code == 302

    def test_a_profession_that_has_ended_is_not_shown_and_one_that_began_is(self, inside: Client, siri: Staff) -> None:
        pages.join(siri, "samordnare")
        pages.join(siri, "sjukskoterska")
        assert "Samordnare, Sjuksköterska" in pages.text(inside.get(INBOX))
        yesterday = timezone.localdate() - datetime.timedelta(days=1)
        siri.assignments.filter(profession__key="samordnare").update(valid_to=yesterday)
        shown = pages.text(inside.get(INBOX))
        assert "Samordnare" not in shown
        assert "Sjuksköterska" in shown

    def test_a_session_that_somebody_made_up_is_not_let_in(self, client: Client) -> None:
        client.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
        assert client.get(INBOX).status_code == 302


def test_sessions_whose_time_is_out_are_forgotten_and_others_kept(siri: Staff) -> None:
    pages.logged_in(siri)
    pages.logged_in(siri)
    now = timezone.now()
    gone = StaffSession.objects.order_by("pk").first()
    assert gone is not None
    assert gone.staff == siri
    StaffSession.objects.filter(pk=gone.pk).update(expire_date=now - datetime.timedelta(seconds=1))
    assert sessions.purge(now=now) == 1
    assert [row.staff for row in StaffSession.objects.all()] == [siri]
