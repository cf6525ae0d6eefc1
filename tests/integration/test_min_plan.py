"""Min plan with a code on paper: who comes in, what they read, and that it is theirs alone."""

from __future__ import annotations

import datetime
import io
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from people.models import AccessLog, Agreement, Consent, Contact, Goal, Individual, Letter, Mandate, Staff, Visit
from people.services import own, plan
from tests import pages

pytestmark = pytest.mark.django_db
TILL = datetime.date.today() + datetime.timedelta(days=90)  # noqa: DTZ011


@pytest.fixture
def known(anna: Staff, berit: Individual) -> Individual:
    """Berit with a förlopp that goes on, a goal, a contact, an agreement and a consent."""
    pages.publish()
    pages.start(berit, anna)
    signed: dict[str, Any] = {"by": anna, "now": timezone.now()}
    plan.add(Goal, individual=berit, told={"mal_text_egna_ord": "Gå till brevlådan själv."}, sphere="bada", **signed)
    told = {"slag": "anhorig", "namn": "Eva (påhittad)", "telefon": "070-174 06 41", "fran": "2026-01-01"}
    plan.add(Contact, individual=berit, told=told, **signed)
    told = {"text": "Vi tränar varje dag.", "datum": "2026-11-01", "deltagare": "Berit och Anna"}
    plan.add(Agreement, individual=berit, told=told, **signed)
    told = {"slag": "sip", "grund": "samtycke", "hur": "muntligt", "lamnat_av": "Berit", "lamnat": "2026-11-01"}
    plan.add(Consent, individual=berit, told=told, **signed)
    return berit


def code_of(individual: Individual, by: Staff, mandate: Mandate | None = None) -> str:
    return own.print_letter(individual=individual, mandate=mandate, by=by, now=timezone.now())[1]


def opened(individual: Individual, by: Staff, mandate: Mandate | None = None) -> Client:
    """A browser that has come in with a code."""
    client = Client()
    answer = client.post("/min-plan/in/", {"kod": code_of(individual, by, mandate)})
    assert answer.status_code == 302
    return client


def test_a_code_opens_the_plan_once(known: Individual, anna: Staff) -> None:
    code = code_of(known, anna)
    client = Client()
    assert client.post("/min-plan/in/", {"kod": code.lower().replace("-", " ")}).headers["Location"] == "/min-plan/"
    page = pages.text(client.get("/min-plan/"))
    assert "Gå till brevlådan själv." in page
    assert "Vi tränar varje dag." in page
    assert "Eva (påhittad)" in page
    assert Client().post("/min-plan/in/", {"kod": code}).status_code == 422


def test_the_code_is_nowhere_but_on_paper(known: Individual, anna: Staff, caplog: pytest.LogCaptureFixture) -> None:
    client = pages.logged_in(anna)
    letter = client.post(f"/personer/{known.ref}/min-plan/brev/", {"sprak": "sv"})
    assert letter.headers["Content-Type"] == "application/pdf"
    row = Letter.objects.get()
    from pypdf import PdfReader

    text = PdfReader(io.BytesIO(letter.content)).pages[0].extract_text()
    code = re.search(r"[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}", text)
    assert code is not None
    assert code[0].replace("-", "")[5:] not in str(vars(row))
    Client().post("/min-plan/in/", {"kod": code[0][:-1] + ("3" if code[0].endswith("2") else "2")})
    assert Client().post("/min-plan/in/", {"kod": code[0]}).status_code == 302
    assert code[0] not in caplog.text
    assert code[0].replace("-", "") not in caplog.text


@pytest.mark.parametrize("why", ["used", "late", "revoked", "newer", "dead", "guessed"])
def test_a_code_that_does_not_hold_lets_nobody_in_and_says_nothing_more(
    known: Individual, anna: Staff, why: str
) -> None:
    code = code_of(known, anna)
    letter = Letter.objects.get()
    if why == "used":
        Client().post("/min-plan/in/", {"kod": code})
    elif why == "late":
        Letter.objects.update(at=timezone.now() - datetime.timedelta(days=20), expires_at=timezone.now())
    elif why == "revoked":
        own.revoke_letter(letter=letter, by=anna, now=timezone.now())
    elif why == "newer":
        code_of(known, anna)
    elif why == "dead":
        Individual.objects.filter(pk=known.pk).update(deceased_on=datetime.date(2026, 11, 1))
    else:
        for number in range(own.MOST_FAILURES):  # from a new address each time, so that no lock hides it
            wrong = f"{code[:-1]}{'2' if code[-1] != '2' else '3'}"
            Client(REMOTE_ADDR=f"10.0.0.{number}").post("/min-plan/in/", {"kod": wrong})
    refused = Client().post("/min-plan/in/", {"kod": code})
    unknown = Client().post("/min-plan/in/", {"kod": "22222-22222-22222"})
    assert refused.status_code == unknown.status_code == 422
    assert "Koden går inte att använda" in pages.text(refused)
    assert pages.text(Client().get("/min-plan/")) == ""


def test_many_wrong_tries_from_one_place_are_locked_out_there(known: Individual, anna: Staff) -> None:
    code = code_of(known, anna)
    for _ in range(5):
        Client().post("/min-plan/in/", {"kod": f"{code[:5]}2222222222"})
    assert Client().post("/min-plan/in/", {"kod": code}).status_code == 429


