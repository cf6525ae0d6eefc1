"""Accounts of our own, made, closed and opened by IT; and one's own password and sessions."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from people.identities import configuration
from people.models import AccessLog, DirectoryEntry, Profession, Staff, StaffSession, Unit
from people.services import sessions
from tests import identity, pages

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
GOOD = "tre gula bussar väntar på regn"
CHOOSE = "/logga-in/nytt-losenord/"
NAMES = {"fornamn": "Nils", "efternamn": "Ny (påhittad)", "anvandarnamn": "nils.ny", "titel": ""}


@pytest.fixture
def ivar() -> Staff:
    return pages.staff("ivar", "it_drift")


@pytest.fixture
def it(ivar: Staff) -> Client:
    return pages.logged_in(ivar)


def code_in(answer: Any) -> str:
    found = re.search(r'value="([0-9A-Z]{4}(?:-[0-9A-Z]{4}){3})"', answer.content.decode())
    assert found is not None
    return found[1]


def choose(client: Client, code: str, password: str = GOOD, username: str = "nils.ny") -> Any:
    return client.post(CHOOSE, {"username": username, "proof": code, "new": password, "again": password})


def log_in(username: str, password: str, **headers: str) -> Client:
    client = Client(headers=headers)
    client.post("/logga-in/", {"username": username, "password": password})
    return client


def logged(action: str) -> AccessLog:
    return AccessLog.objects.filter(action=action, object_type="staff").latest("pk")


class TestByIt:
    def test_from_an_account_to_a_log_in_that_sees_the_inbox(self, it: Client, ivar: Staff) -> None:
        pages.staff("siri", "sjukskoterska")
        shown = it.post("/konton/nytt/", NAMES | {"profession": "sjukskoterska", "enhet": "norr"})
        nils = Staff.objects.get(username="nils.ny")
        assert (nils.has_usable_password(), nils.professions) == (False, ["sjukskoterska"])
        code = code_in(shown)
        assert code.replace("-", "") not in it.get(f"/konton/{nils.public_id}/").content.decode().replace("-", "")
        stranger = Client()
        assert "minst en" not in pages.text(choose(stranger, code, "kort")).casefold()
        assert choose(stranger, code.lower()).status_code == 302
        assert logged("add-account").staff == ivar
        assert logged("choose-password").object_id == str(nils.public_id)
        with configuration.told(levels={"hsl": "", "sol": ""}, local={"second_factor": False}):
            assert log_in("nils.ny", GOOD).get("/uppgifter/").status_code == 200
        assert "stämmer inte, eller så är koden använd" in pages.text(choose(Client(), code)), "a code lets in once"

    @pytest.mark.parametrize("how", ["wrong", "another's", "too old", "given again", "closed"])
    def test_another_code_chooses_nothing_and_they_are_answered_alike(self, it: Client, how: str) -> None:
        nils, other = pages.staff("nils.ny", "samordnare"), pages.staff("olle", "samordnare")
        code = code_in(it.post(f"/konton/{nils.public_id}/", {"gor": "kod"}))
        if how == "another's":
            code = code_in(it.post(f"/konton/{other.public_id}/", {"gor": "kod"}))
        elif how == "wrong":
            code = "2222-2222-2222-2222"
        elif how == "given again":
            it.post(f"/konton/{nils.public_id}/", {"gor": "kod"})
        elif how == "closed":
            it.post(f"/konton/{nils.public_id}/", {"gor": "stang", "skal": "Slutat"})
        with time_machine.travel(timezone.now() + timedelta(hours=25 if how == "too old" else 0)):
            answer = choose(Client(), code)
        assert "stämmer inte, eller så är koden använd eller äldre" in pages.text(answer)
        assert not Staff.objects.get(pk=nils.pk).has_usable_password()

    def test_codes_are_guessed_no_more_than_passwords(self, it: Client) -> None:
        nils = pages.staff("nils.ny", "samordnare")
        code = code_in(it.post(f"/konton/{nils.public_id}/", {"gor": "kod"}))
        stranger = Client()
        for _ in range(5):
            choose(stranger, "2222-2222-2222-2222")
        assert "Vänta en kvart" in pages.text(choose(stranger, code))
        assert not Staff.objects.get(pk=nils.pk).has_usable_password()

    def test_who_is_closed_is_out_at_once_and_comes_in_when_opened(self, it: Client, ivar: Staff) -> None:
        nils = pages.staff("nils", "samordnare")
        client, page = pages.logged_in(nils), f"/konton/{nils.public_id}/"
        assert "Skriv varför" in pages.text(it.post(page, {"gor": "stang", "skal": " "}))
        assert identity.who(client) == nils
        it.post(page, {"gor": "stang", "skal": "Har slutat"})
        assert identity.who(client) is None
        assert (logged("close-account").reason, logged("close-account").staff) == ("Har slutat", ivar)
        it.post(page, {"gor": "oppna", "skal": "Kom tillbaka"})
        assert Staff.objects.get(pk=nils.pk).is_active

    def test_what_is_held_and_seen_changes_at_the_next_click(self, it: Client) -> None:
        nils = pages.staff("nils", "samordnare")
        page = f"/konton/{nils.public_id}/"
        Profession.objects.create(key="mas", name="MAS")
        it.post(page, {"gor": "ge", "profession": "mas", "enhet": "norr"})
        assert Staff.objects.get(pk=nils.pk).professions == ["mas", "samordnare"]
        assert (logged("assign").reason or "").startswith("Nytt: MAS, ")
        for held in nils.assignments.all():
            it.post(page, {"gor": "ta", "uppdrag": held.pk})
        assert Staff.objects.get(pk=nils.pk).professions == []
        it.post(page, {"gor": "skyddade", "skal": "Handlägger skyddade"})
        assert Staff.objects.get(pk=nils.pk).may_see_protected
        assert logged("let-see-protected").reason == "Handlägger skyddade"

    @pytest.mark.parametrize("told", [
        {"gor": "ge", "profession": "mas", "enhet": "norr"}, {"gor": "stang", "skal": "x"},
        {"gor": "skyddade", "skal": "x"},
    ])  # fmt: skip
    def test_nobody_gives_themselves_anything(self, it: Client, ivar: Staff, told: dict[str, str]) -> None:
        Profession.objects.create(key="mas", name="MAS")
        assert "ändrar en kollega" in pages.text(it.post(f"/konton/{ivar.public_id}/", told))
        again = Staff.objects.get(pk=ivar.pk)
        assert (again.is_active, again.professions, again.may_see_protected) == (True, ["it_drift"], False)

    def test_a_lost_second_step_goes_with_the_code_when_so_told(self, it: Client) -> None:
        nils = pages.staff("nils", "samordnare")
        TOTP.activate(nils, "JBSWY3DPEHPK3PXP")
        page, client = f"/konton/{nils.public_id}/", pages.logged_in(nils)
        it.post(page, {"gor": "kod"})
        assert (Authenticator.objects.filter(user=nils).count(), identity.who(client)) == (1, nils)
        it.post(page, {"gor": "kod", "glom": "ja"})
        assert (Authenticator.objects.filter(user=nils).count(), identity.who(client)) == (0, None)

    @pytest.mark.parametrize(("name", "says"), [("NILS", "finns redan"), ("två ord", "utan mellanrum")])
    def test_a_name_that_will_not_do_makes_nothing(self, it: Client, name: str, says: str) -> None:
        pages.staff("nils", "samordnare")
        assert says in pages.text(it.post("/konton/nytt/", NAMES | {"anvandarnamn": name}))
        assert Staff.objects.count() == 2
        assert "Välj både" in pages.text(it.post("/konton/nytt/", NAMES | {"profession": "it_drift"}))
        assert Staff.objects.count() == 2

    def test_the_list_shows_our_own_and_a_search_all(self, it: Client) -> None:
        told = pages.staff("katrin", "samordnare")
        Staff.objects.filter(pk=told.pk).update(password="!")
        DirectoryEntry.objects.create(source="scim", external_id="7", staff=told)
        assert "Katrin" not in pages.text(it.get("/konton/"))
        assert "Katrin" in pages.text(it.post("/konton/", {"sok": "katr"}))

    def test_to_others_it_is_not_there(self) -> None:
        client = pages.logged_in(pages.staff("nils", "samordnare"))
        for address in ("/konton/", "/konton/nytt/", f"/konton/{Staff.objects.get().public_id}/"):
            assert client.get(address).status_code == 404

    def test_the_first_account_of_an_installation_comes_by_command(self) -> None:
        Profession.objects.create(key="it_drift", name="IT-drift")
        said = io.StringIO()
        call_command(
            "account", "ivar", "--name", "Ivar Isaksson", "--profession", "it_drift", "--unit", "it", stdout=said
        )
        code = re.search(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}\b", said.getvalue())
        assert code is not None
        assert choose(Client(), code[0], username="ivar").status_code == 302
        assert Staff.objects.get(username="ivar").professions == ["it_drift"]
        assert Unit.objects.get(key="it").name == "it"


class TestOnesOwn:
    @pytest.fixture
    def sara(self) -> Staff:
        return Staff.objects.create_user("sara", password=GOOD, first_name="Sara")

    @pytest.fixture(autouse=True)
    def _without_second_step(self) -> Any:
        with configuration.told(local={"second_factor": False}):
            yield

    @pytest.mark.usefixtures("sara")
    def test_a_new_password_asks_the_old_and_ends_the_other_sessions(self) -> None:
        here, there = log_in("sara", GOOD), log_in("sara", GOOD)
        new = "sju tysta katter äter glass"
        typed = {"proof": "fel", "new": new, "again": new}
        assert "stämmer inte" in pages.text(here.post("/inloggning/losenord/", typed))
        assert here.post("/inloggning/losenord/", typed | {"proof": GOOD}).status_code == 302
        assert (identity.who(here) is None, identity.who(there) is None) == (False, True)
        assert identity.who(log_in("sara", GOOD)) is None
        assert identity.who(log_in("sara", new)) is not None
        assert logged("change-password").staff_name == "Sara"

    @pytest.mark.usefixtures("sara")
    @pytest.mark.parametrize("password", [
        "kort", "passwordpassword", "qwertyuiop123456", "Vinter2026!!!!", "aaaaaaaaaaaaaaaa", "Örebrokommun26",
        "sara sara sara", "lösenord123456", "x" * 129,
    ])  # fmt: skip
    def test_what_is_easy_to_guess_is_no_password(self, password: str) -> None:
        here = log_in("sara", GOOD)
        answer = here.post("/inloggning/losenord/", {"proof": GOOD, "new": password, "again": password})
        assert answer.status_code == 422
        assert re.search("lätt att gissa|för kort|högst 128|för vanligt|liknar", pages.text(answer))
        assert Staff.objects.get().check_password(GOOD)

    @pytest.mark.usefixtures("sara")
    def test_what_was_long_ago_asks_one_to_sign_in_again_first(self) -> None:
        here, there = log_in("sara", GOOD), log_in("sara", GOOD, **{"User-Agent": "X (Windows) Firefox/140"})
        page = pages.text(here.get("/inloggning/"))
        assert "Firefox på Windows" in page
        ref = re.search(r'name="inloggning" value="(\w+)"', here.get("/inloggning/").content.decode())
        assert ref is not None
        assert not StaffSession.objects.filter(session_key=ref[1]).exists(), "what is shown opens nothing"
        with time_machine.travel(timezone.now() + timedelta(minutes=20)):
            answer = here.post("/inloggning/avsluta/", {"inloggning": ref[1]})
            assert answer.headers["Location"].startswith("/logga-in/igen/")
            assert identity.who(there) is not None
        here.post("/inloggning/avsluta/", {"inloggning": ref[1]})
        assert (identity.who(here) is None, identity.who(there) is None) == (False, True)

    @pytest.mark.usefixtures("sara")
    def test_nobody_ends_a_colleagues_session(self) -> None:
        here, colleague = log_in("sara", GOOD), pages.logged_in(pages.staff("bo", "samordnare"))
        [theirs] = sessions.of(staff=Staff.objects.get(username="bo"), this="", now=timezone.now())
        here.post("/inloggning/avsluta/", {"inloggning": theirs.ref})
        assert identity.who(colleague) is not None
