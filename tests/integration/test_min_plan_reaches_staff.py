"""What a person says in Min plan becomes work: on the task that asked, as a task, or to the förlopp that waits."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from people.models import Contact, Individual, Mandate, Profession, Reply, Staff
from people.plan import Consent, current
from people.services import own, plan
from tasks import timeline
from tasks.models import NoticeKind
from tests import pages
from tests.integration.test_min_plan import TILL, known
from tests.integration.test_min_plan_said import asked, receiving
from tests.integration.test_notices import listen, reached, told
from tests.own_plan import PLANNED, come, publish
from workflows import sight
from workflows.models import Incident, InstanceState, ProcessInstance, StartSubscription, UserTask
from workflows.services import bringing, instances, user_tasks

pytestmark = pytest.mark.django_db
__all__ = ["asked", "known", "reached", "receiving"]  # fixtures
KEY = "sagt_i_min_plan"
ANSWERS = {"kalla": "egen_fraga"}


@pytest.fixture(autouse=True)
def _brought(django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent is brought when it is committed, as where nothing is rolled back."""
    post = Client.post

    def posted(self: Client, *args: Any, **kwargs: Any) -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return post(self, *args, **kwargs)

    monkeypatch.setattr(Client, "post", posted)


def say(individual: Individual, address: str, **told: str) -> None:
    assert come(individual).post(address, told).status_code == 302


def trained(individual: Individual, by: Staff) -> ProcessInstance:
    """An ärende of a förlopp that waits for bad weeks, and shares what it may not any longer."""
    publish("ihr")
    now, told = timezone.now(), ANSWERS
    return instances.start(definition_key="ihr", individual=individual, by=by, now=now, answers=told)


def waiting() -> list[tuple[str, str]]:
    """Open tasks of the förlopp that takes in what no other waits for."""
    rows = UserTask.objects.filter(state="open", instance__definition__key=KEY)
    return list(rows.order_by("pk").values_list("group", "element_id"))


def read(member: Staff, address: str) -> str:
    answer = pages.logged_in(member).get(address)
    assert answer.status_code == 200
    return " ".join(pages.text(answer).split())


def test_a_bad_week_is_a_task_for_who_follows_the_person_and_stands_wherever_they_look(
    known: Individual, anna: Staff
) -> None:
    contact = {"slag": "fast_omsorgskontakt", "namn": "Fatima", "titel": "undersköterska", "fran": "2026-01-01"}
    plan.add(Contact, individual=known, told=contact, by=anna, now=timezone.now())
    say(known, "/min-plan/vecka/", betyg="1", text="Jag har ramlat två gånger.")
    assert waiting() == [("fast_omsorgskontakt", "las_fast_omsorgskontakt")]
    task = UserTask.objects.get(instance__definition__key=KEY)
    assert task.due_at is not None
    assert task.due_at - task.created_at == datetime.timedelta(days=1)
    fatima = pages.staff("fatima", "fast_omsorgskontakt")
    assert "Läs vad personen har sagt" in read(fatima, "/uppgifter/")
    page = read(fatima, f"/uppgifter/{task.public_id}/")
    assert "I Min plan: personen säger att veckan var dålig." in page
    assert page.index("Det personen har sagt") < page.index("ramlat") < page.index("Vad gjorde du?")
    mine = f"/personer/{known.ref}/"
    for text in (page, read(fatima, mine), read(fatima, f"{mine}sagt/"), read(anna, mine)):
        assert "Veckan: mycket dålig (1 av 5)" in text
        assert "Jag har ramlat två gånger." in text
        assert "Personen själv" in text
    story = read(anna, f"{mine}tidslinje/")
    assert "Veckan: mycket dålig (1 av 5)" in story
    assert "ramlat" not in story


def test_a_forlopp_that_waits_for_a_bad_week_has_it_and_no_other_begins(known: Individual, anna: Staff) -> None:
    begun = trained(known, anna)
    say(known, "/min-plan/vecka/", betyg="2")
    assert waiting() == []
    assert pages.task(begun, "ring_om_veckan").group == "arbetsterapeut"
    other = pages.person("193902282387", "Doris")
    say(other, "/min-plan/vecka/", betyg="2")
    assert waiting() == [("samordnare", "las_samordnare")]


def test_an_answer_stands_on_the_task_that_asked_and_in_the_list_and_is_told(
    known: Individual, asked: str, anna: Staff, siri: Staff
) -> None:
    Staff.objects.filter(pk=anna.pk).update(email="anna@example.se")
    listen(Staff.objects.get(pk=anna.pk), {NoticeKind.ANSWERED.value: "now"})
    say(known, asked, text="Jag vill ut själv.")
    assert waiting() == []
    assert "Personen har svarat" in read(anna, "/uppgifter/")
    assert told() == [str(mail.outbox[0].body)]
    assert "Du har 1 svar i Min plan i Förlopp." in mail.outbox[0].body
    assert "Berit" not in mail.outbox[0].body
    assert told() == []
    task = asked.removeprefix("/min-plan/svar/")
    page = read(anna, f"/uppgifter/{task}")
    assert "Vad vill du?" in page
    assert "Jag vill ut själv." in page


