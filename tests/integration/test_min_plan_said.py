"""What the person says in Min plan: stored once, heard by the förlopp, and only by whom it is theirs to say."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.utils import timezone

from people.models import AccessLog, Agreement, Consent, Individual, Mandate, Reply, Staff, Visit
from people.plan import current
from people.services import own
from plan.services import telling
from tests import pages
from tests.integration.test_min_plan import TILL, known
from tests.own_plan import asking, come, publish
from workflows import connectors
from workflows.models import InboxMessage, ProcessInstance
from workflows.services import sharing

pytestmark = pytest.mark.django_db
__all__ = ["known"]  # a fixture


@pytest.fixture(autouse=True)
def receiving(db: None) -> None:
    """The förlopp that takes in what no other waits for."""
    publish("sagt_i_min_plan")


@pytest.fixture
def asked(known: Individual, anna: Staff) -> str:
    """The address of a step that asks Berit something."""
    return f"/min-plan/svar/{asking(known, anna).public_id}/"


def test_an_answer_before_a_meeting_is_stored_once_and_told_to_the_forlopp(known: Individual, asked: str) -> None:
    client, told = come(known), {"text": "Jag vill ut.", "action_id": str(uuid.uuid4())}
    for _ in range(2):
        assert client.post(asked, told).headers["Location"] == "/min-plan/?klart=said"
    row = Reply.objects.get()
    assert (row.text, row.question, row.mandate) == ("Jag vill ut.", "Vad vill du?", None)
    message = InboxMessage.objects.get(source="min_plan")
    assert json.loads(bytes(message.raw))["typ"] == "enskild_svar"
    page = pages.text(client.get("/min-plan/?klart=said"))
    assert "Tack! Vi har fått ditt svar." in page
    assert "Jag vill ut." in page
    assert AccessLog.objects.filter(individual=known, action="add", object_type="reply", staff=None).count() == 1


def test_nothing_is_answered_about_anybody_elses_step_or_without_words(known: Individual, asked: str) -> None:
    stranger = pages.person("193902282387", "Doris")
    assert come(stranger).post(asked, {"text": "Hej"}).status_code == 404
    assert come(known).post(asked, {"text": "  "}).status_code == 422
    assert not Reply.objects.exists()


@pytest.mark.parametrize(
    ("rating", "text", "name"),
    [("2", "", "dalig_vecka"), ("3", "Ont i benet.", "enskild_sagt"), ("4", " ", "enskild_svar")],
)
def test_a_bad_week_and_one_with_words_are_somebodys_to_read(
    known: Individual, rating: str, text: str, name: str, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert come(known).post("/min-plan/vecka/", {"betyg": rating, "text": text}).status_code == 302
    message = InboxMessage.objects.get(source="min_plan")
    assert (json.loads(bytes(message.raw))["typ"], message.individual) == (name, known)
    assert "Ont" not in bytes(message.raw).decode()
    begun = ProcessInstance.objects.filter(definition__key="sagt_i_min_plan")
    assert begun.count() == (name != "enskild_svar")


@pytest.mark.parametrize("rating", ["", "0", "6", "bra"])
def test_a_week_has_a_rating_from_one_to_five(known: Individual, rating: str) -> None:
    assert come(known).post("/min-plan/vecka/", {"betyg": rating}).status_code == 422
    assert not Reply.objects.exists()


def test_more_than_anybody_answers_in_a_day_is_refused(known: Individual) -> None:
    client = come(known)
    for _ in range(telling.MOST_A_DAY):
        client.post("/min-plan/vecka/", {"betyg": "4"})
    assert client.post("/min-plan/vecka/", {"betyg": "4"}).status_code == 429
    assert Reply.objects.count() == telling.MOST_A_DAY
    assert client.post("/min-plan/samtycke/", {"slag": "teknik"}).status_code == 302  # a decision is never too many


def test_a_consent_that_is_taken_back_stops_what_is_shared_at_once(known: Individual) -> None:
    row = current(Consent).get(individual=known)
    client = come(known)
    assert client.post(f"/min-plan/samtycke/{row.thread}/ta-tillbaka/").status_code == 302
    now = current(Consent).get(individual=known)
    assert (now.withdrawn_on, now.by) == (timezone.localdate(), None)
    assert now.reason == "I Min plan, av personen själv"
    sharing_kinds = {one.name for one in connectors.operations().values() if one.shares == "sip"}
    assert sharing_kinds
    with pytest.raises(connectors.Withheld):
        sharing.let_out(operation=min(sharing_kinds), key=uuid.uuid4(), individual_ref=known.ref, now=timezone.now())
    assert AccessLog.objects.filter(individual=known, action="change", staff_name="Personen själv").exists()


def test_a_consent_that_was_given_twice_is_taken_back_whole(known: Individual, anna: Staff) -> None:
    first, client = current(Consent).get(individual=known), come(known)
    client.post("/min-plan/samtycke/", {"slag": "sip", "action_id": str(uuid.uuid4())})
    assert current(Consent).filter(individual=known, withdrawn_on=None).count() == 2
    told = {"action_id": str(uuid.uuid4())}
    for _ in range(2):
        assert client.post(f"/min-plan/samtycke/{first.thread}/ta-tillbaka/", told).status_code == 302
    assert not current(Consent).filter(individual=known, withdrawn_on=None).exists()
    assert Consent.objects.filter(individual=known).count() == 4


def test_a_consent_is_given_with_who_gave_it_and_how(known: Individual) -> None:
    told = {"slag": "teknik", "vad": "Larmet hemma.", "action_id": str(uuid.uuid4())}
    client = come(known, provider="freja")
    for _ in range(2):
        client.post("/min-plan/samtycke/", told)
    row = current(Consent).get(individual=known, kind="teknik")
    assert (row.how, row.given_by, row.scope) == ("e_legitimation", "Personen själv", "Larmet hemma.")


def test_the_agreement_is_approved_as_it_was_read_and_only_by_who_is_surely_known(known: Individual) -> None:
    row = current(Agreement).get(individual=known)
    address = f"/min-plan/overenskommelse/{row.thread}/"
    assert come(known).post(address, {"nummer": row.number}).status_code == 404  # a code on paper is no signature
    client = come(known, provider="freja")
    assert client.post(address, {"nummer": row.number + 1}).status_code == 422
    assert client.post(address, {"nummer": row.number}).status_code == 302
    signed = current(Agreement).get(individual=known)
    assert (signed.signed_on, signed.how, signed.text) == (timezone.localdate(), "e_legitimation", row.text)
    assert AccessLog.objects.filter(individual=known, action="sign", object_type="agreement").count() == 1


def test_a_relative_reads_and_answers_but_decides_nothing(known: Individual, asked: str) -> None:
    person = come(known)
    told = {"namn": "Eva Provsson (påhittad)", "manader": "3", "action_id": str(uuid.uuid4())}
    assert person.post("/min-plan/lova/", told).status_code == 302
    mandate = Mandate.objects.get()
    assert (mandate.kind, mandate.by, mandate.may_decide) == ("narstaende", None, False)
    relative = come(known, mandate=mandate, provider="freja")
    assert relative.post(asked, {"text": "Mamma vill ut."}).status_code == 302
    assert Reply.objects.get(kind="svar").called == "Närstående: Eva Provsson (påhittad)"
    consent, agreement = current(Consent).get(individual=known), current(Agreement).get(individual=known)
    for address in (
        "/min-plan/samtycke/",
        f"/min-plan/samtycke/{consent.thread}/ta-tillbaka/",
        f"/min-plan/overenskommelse/{agreement.thread}/",
        "/min-plan/lova/",
        f"/min-plan/lova/{mandate.public_id}/ta-tillbaka/",
    ):
        assert relative.post(address, {"slag": "sip", "nummer": "1", "namn": "X", "manader": "3"}).status_code == 404
    assert person.post(f"/min-plan/lova/{mandate.public_id}/ta-tillbaka/").status_code == 302
    assert relative.get("/min-plan/").status_code == 302


def test_who_speaks_by_law_decides_where_staff_have_said_so_and_is_not_ended_by_the_person(
    known: Individual, anna: Staff
) -> None:
    mandate = own.give(
        individual=known, kind="god_man", name="Gun", number="", valid_to=TILL, ground="Visat.", may_decide=True,
        by=anna, now=timezone.now(),
    )  # fmt: skip
    guardian = come(known, mandate=mandate, provider="freja")
    assert guardian.post("/min-plan/samtycke/", {"slag": "teknik"}).status_code == 302
    assert current(Consent).get(individual=known, kind="teknik").given_by == "God man: Gun"
    assert come(known).post(f"/min-plan/lova/{mandate.public_id}/ta-tillbaka/").status_code == 404
    assert Visit.objects.filter(mandate=mandate, ended_at=None).exists()
