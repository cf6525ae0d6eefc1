"""Saved filters: what one has in front of one gets a name; renamed, shared with the unit, copied, begun with."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from people.models import Assignment, Staff
from tasks.models import SavedFilter
from tasks.services import saved
from tests import pages

pytestmark = pytest.mark.django_db
PAGE = "/uppgifter/urval/"


@pytest.fixture
def client(anna: Staff) -> Client:
    return pages.logged_in(anna)


def kept(by: Staff, query: str = "tid=idag", name: str = "I dag") -> SavedFilter:
    return saved.save(name=name, query=query, by=by, now=timezone.now())


def act(client: Client, one: SavedFilter, what: str, **more: str) -> str:
    answer = client.post(f"{PAGE}{one.public_id}/", {"gor": what, **more}, follow=True)
    assert answer.status_code == 200
    return pages.text(answer)


def test_filters_and_order_are_saved_and_what_was_searched_for_is_not(anna: Staff, client: Client) -> None:
    found = client.post("/uppgifter/sok/?tid=idag&sortera=person", {"sok": "Berit"}).headers["Location"]
    assert "sok=" in found
    page = pages.text(client.get(found))
    address = page.split('narrow-list__saved" data-key="u" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "sok" not in address
    shown = pages.text(client.get(f"{found.replace('/uppgifter/', PAGE)}"))
    assert "I dag · Efter person" in shown
    assert "Berit" not in shown
    answer = client.post(address, {"namn": "  I dag   efter person "}, follow=True)
    assert "Urvalet är sparat" in pages.text(answer)
    one = SavedFilter.objects.get()
    assert (one.name, one.query, one.owner) == ("I dag efter person", "tid=idag&sortera=person", anna)


def test_the_database_refuses_what_was_searched_for_and_what_says_nothing(anna: Staff) -> None:
    for query, name in (("tid=idag&sok=abc", "A"), ("", "A"), ("tid=idag", "")):
        with pytest.raises(IntegrityError), transaction.atomic():
            SavedFilter.objects.create(owner=anna, name=name, query=query, created_at=timezone.now())


def test_a_second_click_changes_nothing_and_another_of_the_same_name_is_refused(client: Client) -> None:
    for _ in range(2):
        client.post(f"{PAGE}?tid=idag", {"namn": "I dag"})
    assert SavedFilter.objects.count() == 1
    refused = client.post(f"{PAGE}?tid=forsenade", {"namn": "I dag"})
    assert refused.status_code == 422
    assert "ett annat urval som heter så" in pages.text(refused)
    assert 'value="I dag"' in pages.text(refused)


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b"])
def test_a_name_that_cannot_be_saved_is_asked_for_again(client: Client, name: str) -> None:
    assert client.post(f"{PAGE}?tid=idag", {"namn": name}).status_code == 422
    assert not SavedFilter.objects.exists()


def test_everything_is_no_selection(client: Client) -> None:
    assert client.post(f"{PAGE}?visa=hittepa", {"namn": "Allt"}).status_code == 422


def test_no_more_than_fit(anna: Staff, client: Client) -> None:
    for number in range(saved.MOST):
        kept(anna, name=f"Urval {number}")
    assert "fler får inte plats" in pages.text(client.post(f"{PAGE}?tid=idag", {"namn": "Ett till"}))


def test_renamed_and_deleted(anna: Staff, client: Client) -> None:
    one, other = kept(anna), kept(anna, "tid=forsenade", "Försenat")
    assert "ett annat urval" in act(client, one, "byt_namn", namn="Försenat")
    assert "Efter lunch" in act(client, one, "byt_namn", namn="Efter lunch")
    assert "borttaget" in act(client, other, "ta_bort")
    assert "finns inte längre" in act(client, other, "ta_bort")
    assert [row.name for row in SavedFilter.objects.all()] == ["Efter lunch"]


def test_shared_with_the_unit_it_is_read_and_copied_but_not_changed(anna: Staff, client: Client) -> None:
    bo, one = pages.staff("bo", "samordnare"), kept(anna)
    theirs = pages.logged_in(bo)
    assert "I dag" not in pages.text(theirs.get(PAGE))
    assert "Delat med Hemtjänst Norr" in act(client, one, "dela", enhet="norr")
    assert "Av Anna Prov, delat med Hemtjänst Norr" in pages.text(theirs.get(PAGE))
    for what in ("byt_namn", "ta_bort", "dela", "nonsens"):
        assert "finns inte längre" in act(theirs, one, what, namn="Bos", enhet="")
    one.refresh_from_db()
    assert (one.name, one.shared_with_id is not None) == ("I dag", True)
    for _ in range(2):
        act(theirs, one, "kopiera")
    assert SavedFilter.objects.get(owner=bo).query == one.query
    assert "Delat med" not in act(client, one, "dela", enhet="")
    assert "Delade" not in pages.text(theirs.get(PAGE))


def test_a_copy_takes_another_name_where_one_has_that_already(anna: Staff) -> None:
    bo, one = pages.staff("bo", "samordnare"), kept(anna)
    kept(bo, "tid=forsenade")
    assert saved.copy(saved=one, by=bo, now=timezone.now()).name == "I dag 2"


def test_what_is_not_shared_with_ones_unit_does_not_exist(anna: Staff) -> None:
    bo, one = pages.staff("bo", "samordnare"), kept(anna)
    with pytest.raises(saved.NotOurUnit):
        saved.share(saved=one, unit_key="soder", by=anna)
    saved.share(saved=one, unit_key="norr", by=anna)
    Assignment.objects.filter(staff=bo).delete()
    client = pages.logged_in(bo)
    assert "I dag" not in pages.text(client.get(PAGE))
    assert "finns inte längre" in act(client, one, "kopiera")


def test_the_inbox_opens_with_it_and_everything_is_one_link_away(anna: Staff, client: Client) -> None:
    pages.publish()
    pages.start(pages.person(), anna)
    assert "data-task=" in pages.text(client.get("/uppgifter/"))
    act(client, kept(anna, "prioritet=3", "Lågt"), "starta")
    page = pages.text(client.get("/uppgifter/"))
    assert "Inkorgen öppnas med ditt urval" in page
    assert "Låg prioritet" in page
    assert "data-task=" not in page
    assert 'href="/uppgifter/?visa=alla"' in page
    assert "data-task=" in pages.text(client.get("/uppgifter/?visa=alla"))
    assert "Inkorgen öppnas med ditt urval" in pages.text(
        client.get("/uppgifter/?klar=00000000-0000-0000-0000-000000000000")
    )
    client.post(f"{PAGE}allt/")
    assert "data-task=" in pages.text(client.get("/uppgifter/"))


def test_what_one_begins_with_is_forgotten_with_what_it_was(anna: Staff, client: Client) -> None:
    one = kept(anna)
    act(client, one, "starta")
    assert Staff.objects.get(pk=anna.pk).start_page == "tid=idag"
    act(client, one, "ta_bort")
    assert Staff.objects.get(pk=anna.pk).start_page == ""