def test_an_answer_that_comes_when_the_step_is_done_is_given_to_the_profession_that_had_it(
    known: Individual, asked: str, anna: Staff
) -> None:
    task = UserTask.objects.get(public_id=asked.split("/")[3])
    UserTask.objects.filter(pk=task.pk).update(group="sjukskoterska")
    client = come(known)
    pages.join(anna, "sjukskoterska")
    user_tasks.complete(task=task, answers=PLANNED, by=anna, now=timezone.now())
    assert client.get(asked).headers["Location"] == "/min-plan/?klart=passed"
    assert client.post(asked, {"text": "Jag hann inte."}).status_code == 302
    assert waiting() == [("sjukskoterska", "las_sjukskoterska")]
    assert Reply.objects.get().task == task.public_id


def test_a_yes_and_a_no_are_told_to_who_sees_over_what_is_shared(known: Individual) -> None:
    say(known, "/min-plan/samtycke/", slag="teknik", vad="Larmet hemma.")
    assert waiting() == [("samordnare", "las_samordnare")]
    row = current(Consent).get(individual=known, kind="sip")
    say(known, f"/min-plan/samtycke/{row.thread}/ta-tillbaka/")
    assert waiting() == [("samordnare", "las_samordnare")] * 2
    texts = list(Reply.objects.filter(kind="samtycke").order_by("pk").values_list("text", flat=True))
    assert texts == [
        "Ja: Välfärdsteknik i hemmet. Larmet hemma.",
        "Nej, inte längre: Planera tillsammans med regionen (SIP)",
    ]


def test_a_no_that_an_arende_has_something_to_stop_for_is_told_by_its_own_task(known: Individual, anna: Staff) -> None:
    begun = trained(known, anna)
    row = current(Consent).get(individual=known, kind="sip")
    say(known, f"/min-plan/samtycke/{row.thread}/ta-tillbaka/")
    bringing.bring_waiting(now=timezone.now())
    assert pages.task(begun, "sa_stoppa").group == "samordnare"
    assert waiting() == []


def test_what_nobody_would_be_told_is_a_stopp(known: Individual) -> None:
    StartSubscription.objects.filter(definition__key=KEY).delete()
    say(known, "/min-plan/vecka/", betyg="1", text="Hjälp.")
    stop = Incident.objects.get()
    assert (stop.group, stop.page) == ("samordnare", f"/personer/{known.ref}/sagt/")
    assert "Hjälp" not in stop.text


def test_an_answer_to_the_other_sphere_is_told_without_what_it_says(
    known: Individual, asked: str, anna: Staff, siri: Staff
) -> None:
    Profession.objects.filter(key="samordnare").update(sphere="sol")
    Profession.objects.filter(key="sjukskoterska").update(sphere="hsl")
    say(known, asked, text="Det är hemligt.")
    task = UserTask.objects.get(public_id=asked.split("/")[3])
    user_tasks.complete(task=task, answers=PLANNED, by=anna, now=timezone.now())
    mine = f"/personer/{known.ref}/"
    theirs = UserTask.objects.get(instance=task.instance, element_id="gor_besok")
    for address in (mine, f"{mine}sagt/", f"{mine}tidslinje/", f"/uppgifter/{theirs.public_id}/"):
        text = read(siri, address)
        assert "Socialtjänst: ett svar i Min plan" in text, address
        assert "hemligt" not in text
        assert "Vad vill du?" not in text
    assert "Det är hemligt." in read(anna, f"{mine}sagt/")


def test_a_relative_who_answers_is_told_as_who_they_are(known: Individual, anna: Staff) -> None:
    mandate = own.give(
        individual=known, kind="narstaende", name="Eva", number="", valid_to=TILL, ground="Sagt.", by=anna,
        now=timezone.now(),
    )  # fmt: skip
    relative = come(known, mandate=Mandate.objects.get(pk=mandate.pk))
    assert relative.post("/min-plan/vecka/", {"betyg": "2", "text": "Mamma äter inte."}).status_code == 302
    page = read(anna, f"/personer/{known.ref}/")
    assert "Närstående: Eva" in page
    story = timeline.load(known, sight.of(anna, known))
    assert "Närstående: Eva" in {event.by_name for day in story.days for event in day.events}


def test_all_that_is_said_is_paged_and_costs_as_much_however_much_there_is(
    known: Individual, asked: str, anna: Staff
) -> None:
    staff, address = pages.logged_in(anna), f"/personer/{known.ref}/sagt/"

    def cost(where: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(where).status_code == 200
        return len(queries)

    say(known, asked, text="Första.")
    staff.get(address)
    few = cost(address)
    for number in range(45):
        told: dict[str, Any] = {"individual": known, "kind": "svar", "text": f"Svar {number}", "at": timezone.now()}
        Reply.objects.create(**told, task=asked.split("/")[3], action_id=_uuid(number))
    assert cost(address) == few
    first = read(anna, address)
    assert "Svar 44" in first
    assert "Första." not in first
    last, pages_read = first, 1
    while "?fore=" in last:
        last = read(anna, address + "?fore=" + last.partition("?fore=")[2].partition('"')[0])
        pages_read += 1
    assert (pages_read, "Första." in last) == (3, True)
    for odd in ("x", "-1", "9" * 30):
        assert staff.get(address, {"fore": odd}).status_code == 200


def _uuid(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def test_who_may_not_see_the_person_reads_nothing_of_what_they_said(known: Individual) -> None:
    say(known, "/min-plan/vecka/", betyg="3", text="Hej.")
    stranger = pages.logged_in(pages.staff("vera", "sjukgymnast"))
    assert stranger.get(f"/personer/{known.ref}/sagt/").status_code == 404
    assert ProcessInstance.objects.filter(state=InstanceState.ACTIVE, definition__key=KEY).count() == 1
