"""What is sensitive asks one to sign in again when it was a while ago; nothing that was typed is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from people.identities import configuration
from people.models import Staff
from people.signin import fresh
from tests import identity, pages
from tests.identity import REHAB, SITHS, OpenId, commission, siri

pytestmark = pytest.mark.django_db
PASSWORD = "en-lång-fras-för-prov"
ADDRESS = "/logg/utdrag/"
SENT = {"personnummer": "19380514-2381", "fran": "", "till": ""}


@pytest.fixture
def reviewer() -> Staff:
    member = pages.staff("anna", "logggranskare")
    member.set_password(PASSWORD)
    member.save()
    return member


@pytest.fixture
def inside(reviewer: Staff) -> Iterator[Client]:
    """Half an hour after the log-in."""
    pages.person()
    client = pages.logged_in(reviewer)
    with time_machine.travel(timezone.now() + timedelta(minutes=30)):
        yield client


def told(client: Client) -> str:
    """From what was sent to the page that asks for a log-in."""
    answer = client.post(ADDRESS, SENT)
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def go_on(client: Client) -> Any:
    """As the page lets one: what was sent is sent once more."""
    page = pages.text(client.get("/logga-in/fortsatt/"))
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    fields.pop("csrfmiddlewaretoken", None)
    action = re.search(r'<form method="post" action="(/logg/[^"]+)">', page)
    assert action is not None
    return client.post(action[1], fields)


def test_right_after_the_log_in_nothing_is_asked(reviewer: Staff) -> None:
    pages.person()
    assert pages.logged_in(reviewer).post(ADDRESS, SENT).status_code == 200


def test_a_while_after_it_is_and_what_was_sent_is_done_after(inside: Client) -> None:
    address = told(inside)
    page = pages.text(inside.get(address))
    assert "För att hämta ut uppgifter om människor behöver du visa att det fortfarande är du." in page
    key = inside.session.session_key
    answer = inside.post(address, {"password": PASSWORD, "next": "/logga-in/fortsatt/"})
    assert answer.headers["Location"] == "/logga-in/fortsatt/"
    assert inside.session.session_key != key
    done = go_on(inside)
    assert done.status_code == 200
    assert "Berit" in pages.text(done)


def test_a_wrong_password_is_not_enough_and_is_counted(inside: Client) -> None:
    address = told(inside)
    for _ in range(5):
        answer = inside.post(address, {"password": "fel"})
        assert answer.status_code == 403
        assert "Lösenordet stämmer inte." in pages.text(answer)
    assert "För många felaktiga försök" in pages.text(inside.post(address, {"password": PASSWORD}))
    assert inside.post(ADDRESS, SENT).status_code == 302


def test_nothing_waits_for_who_has_not_signed_in_again(inside: Client) -> None:
    told(inside)
    assert inside.get("/logga-in/fortsatt/").headers["Location"] == "/"


def test_another_site_is_never_where_it_leads(inside: Client) -> None:
    answer = inside.post("/logga-in/igen/?next=//ond.example/", {"password": PASSWORD})
    assert answer.headers["Location"] == "/"


def test_by_a_provider_one_signs_in_there_and_comes_back_to_what_one_did(client: Client) -> None:
    identity.house()
    with identity.openid() as openid, configuration.told(**identity.told(openid.issuer)):
        _by_provider(client, openid)


def _by_provider(client: Client, openid: OpenId) -> None:
    pages.person()
    openid.knows("p1", **siri(commission(SITHS, "Dag"), commission(REHAB, "Rehab")))
    openid.log_in(client, "p1")
    client.post("/uppdrag/", {"uppdrag": SITHS})
    staff = identity.who(client)
    assert staff is not None
    pages.join(staff, "logggranskare")
    with time_machine.travel(timezone.now() + timedelta(minutes=30)):
        page = pages.text(client.get(told(client)))
        leads = re.search(r'href="(/logga-in/med/siths/\?igen=1[^"]+)"', page)
        assert leads is not None
        openid.knows("p1", **siri(commission(SITHS, "Dag"), auth_time=int(timezone.now().timestamp())))
        asked = client.get(leads[1].replace("&amp;", "&")).headers["Location"]
    # The provider's clock is the real one, so its answer is read in real time.
    answer = client.get(openid.answer(asked, "p1"))
    assert answer.headers["Location"] == "/logga-in/fortsatt/"
    assert go_on(client).status_code == 200


def views(found: list[Any]) -> Iterator[Any]:
    for one in found:
        if isinstance(one, URLResolver):
            yield from views(one.url_patterns)
        elif isinstance(one, URLPattern):
            yield one.callback


def test_each_act_of_the_list_is_guarded_somewhere() -> None:
    guarded = set()
    for view in views(get_resolver().url_patterns):
        inner = view
        while inner is not None:
            guarded.add(getattr(inner, "sensitive", None))
            inner = getattr(inner, "__wrapped__", None)
    assert guarded - {None} == set(fresh.ACTS)


def test_many_at_once_is_tried_out_and_tried_again_without_and_ended_only_by_who_has_just_signed_in() -> None:
    client = pages.logged_in(pages.staff("ivar", "it_drift"))
    with time_machine.travel(timezone.now() + timedelta(minutes=30)):
        for harmless in ({"gor": "cancel", "skal": "Prov"}, {"gor": "retry", "steg": "gor"}):
            assert client.post("/stopp/flera/", harmless).headers["Location"] == "/stopp/"
        asked = client.post("/stopp/flera/", {"gor": "cancel", "skal": "Prov", "steg": "gor"}).headers["Location"]
    assert asked.startswith("/logga-in/igen/")
    assert "for=bulk" in asked
