"""From draft to version: a colleague approves what they have seen, and an earlier version can be current again."""

from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from people.models import Staff
from tests import pages, workbench
from tests.workbench import PLAN
from workbench import drafting
from workbench.models import Draft, DraftState, Publication, Review
from workbench.services import drafts, reviews
from workflows.models import ProcessDefinition, ProcessVersion

pytestmark = pytest.mark.django_db


@pytest.fixture
def pia() -> Staff:
    return workbench.owner("pia")


@pytest.fixture
def per() -> Staff:
    return workbench.owner("per")


@pytest.fixture
def changed(pia: Staff) -> Draft:
    """Hembesök as it is published, with another title on a form."""
    pages.publish()
    made = workbench.draft(pia, base=ProcessVersion.objects.get())
    text = drafting.texts(made)[PLAN].replace("Planera besöket", "Bestäm tid")
    drafts.save(draft=made, name=PLAN, text=text, revision=1, by=pia, now=timezone.now())
    return made


def current() -> tuple[int, Staff | None]:
    """The version that new ones start on, and who chose it."""
    found = ProcessDefinition.objects.select_related("current", "chosen_by").get(key="hembesok")
    assert found.current is not None
    return found.current.number, found.chosen_by


def answer(client: Client, made: Draft, what: str, text: str = "") -> str:
    sent = client.post(f"/verkstad/{made.ref}/granska/svara/", {"gor": what, "text": text}, follow=True)
    made.refresh_from_db()
    return pages.text(sent)


def test_a_colleague_approves_and_new_ones_start_in_it(changed: Draft, pia: Staff, per: Staff) -> None:
    mine, theirs = pages.logged_in(pia), pages.logged_in(per)
    page = pages.text(mine.get(f"/verkstad/{changed.ref}/granska/"))
    assert "Jämfört med version 1, som gäller nu" in page
    answer(mine, changed, "be", "Rubriken är tydligare.")
    assert changed.state == DraftState.REVIEW
    assert "Rubriken är tydligare." in pages.text(theirs.get(f"/verkstad/{changed.ref}/granska/"))
    assert "Version 2 är publicerad" in answer(theirs, changed, "godkann")
    assert changed.state == DraftState.PUBLISHED
    assert current() == (2, per)
    told = Publication.objects.values_list("version__number", "replaced__number", "by").get()
    assert told == (2, 1, per.pk)


def test_of_a_new_forlopp_what_it_shares_with_others_is_not_told_as_new(pia: Staff) -> None:
    client = pages.logged_in(pia)
    pages.join(pia, "samordnare")
    wish = {"titel": "Fallskola", "profession": "samordnare", "forst": "samordnare", "sfar": "sol", "gallring": "P5Y"}
    client.post("/verkstad/ny/", wish)
    made = Draft.objects.get()
    assert any(name.startswith("_shared/") for name in drafting.texts(made))
    page = pages.text(client.get(f"/verkstad/{made.ref}/granska/"))
    assert "fallskola.bpmn" in page
    assert "_shared/" not in page


def test_nobody_approves_their_own_change(changed: Draft, pia: Staff, per: Staff) -> None:
    answer(pages.logged_in(per), changed, "be")
    assert "kan inte godkänna" in answer(pages.logged_in(pia), changed, "godkann")
    assert changed.state == DraftState.REVIEW
    assert ProcessVersion.objects.count() == 1


def test_nor_does_the_database_let_them(changed: Draft, pia: Staff) -> None:
    review = reviews.ask(draft=changed, note="", by=pia, now=timezone.now())
    with pytest.raises(IntegrityError):
        Review.objects.filter(pk=review.pk).update(outcome="approved", answered_by=pia)


