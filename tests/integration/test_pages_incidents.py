"""Stopp: only for those who shall see them, and each thing one can do is done once."""

from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from people.models import Individual, Staff
from tests import pages
from workflows import connectors
from workflows.models import InboxMessage, InboxState, Incident, IncidentState
from workflows.services import inbox, incidents

pytestmark = pytest.mark.django_db
SOURCE = "provsystem"


@pytest.fixture
def stop(anna: Staff) -> Incident:
    pages.publish()
    instance = pages.start(pages.person(), anna)
    return incidents.open_incident(
        code="engine", text="Steget gick inte att räkna ut.", group="samordnare", now=timezone.now(), instance=instance
    )


@pytest.fixture
def unreadable() -> Incident:
    """A message that nobody understands, shown to the coordinators."""
    inbox.receive(source="okand", message_id="1", raw=b"{", now=timezone.now())
    Incident.objects.update(group="samordnare")
    return Incident.objects.get()


def _url(stop: Incident) -> str:
    return f"/stopp/{stop.public_id}/"


def test_a_stop_is_listed_and_counted_for_its_group_only(stop: Incident, anna: Staff) -> None:
    page = pages.text(pages.logged_in(anna).get("/stopp/"))
    assert stop.text in page
    assert 'id="antal-stopp">1<' in page
    other = pages.logged_in(pages.staff("siri", "sjukskoterska"))
    assert stop.text not in pages.text(other.get("/stopp/"))
    assert other.get(_url(stop)).status_code == 404
    assert other.post(_url(stop), {"gor": "avskriv", "skal": "x"}).status_code == 404


def test_the_menu_leads_to_stops_those_whose_they_are_and_others_when_there_is_one(unreadable: Incident) -> None:
    nurse = pages.logged_in(pages.staff("siri", "sjukskoterska"))
    assert 'href="/stopp/"' not in pages.text(nurse.get("/uppgifter/"))
    Incident.objects.filter(pk=unreadable.pk).update(group="sjukskoterska")
    assert 'href="/stopp/"' in pages.text(nurse.get("/uppgifter/"))
    coordinator = pages.logged_in(pages.staff("sara", "samordnare"))
    assert 'href="/stopp/"' in pages.text(coordinator.get("/uppgifter/"))


def test_trying_again_closes_the_stop_when_it_works(stop: Incident, anna: Staff) -> None:
    pages.logged_in(anna).post(_url(stop), {"gor": "igen"})
    stop.refresh_from_db()
    assert (stop.state, stop.resolved_by) == (IncidentState.RESOLVED, anna)


def test_closing_needs_a_reason(stop: Incident, anna: Staff) -> None:
    client = pages.logged_in(anna)
    refused = client.post(_url(stop), {"gor": "avskriv", "skal": "  "})
    assert (refused.status_code, "Skriv ett skäl." in pages.text(refused)) == (422, True)
    client.post(_url(stop), {"gor": "avskriv", "skal": "Löst per telefon"})
    stop.refresh_from_db()
    assert (stop.state, stop.note) == (IncidentState.RESOLVED, "Löst per telefon")


def test_a_colleague_who_was_first_is_no_error(stop: Incident, anna: Staff) -> None:
    incidents.resolve(incident=stop, by=pages.staff("bo", "samordnare"), now=timezone.now(), note="Klart")
    answer = pages.logged_in(anna).post(_url(stop), {"gor": "avskriv", "skal": "Sent"}, follow=True)
    page = pages.text(answer)
    assert "En kollega hann före" in page
    assert "Bo Prov" in page


def test_a_message_is_dismissed_and_kept(unreadable: Incident, anna: Staff) -> None:
    pages.logged_in(anna).post(_url(unreadable), {"gor": "avskriv", "skal": "Provmeddelande"})
    message = InboxMessage.objects.get()
    assert (message.state, bytes(message.raw)) == (InboxState.DISMISSED, b"{")


def test_a_message_is_matched_by_number(anna: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connectors, "get_translator", lambda _source: _translate)
    berit: Individual = pages.person()
    inbox.receive(source=SOURCE, message_id="1", raw=b"{}", now=timezone.now())
    Incident.objects.update(group="samordnare")
    stop = Incident.objects.get()
    client = pages.logged_in(anna)
    assert "Para ihop" in pages.text(client.get(_url(stop)))
    for wrong in ("", "123", "19390228-2387"):
        assert client.post(_url(stop), {"gor": "para", "personnummer": wrong}).status_code == 422
    client.post(_url(stop), {"gor": "para", "personnummer": "19380514-2381"})
    assert InboxMessage.objects.get().individual == berit


def _translate(payload: dict[str, Any], *, now: datetime) -> connectors.IncomingMessage:
    partial = connectors.IncomingMessage(name="provmeddelande", keys={}, payload=payload, sent_at=now)
    raise connectors.Unreadable("invalid-person", "Personnumret i meddelandet är fel.", partial=partial)


def test_nonsense_is_refused(stop: Incident, anna: Staff) -> None:
    assert pages.logged_in(anna).post(_url(stop), {"gor": "radera"}).status_code == 422
