"""Min plan with e-legitimation, by a real OpenID provider: whose plan it opens, and that nobody becomes staff by it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.test import Client
from django.utils import timezone

from people.identities import configuration
from people.models import AccessLog, Assignment, Individual, Mandate, Staff, StaffSession, Visit
from people.services import own
from plan.views import edge
from tests import identity, pages
from tests.identity import OpenId, commission, siri
from tests.integration.test_min_plan import TILL, known
from tests.integration.test_sign_in_openid import running

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
__all__ = ["known", "running"]  # fixtures
CLAIM = "https://id.oidc.se/claim/personalIdentityNumber"
BEGIN, PLAN = "/min-plan/in/freja/", "/min-plan/"
BERIT, EVA = "193805142381", "195506022382"
SECRET = {"env": "FORLOPP_WEBHOOK_SECRETS"}
LOA3 = "http://id.elegnamnden.se/loa/1.0/loa3"


def broker(issuer: str, **more: Any) -> dict[str, Any]:
    return {"title": "Freja+", "issuer": issuer, "client_id": "min-plan", "client_secret": SECRET} | more


@pytest.fixture
def openid(running: OpenId) -> Iterator[OpenId]:
    """It answers staff as well, in its own right."""
    identity.house()
    told = identity.told(running.issuer) | {"persons": {"brokers": {"freja": broker(running.issuer)}}}
    told["levels"] = {"hsl": "", "sol": ""}
    with configuration.told(**told):
        yield running


def come(openid: OpenId, client: Client, sub: str = "p1", **claims: Any) -> Any:
    """Whoever the provider says that it is."""
    openid.knows(sub, **({"acr": LOA3} | claims))
    return openid.log_in(client, sub, begin=BEGIN)


def let(individual: Individual, by: Staff, *, kind: str = "narstaende", number: str = EVA) -> Mandate:
    told: dict[str, Any] = {"individual": individual, "kind": kind, "name": "Eva", "number": number, "ground": "Sagt."}
    return own.give(**told, valid_to=TILL, by=by, now=timezone.now())


def test_the_button_leads_to_the_broker_by_a_link_with_proof_and_nothing_about_anybody(
    openid: OpenId, client: Client
) -> None:
    page = pages.text(client.get("/min-plan/in/"))
    assert f'href="{BEGIN}"' in page
    assert "Logga in med Freja+" in page
    answer = client.get(BEGIN)
    for word in ("state=", "nonce=", "code_challenge=", "code_challenge_method=S256", "prompt=login"):
        assert word in answer.headers["Location"]
    kept = answer.cookies[edge.ASKED_COOKIE]
    assert (kept["httponly"], kept["samesite"], kept["path"]) == (True, "Lax", PLAN)
    assert "sessionid" not in answer.cookies


def test_a_person_is_known_by_their_number_and_becomes_nobody_of_staff(
    openid: OpenId, client: Client, known: Individual, caplog: pytest.LogCaptureFixture
) -> None:
    before = Staff.objects.count(), Assignment.objects.count()
    assert come(openid, client, **{CLAIM: BERIT, "employeeHsaId": "SE2321000000-9001"}).headers["Location"] == PLAN
    assert "Gå till brevlådan själv." in pages.text(client.get(PLAN))
    visit = Visit.objects.get()
    assert (visit.individual, visit.mandate, visit.provider, visit.level) == (known, None, "freja", 3)
    assert (Staff.objects.count(), Assignment.objects.count()) == before
    assert not SocialAccount.objects.exists()
    assert not StaffSession.objects.exists()
    ours = {settings.FORLOPP_PLAN_COOKIE, edge.ASKED_COOKIE, settings.CSRF_COOKIE_NAME}
    assert set(client.cookies) <= ours
    assert client.get("/uppgifter/").status_code == 302
    row = AccessLog.objects.get(individual=known, action="sign-in")
    assert (row.staff, row.staff_name) == (None, "Personen själv")
    assert BERIT not in caplog.text


@pytest.mark.parametrize("number", ["19380514-2381", "380514-2381", " 19380514 2381 "])
def test_the_number_is_read_as_brokers_write_it(openid: OpenId, client: Client, known: Individual, number: str) -> None:
    assert come(openid, client, **{CLAIM: number}).headers["Location"] == PLAN


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({CLAIM: "194102032390"}, "no_plan"),
        ({}, "no_number"),
        ({CLAIM: "193805142382"}, "no_number"),
        ({CLAIM: [BERIT]}, "no_number"),
        ({CLAIM: {"x": BERIT}}, "no_number"),
        ({"personnummer": BERIT}, "no_number"),
    ],
)
def test_a_stranger_is_told_nothing_and_all_alike(
    openid: OpenId, client: Client, known: Individual, caplog: pytest.LogCaptureFixture, claims: Any, code: str
) -> None:
    answer = come(openid, client, **claims)
    assert answer.status_code == 403
    assert "Vi hittar ingen plan som du kan öppna." in pages.text(answer)
    assert client.get(PLAN).headers["Location"] == "/min-plan/in/"
    assert f"a person's sign-in by freja refused: {code}" in caplog.text
    for word in ("1938", "2381", "1941"):
        assert word not in caplog.text
    assert not Visit.objects.exists()


@pytest.mark.parametrize("acr", ["http://id.elegnamnden.se/loa/1.0/loa2", "", "urn:example"])
def test_who_is_not_known_surely_enough_does_not_come_in(
    openid: OpenId, client: Client, known: Individual, acr: str
) -> None:
    answer = come(openid, client, **{CLAIM: BERIT, "acr": acr})
    assert answer.status_code == 403
    assert "Du måste logga in på ett säkrare sätt." in pages.text(answer)
    with configuration.told(persons={"brokers": {"freja": broker(openid.issuer, level="loa3")}}):
        is_enough = come(openid, Client(), **{CLAIM: BERIT, "acr": acr}).status_code == 302
    assert is_enough == (not acr.endswith("loa2"))


def test_the_dead_and_those_whose_leave_is_over_open_nothing(
    openid: OpenId, client: Client, known: Individual, anna: Staff
) -> None:
    mandate = let(known, anna)
    assert come(openid, client, **{CLAIM: EVA}).headers["Location"] == PLAN
    assert "Plan för Berit" in pages.text(client.get(PLAN))
    own.take_back(mandate=mandate, by=anna, now=timezone.now())
    assert client.get(PLAN).status_code == 302
    assert come(openid, Client(), **{CLAIM: EVA}).status_code == 403
    Individual.objects.filter(pk=known.pk).update(deceased_on=datetime.date(2026, 11, 1))
    assert come(openid, Client(), **{CLAIM: BERIT}).status_code == 403


def test_to_whom_is_protected_only_they_come_and_who_speaks_for_them_by_law(
    openid: OpenId, known: Individual, anna: Staff
) -> None:
    mandate, relative = let(known, anna), Client()
    let(known, anna, kind="god_man", number="194204122396")
    assert come(openid, relative, **{CLAIM: EVA}).status_code == 302
    Individual.objects.filter(pk=known.pk).update(protection="skyddad_folkbokforing")
    assert relative.get(PLAN).status_code == 302
    assert come(openid, Client(), **{CLAIM: EVA}).status_code == 403
    assert come(openid, Client(), **{CLAIM: "194204122396"}).status_code == 302
    person = Client()
    assert come(openid, person, **{CLAIM: BERIT}).status_code == 302
    page = pages.text(person.get(PLAN))
    for word in ("Provsson", "Provgatan", "2381", "skyddad"):
        assert word not in page
    assert "Då kan ingen annan läsa." in pages.text(person.get("/min-plan/lova/"))
    assert person.post("/min-plan/lova/", {"namn": "Eva", "manader": "3"}).status_code == 422
    Staff.objects.filter(pk=anna.pk).update(may_see_protected=True)
    seeing = Staff.objects.get(pk=anna.pk)
    page = pages.text(pages.logged_in(seeing).get(f"/personer/{known.ref}/min-plan/"))
    assert "Så länge kan ingen närstående läsa." in page
    letter = pages.logged_in(seeing).post(f"/personer/{known.ref}/min-plan/brev/", {"ombud": str(mandate.public_id)})
    assert letter.status_code == 404


def test_an_answer_that_this_browser_did_not_ask_for_lets_nobody_in(
    openid: OpenId, client: Client, known: Individual
) -> None:
    openid.knows("p1", **{CLAIM: BERIT, "acr": LOA3})
    address = openid.answer(client.get(BEGIN).headers["Location"], "p1")
    assert Client().get(address).status_code == 401
    other = Client()
    other.get(BEGIN)
    assert other.get(address).status_code == 401
    assert client.get(f"{BEGIN}svar/?state=x&code=y").status_code == 401
    assert client.get(address).status_code == 401  # what was asked is asked once
    client.get(BEGIN)
    assert client.get(f"{BEGIN}svar/?error=access_denied").status_code == 401
    assert "Det gick inte att logga in." in pages.text(client.get(f"{BEGIN}svar/"))
    assert not Visit.objects.exists()


def test_staff_and_persons_never_come_in_by_each_others_door(openid: OpenId, client: Client, known: Individual) -> None:
    openid.knows("s1", **siri(commission(identity.SITHS, "Dag")), **{CLAIM: BERIT})
    openid.log_in(client, "s1")
    staff = identity.who(client)
    assert staff is not None
    assert client.get(PLAN).headers["Location"] == "/min-plan/in/"
    assert come(openid, client, "s1", **siri(commission(identity.SITHS, "Dag")), **{CLAIM: BERIT}).status_code == 302
    assert identity.who(client) == staff  # a session of their own, as it was
    client.post("/min-plan/ut/")
    assert identity.who(client) == staff
    for address in (
        "/logga-in/med/freja/",
        "/logga-in/med/freja/svar/",
        "/min-plan/in/siths/",
        "/min-plan/in/siths/svar/",
    ):
        assert client.get(address).status_code == 404
    asked = client.get(BEGIN).headers["Location"]
    answer = openid.answer(asked, "s1").replace("/min-plan/in/freja/svar/", "/logga-in/med/siths/svar/")
    assert Client().get(answer).status_code == 401


def test_who_may_open_several_chooses_and_changes_without_signing_in_again(
    openid: OpenId, client: Client, known: Individual, anna: Staff
) -> None:
    eva, karl = pages.person(EVA, "Eva"), pages.person("192405062387", "Karl")
    let(known, anna)
    of_karl = let(karl, anna, kind="god_man")
    assert come(openid, client, **{CLAIM: EVA}).headers["Location"] == "/min-plan/valj/"
    assert not Visit.objects.exists()
    hall = pages.text(client.get("/min-plan/valj/"))
    for name in ("Min egen plan", "Plan för Berit", "Plan för Karl"):
        assert name in hall
    assert EVA not in hall
    assert client.post("/min-plan/valj/", {"plan": str(known.ref)}).status_code == 422  # by no leave of hers
    assert client.post("/min-plan/valj/", {"plan": str(eva.ref)}).headers["Location"] == PLAN
    assert "Läs en annan plan" in pages.text(client.get(PLAN))
    assert client.post("/min-plan/valj/", {"plan": str(of_karl.public_id)}).status_code == 302
    assert "Plan för Karl" in pages.text(client.get(PLAN))
    assert Visit.objects.filter(ended_at=None).count() == 1
    own.take_back(mandate=of_karl, by=anna, now=timezone.now())
    copied = Client()
    copied.cookies = client.cookies
    for one in (client, copied):  # who has no visit any longer has nothing to choose by
        assert one.get("/min-plan/valj/").headers["Location"] == "/min-plan/in/?slut=1"


def test_a_choice_is_worth_nothing_after_a_while_or_when_one_has_left(
    openid: OpenId, client: Client, known: Individual, anna: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages.person(EVA, "Eva")
    mandate = let(known, anna)
    come(openid, client, **{CLAIM: EVA})
    kept = client.cookies[edge.HALL_COOKIE].value
    client.post("/min-plan/valj/", {"plan": str(mandate.public_id)})
    later = client.cookies[edge.HALL_COOKIE].value
    client.post("/min-plan/ut/")
    for value, seconds in ((later, 0), (kept, 301), (kept[:-2] + "xx", 0)):
        other = Client()
        other.cookies[edge.HALL_COOKIE] = value
        monkeypatch.setattr("django.core.signing.time.time", lambda more=seconds: timezone.now().timestamp() + more)
        assert other.get("/min-plan/valj/").headers["Location"] == "/min-plan/in/?slut=1", (value, seconds)


def test_who_goes_from_plan_to_plan_stays_no_longer_than_in_one(
    openid: OpenId, client: Client, known: Individual, anna: Staff
) -> None:
    eva, mandate = pages.person(EVA, "Eva"), let(known, anna)
    come(openid, client, **{CLAIM: EVA})
    keys, now = [str(eva.ref), str(mandate.public_id)], timezone.now()
    for minutes in range(0, 120, 20):
        with time_machine.travel(now + datetime.timedelta(minutes=minutes), tick=False):
            assert client.post("/min-plan/valj/", {"plan": keys[0]}).headers["Location"] == PLAN
            assert client.get(PLAN).status_code == 200
            keys.reverse()
    with time_machine.travel(now + own.LONGEST + datetime.timedelta(seconds=1), tick=False):
        assert client.get(PLAN).status_code == 302
        assert client.post("/min-plan/valj/", {"plan": keys[0]}).headers["Location"] == "/min-plan/in/?slut=1"


def test_a_broker_that_does_not_answer_is_told_so(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    with configuration.told(persons={"brokers": {"freja": broker("http://127.0.0.1:9")}}):
        answer = client.get(BEGIN)
    assert answer.status_code == 503
    assert "Det gick inte att logga in." in pages.text(answer)
    assert "127.0.0.1" not in caplog.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://broker.example.se"},
        {"client_id": ""},
        {"client_secret": "hemligt"},
        {"rights": []},
        {"claims": {"number": ""}},
    ],
)
def test_what_is_wrong_in_the_file_is_told_at_start(wrong: dict[str, Any]) -> None:
    with configuration.told(persons={"brokers": {"freja": broker("https://broker.example.se") | wrong}}):
        assert configuration.problems()
        assert configuration.broker("freja") is None