def test_what_is_shown_does_not_change_until_it_is_answered(changed: Draft, pia: Staff, per: Staff) -> None:
    client = pages.logged_in(pia)
    answer(client, changed, "be")
    assert workbench.save(client, changed, PLAN, "{}", 2).status_code == 422
    assert "Skriv vad som behöver ändras" in answer(pages.logged_in(per), changed, "lamna_tillbaka")
    answer(pages.logged_in(per), changed, "lamna_tillbaka", "Skriv vem som ringer.")
    assert changed.state == DraftState.OPEN
    assert "Skriv vem som ringer." in pages.text(client.get(f"/verkstad/{changed.ref}/granska/"))
    assert workbench.save(client, changed, PLAN, "{}", 2).status_code == 200


def test_a_draft_with_errors_is_not_asked_about(changed: Draft, pia: Staff) -> None:
    drafts.save(draft=changed, name=PLAN, text="{", revision=2, by=pia, now=timezone.now())
    assert "fel som måste rättas" in answer(pages.logged_in(pia), changed, "be")
    assert changed.state == DraftState.OPEN


def test_an_answer_twice_is_one(changed: Draft, pia: Staff, per: Staff) -> None:
    answer(pages.logged_in(pia), changed, "be")
    theirs = pages.logged_in(per)
    answer(theirs, changed, "godkann")
    assert "går inte att ändra" in answer(theirs, changed, "godkann")
    assert ProcessVersion.objects.count() == 2


def test_one_that_has_been_overtaken_says_so(changed: Draft, pia: Staff, per: Staff) -> None:
    other = workbench.draft(pia, base=changed.base)
    text = drafting.texts(other)["process.toml"].replace("period_dagar = 14", "period_dagar = 7")
    drafts.save(draft=other, name="process.toml", text=text, revision=1, by=pia, now=timezone.now())
    reviews.ask(draft=other, note="", by=pia, now=timezone.now())
    reviews.approve(draft=other, answer="", by=per, now=timezone.now())
    page = pages.text(pages.logged_in(per).get(f"/verkstad/{changed.ref}/granska/"))
    assert "Version 2 har publicerats sedan utkastet började från version 1" in page
    assert "period_dagar" in page


def test_remarks_stand_at_their_element_until_dealt_with(changed: Draft, pia: Staff, per: Staff) -> None:
    theirs = pages.logged_in(per)
    theirs.post(f"/verkstad/{changed.ref}/synpunkt/", {"om": "hembesok.bpmn#gor_besok", "text": "Vem följer med?"})
    page = pages.text(pages.logged_in(pia).get(f"/verkstad/{changed.ref}/granska/"))
    assert "om Gör besöket" in page
    remark = changed.remarks.get()
    theirs.post(f"/verkstad/{changed.ref}/synpunkt/", {"klar": str(remark.pk)})
    remark.refresh_from_db()
    assert remark.done_by == per


def test_an_earlier_version_is_current_again_with_a_reason(changed: Draft, pia: Staff, per: Staff) -> None:
    reviews.ask(draft=changed, note="", by=pia, now=timezone.now())
    reviews.approve(draft=changed, answer="", by=per, now=timezone.now())
    client = pages.logged_in(pia)
    assert client.post("/verkstad/galla/hembesok/1/", {"skal": " "}).status_code == 422
    client.post("/verkstad/galla/hembesok/1/", {"skal": "Ny rubrik förvirrade."})
    assert current() == (1, pia)
    assert "Ny rubrik förvirrade." in pages.text(client.get("/verkstad/galla/hembesok/1/"))
    assert client.post("/verkstad/galla/hembesok/1/", {"skal": "Igen"}).status_code == 422


def test_a_start_does_not_undo_what_was_published_here(changed: Draft, pia: Staff, per: Staff, settings: Any) -> None:
    reviews.ask(draft=changed, note="", by=pia, now=timezone.now())
    reviews.approve(draft=changed, answer="", by=per, now=timezone.now())
    settings.FORLOPP_BPMN_DIR = str(pages.FORLOPP)
    call_command("load_forlopp")
    assert current() == (2, per)
    call_command("load_forlopp", str(pages.FORLOPP / "hembesok"))
    assert current() == (1, None)