def test_a_visit_is_no_session_of_staff_and_a_session_of_staff_no_visit(known: Individual, anna: Staff) -> None:
    client = opened(known, anna)
    count = Staff.objects.count()
    for address in ("/uppgifter/", f"/personer/{known.ref}/", f"/personer/{known.ref}/min-plan/", "/personer/"):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/logga-in/")
    assert "sessionid" not in "".join(client.cookies)
    assert Staff.objects.count() == count
    assert pages.logged_in(anna).get("/min-plan/").headers["Location"] == "/min-plan/in/"


def test_leaving_and_taking_back_end_a_visit_at_the_next_click(known: Individual, anna: Staff) -> None:
    client = opened(known, anna)
    client.post("/min-plan/ut/")
    assert client.get("/min-plan/").status_code == 302
    other = opened(known, anna)
    staff = pages.logged_in(anna)
    assert staff.post(f"/personer/{known.ref}/min-plan/", {"gor": "avsluta", "alla": "1"}).status_code == 302
    assert other.get("/min-plan/").status_code == 302
    assert Visit.objects.filter(ended_at=None).count() == 0


def test_a_visit_ends_when_nobody_has_clicked_for_a_while(known: Individual, anna: Staff) -> None:
    client = opened(known, anna)
    Visit.objects.update(ends_at=timezone.now())
    assert client.get("/min-plan/").headers["Location"] == "/min-plan/in/?slut=1"
    assert "Du har inte gjort något på en stund" in pages.text(client.get("/min-plan/in/?slut=1"))


def test_who_has_leave_reads_until_it_is_taken_back_and_is_in_the_log_as_who_they_are(
    known: Individual, anna: Staff
) -> None:
    staff, address = pages.logged_in(anna), f"/personer/{known.ref}/min-plan/"
    told = {"gor": "ombud", "slag": "god_man", "namn": "Gun Prov (påhittad)", "till": TILL.isoformat()}
    refused = staff.post(address, told)
    assert refused.status_code == 422
    assert "Skriv vad du har sett eller hört" in pages.text(refused)
    assert staff.post(address, told | {"grund": "Förordnande visat."}).status_code == 302
    mandate = Mandate.objects.get()
    client = opened(known, anna, mandate)
    assert "Plan för Berit" in pages.text(client.get("/min-plan/"))
    rows = AccessLog.objects.filter(individual=known, staff_name="God man: Gun Prov (påhittad)")
    assert not rows.exclude(staff=None).exists()
    assert set(rows.values_list("action", "object_type")) == {("sign-in", "own_plan"), ("read", "own_plan")}
    waiting = code_of(known, anna, mandate)
    staff.post(address, {"gor": "aterkalla", "ombud": str(mandate.public_id)})
    assert client.get("/min-plan/").status_code == 302
    assert Client().post("/min-plan/in/", {"kod": waiting}).status_code == 422
    assert "Gun Prov" in pages.text(staff.get(address))


def test_a_mandate_is_over_when_its_time_is(known: Individual, anna: Staff) -> None:
    mandate = own.give(
        individual=known, kind="narstaende", name="Eva", number="", valid_to=TILL, ground="Sagt.", by=anna,
        now=timezone.now(),
    )  # fmt: skip
    client = opened(known, anna, mandate)
    past = timezone.localdate() - datetime.timedelta(days=1)
    Mandate.objects.update(valid_from=past, valid_to=past)
    assert client.get("/min-plan/").status_code == 302


def test_the_page_tells_what_is_new_since_one_last_looked(known: Individual, anna: Staff) -> None:
    assert "Du är här för första gången." in pages.text(opened(known, anna).get("/min-plan/"))
    Visit.objects.update(begun_at=timezone.now() - datetime.timedelta(days=1), seen_at=timezone.now())
    again = pages.text(opened(known, anna).get("/min-plan/"))
    assert "Inget är nytt." in again
    plan.add(Goal, individual=known, told={"mal_text_egna_ord": "Baka bullar."}, by=anna, now=timezone.now())
    assert "Mål: Baka bullar." in pages.text(opened(known, anna).get("/min-plan/")).replace("\n", " ")


def test_the_plan_is_read_as_large_print(known: Individual, anna: Staff) -> None:
    from pypdf import PdfReader

    answer = opened(known, anna).get("/min-plan/plan.pdf")
    paper = PdfReader(io.BytesIO(answer.content))
    text = "\n".join(page.extract_text() for page in paper.pages)
    assert "Gå till brevlådan själv." in text
    assert "Vi tränar varje dag." in text
    sizes: list[float] = []
    paper.pages[0].extract_text(visitor_text=lambda text, *told: sizes.extend([float(told[3])] * len(text.strip())))
    assert sorted(sizes)[len(sizes) // 2] >= 16


def test_staff_who_do_not_work_with_the_person_hand_over_nothing(known: Individual, siri: Staff) -> None:
    stranger = pages.staff("vera", "sjukgymnast")
    client = pages.logged_in(stranger)
    assert client.get(f"/personer/{known.ref}/min-plan/").status_code == 404
    assert client.post(f"/personer/{known.ref}/min-plan/brev/").status_code == 404
    assert not Letter.objects.exists()
