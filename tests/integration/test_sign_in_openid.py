"""Signing in by a real OpenID provider: who one is, in which uppdrag, how surely; and what it takes away again."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import pytest
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.identities import configuration
from people.models import AccessLog, Assignment, Profession, Staff, StaffSession, Unit
from people.services import arrivals
from tests import identity, pages
from tests.identity import REHAB, SITHS, OpenId, commission, siri

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
NURSE, THERAPIST = commission(SITHS, "Sjuksköterska dag"), commission(REHAB, "Rehab")


@pytest.fixture(scope="module")
def running() -> Iterator[OpenId]:
    with identity.openid() as found:
        yield found


@pytest.fixture
def openid(running: OpenId) -> Iterator[OpenId]:
    identity.house()
    with configuration.told(**identity.told(running.issuer)):
        yield running


def roles(client: Client) -> list[str]:
    """What one may do, as a page asks."""
    staff = client.get("/tillganglighet/").wsgi_request.user
    assert isinstance(staff, Staff)
    return list(staff.roles)


class TestComingIn:
    @pytest.mark.usefixtures("openid")
    def test_the_log_in_page_leads_to_the_provider_by_a_link(self, client: Client) -> None:
        page = pages.text(client.get("/logga-in/?next=/uppgifter/"))
        assert 'href="/logga-in/med/siths/?next=%2Fuppgifter%2F"' in page
        assert "Logga in med SITHS" in page
        asked = client.get("/logga-in/med/siths/").headers["Location"]
        for word in ("state=", "nonce=", "code_challenge=", "code_challenge_method=S256", "response_type=code"):
            assert word in asked

    def test_who_comes_for_the_first_time_is_made_with_what_their_uppdrag_gives(
        self, openid: OpenId, client: Client
    ) -> None:
        openid.knows("s1", **siri(NURSE))
        answer = openid.log_in(client, "s1", begin="/logga-in/med/siths/?next=/uppgifter/")
        assert (answer.status_code, answer.headers["Location"]) == (302, "/uppgifter/")
        staff = identity.who(client)
        assert staff is not None
        assert (staff.first_name, staff.hsa_id, staff.has_usable_password()) == ("Siri", "SE2321000000-9001", False)
        held = Assignment.objects.get(staff=staff)
        assert (held.profession.key, held.unit.key, held.source, held.commission) == (
            "sjukskoterska",
            "hemsjukvard_norr",
            "siths",
            SITHS,
        )
        assert roles(client) == ["sjukskoterska"]

    @pytest.mark.parametrize("other", ["siths", "kommunen"])
    def test_who_comes_in_twice_in_the_same_moment_for_the_first_time_is_one_and_comes_in_twice(
        self, openid: OpenId, client: Client, monkeypatch: pytest.MonkeyPatch, other: str
    ) -> None:
        """Elsewhere all is stored between our look and our write; by HSA-id also when another provider said it."""
        openid.knows("s1", **siri(NURSE))
        first = Staff.objects.create_user("forst", first_name="Siri", hsa_id="SE2321000000-9001")
        SocialAccount.objects.create(user=first, provider=other, uid="s1")
        look, looked = arrivals._by_hsa_id, []

        def overtaken(hsa_id: str) -> Staff | None:
            looked.append(hsa_id)
            return look(hsa_id) if len(looked) > 1 else None

        monkeypatch.setattr(arrivals, "_by_hsa_id", overtaken)
        monkeypatch.setattr(SocialLogin, "lookup", lambda self: setattr(self, "_did_authenticate_by_email", None))
        assert openid.log_in(client, "s1").status_code == 302
        assert looked
        assert identity.who(client) == first == Staff.objects.get(hsa_id="SE2321000000-9001")
        links = set(SocialAccount.objects.values_list("user", "provider"))
        assert links == {(first.pk, one) for one in (other, "siths")}

    def test_nothing_about_them_is_kept_but_who_they_are(self, openid: OpenId, client: Client) -> None:
        openid.knows("s1", **siri(NURSE))
        openid.log_in(client, "s1")
        link = SocialAccount.objects.get()
        assert (link.provider, link.uid, link.extra_data) == ("siths", "s1", {})

    def test_who_comes_again_is_the_same_with_their_new_name(self, openid: OpenId, client: Client) -> None:
        openid.knows("s1", **siri(NURSE))
        openid.log_in(client, "s1")
        openid.knows("s1", **siri(NURSE, family_name="Ström (påhittad)"))
        openid.log_in(Client(), "s1")
        assert Staff.objects.get().last_name == "Ström (påhittad)"
        assert Assignment.objects.count() == 1

    def test_who_we_know_by_their_hsa_id_is_the_same(self, openid: OpenId, client: Client) -> None:
        known = Staff.objects.create(username="siri", hsa_id="SE2321000000-9001")
        openid.knows("s1", **siri(NURSE))
        openid.log_in(client, "s1")
        assert identity.who(client) == known

    def test_it_is_written_down_what_was_given(self, openid: OpenId, client: Client) -> None:
        openid.knows("s1", **siri(NURSE))
        openid.log_in(client, "s1")
        row = AccessLog.objects.get(action="assign")
        assert (row.staff, row.object_type) == (identity.who(client), "staff")


class TestUppdrag:
    """One acts in one at a time, and sees what follows from it."""

    @pytest.fixture
    def inside(self, openid: OpenId, client: Client) -> Client:
        openid.knows("s2", **siri(NURSE, THERAPIST))
        answer = openid.log_in(client, "s2", begin="/logga-in/med/siths/?next=/uppgifter/")
        assert answer.headers["Location"] == "/uppdrag/?next=%2Fuppgifter%2F"
        return client

    def test_until_one_is_chosen_nothing_is_held(self, inside: Client) -> None:
        assert roles(inside) == []
        assert "Välj uppdrag" in pages.text(inside.get("/uppgifter/"))

    def test_both_are_offered_and_the_choice_decides(self, inside: Client) -> None:
        page = pages.text(inside.get("/uppdrag/?next=/uppgifter/"))
        assert "Sjuksköterska dag" in page
        assert "Rehabenheten" in page
        before = inside.session.session_key
        answer = inside.post("/uppdrag/", {"uppdrag": REHAB, "next": "/uppgifter/"})
        assert (answer.status_code, answer.headers["Location"]) == (302, "/uppgifter/")
        assert inside.session.session_key != before
        assert roles(inside) == ["arbetsterapeut"]
        inside.post("/uppdrag/", {"uppdrag": SITHS})
        assert roles(inside) == ["sjukskoterska"]

    def test_an_uppdrag_that_was_not_offered_cannot_be_chosen(self, inside: Client) -> None:
        answer = inside.post("/uppdrag/", {"uppdrag": "SE2321000000-1CHEF"})
        assert answer.status_code == 403
        assert "inte ditt i dag" in pages.text(answer)
        assert roles(inside) == []

    def test_what_is_of_no_uppdrag_is_held_in_all(self, inside: Client) -> None:
        staff = identity.who(inside)
        assert staff is not None
        pages.join(staff, "it_drift")
        inside.post("/uppdrag/", {"uppdrag": REHAB})
        assert set(roles(inside)) == {"arbetsterapeut", "it_drift"}

    def test_two_browsers_of_one_person_may_act_in_different_uppdrag(self, inside: Client, openid: OpenId) -> None:
        other = Client()
        openid.log_in(other, "s2")
        inside.post("/uppdrag/", {"uppdrag": REHAB})
        other.post("/uppdrag/", {"uppdrag": SITHS})
        assert (roles(inside), roles(other)) == (["arbetsterapeut"], ["sjukskoterska"])

    def test_it_costs_no_statement_more(self, inside: Client) -> None:
        inside.post("/uppdrag/", {"uppdrag": REHAB})
        with CaptureQueriesContext(connection) as asked:
            inside.get("/tillganglighet/")
        assert sum("people_staffsession" in one["sql"] for one in asked) == 1
        assert sum("people_assignment" in one["sql"] for one in asked) == 1

    def test_who_has_none_is_told_so(self, client: Client) -> None:
        client.force_login(Staff.objects.create(username="anna"))
        assert "inga uppdrag att välja bland" in pages.text(client.get("/uppdrag/"))

    def test_groups_will_do_where_no_uppdrag_is_told(self, openid: OpenId, client: Client) -> None:
        openid.knows(
            "s3", given_name="Sara", family_name="Sam (påhittad)", groups=["samordnare", "alla"], acr=identity.LOA2
        )
        openid.log_in(client, "s3")
        assert roles(client) == ["samordnare"]

    def test_the_uppdrag_of_another_employment_is_not_offered(self, openid: OpenId, client: Client) -> None:
        openid.knows("s4", **siri(NURSE, {**THERAPIST, "employeeHsaId": "SE2321000000-9002"}))
        openid.log_in(client, "s4")
        assert roles(client) == ["sjukskoterska"]


class TestTakenAway:
    def test_what_the_provider_no_longer_says_is_over_at_the_next_click_everywhere(
        self, openid: OpenId, client: Client
    ) -> None:
        openid.knows("s5", **siri(NURSE, THERAPIST))
        openid.log_in(client, "s5")
        client.post("/uppdrag/", {"uppdrag": REHAB})
        week = timezone.localdate() - datetime.timedelta(days=7)
        Assignment.objects.update(valid_from=week)
        openid.knows("s5", **siri(NURSE))
        openid.log_in(Client(), "s5")
        assert roles(client) == []
        ended = Assignment.objects.get(commission=REHAB)
        assert ended.valid_to == timezone.localdate() - datetime.timedelta(days=1)

    def test_what_we_gave_ourselves_stays(self, openid: OpenId, client: Client) -> None:
        openid.knows("s5", **siri(NURSE))
        openid.log_in(client, "s5")
        staff = identity.who(client)
        assert staff is not None
        pages.join(staff, "it_drift")
        openid.log_in(client, "s5")
        assert set(roles(client)) == {"sjukskoterska", "it_drift"}

    def test_a_closed_account_stays_closed(self, openid: OpenId, client: Client) -> None:
        openid.knows("s6", **siri(NURSE))
        openid.log_in(client, "s6")
        Staff.objects.update(is_active=False)
        again = Client()
        answer = openid.log_in(again, "s6")
        assert answer.status_code == 403
        assert "Kontot är stängt. Kontakta din chef." in pages.text(answer)
        assert identity.who(again) is None


class TestRefused:
    def test_who_has_no_uppdrag_that_gives_anything_is_told_what_to_do_and_nobody_else(
        self, openid: OpenId, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        openid.knows("s7", **siri(commission("SE2321000000-1XYZ", "Annat")))
        answer = openid.log_in(client, "s7")
        assert answer.status_code == 403
        assert "Be din chef beställa ett uppdrag" in pages.text(answer)
        assert identity.who(client) is None
        assert not Staff.objects.exists()
        assert "nothing_mapped" in caplog.text
        for word in ("Siri", "Strand", "SE2321000000", "s7"):
            assert word not in caplog.text

    def test_a_profession_that_we_do_not_have_gives_nothing_and_is_told_to_it(
        self, openid: OpenId, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        Profession.objects.filter(key="sjukskoterska").delete()
        openid.knows("s8", **siri(NURSE))
        assert openid.log_in(client, "s8").status_code == 403
        assert "do not exist here: sjukskoterska" in caplog.text

    @pytest.mark.usefixtures("openid")
    def test_who_says_no_at_the_provider_comes_to_a_page_that_says_so(self, client: Client) -> None:
        client.get("/logga-in/med/siths/")
        answer = client.get("/logga-in/med/siths/svar/?error=access_denied&state=x")
        assert answer.status_code == 401

    @pytest.mark.usefixtures("openid")
    def test_a_provider_that_is_not_there_is_no_page(self, client: Client) -> None:
        assert client.get("/logga-in/med/annan/").status_code == 404
        assert client.get("/logga-in/med/annan/svar/").status_code == 404

    def test_another_site_is_never_where_it_leads(self, openid: OpenId, client: Client) -> None:
        openid.knows("s9", **siri(NURSE))
        answer = openid.log_in(client, "s9", begin="/logga-in/med/siths/?next=//ond.example/")
        assert answer.headers["Location"] == "/"


class TestHowSure:
    """LoA 3 for health care, as the levels of the tests say, LoA 2 for social services."""

    def test_an_uppdrag_that_needs_more_is_refused_with_what_to_do(self, openid: OpenId, client: Client) -> None:
        openid.knows("l1", **siri(NURSE, acr=identity.LOA2))
        answer = openid.log_in(client, "l1")
        assert answer.status_code == 403
        assert "Logga in med SITHS" in pages.text(answer)
        assert identity.who(client) is None

    def test_without_a_word_of_it_it_is_not_sure(self, openid: OpenId, client: Client) -> None:
        openid.knows("l2", **siri(NURSE, acr="urn:any"))
        assert openid.log_in(client, "l2").status_code == 403

    def test_what_is_held_beside_is_withheld_and_the_page_says_so(self, openid: OpenId, client: Client) -> None:
        openid.knows("l3", given_name="Sara", family_name="S", groups=["samordnare"], acr=identity.LOA2)
        openid.log_in(client, "l3")
        staff = identity.who(client)
        assert staff is not None
        Assignment.objects.create(
            staff=staff,
            profession=Profession.objects.get(key="sjukskoterska"),
            unit=Unit.objects.get(key="rehab"),
            valid_from=timezone.localdate(),
        )
        assert roles(client) == ["samordnare"]
        assert "inte räcker för det du gör som sjuksköterska" in pages.text(client.get("/uppgifter/"))

    def test_the_session_remembers_it(self, openid: OpenId, client: Client) -> None:
        openid.knows("l4", **siri(NURSE))
        openid.log_in(client, "l4")
        row = StaffSession.objects.get(session_key=client.session.session_key)
        assert (row.level, row.commission) == (3, SITHS)


class TestAnew:
    """Asked to sign in again, the provider must have asked too, and it must be the same person."""

    def test_a_log_in_that_is_old_is_not_new(self, openid: OpenId, client: Client) -> None:
        openid.knows("a1", **siri(NURSE, auth_time=int(timezone.now().timestamp()) - 3600))
        assert openid.log_in(client, "a1", begin="/logga-in/med/siths/?igen=1").status_code == 401

    def test_a_fresh_one_is_and_the_uppdrag_goes_along(self, openid: OpenId, client: Client) -> None:
        openid.knows("a2", **siri(NURSE, THERAPIST, auth_time=int(timezone.now().timestamp())))
        openid.log_in(client, "a2")
        client.post("/uppdrag/", {"uppdrag": REHAB})
        asked = client.get("/logga-in/med/siths/?igen=1&next=/uppgifter/").headers["Location"]
        assert "prompt=login" in asked
        assert "max_age=0" in asked
        answer = client.get(openid.answer(asked, "a2"))
        assert answer.headers["Location"] == "/uppgifter/"
        assert roles(client) == ["arbetsterapeut"]


def test_signing_out_leads_to_the_providers_own_page(openid: OpenId, client: Client) -> None:
    openid.knows("o1", **siri(NURSE))
    openid.log_in(client, "o1")
    answer = client.post("/logga-ut/")
    page = pages.text(answer)
    assert answer.status_code == 200
    assert f'content="0; url={openid.issuer}/oauth2/end_session?client_id=forlopp' in page
    assert "id_token" not in page
    assert identity.who(client) is None
