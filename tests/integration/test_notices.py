"""Notices: told once, of what is still to be done, to those who chose it, with nobody named; never in quiet hours."""

from __future__ import annotations

import datetime
import smtplib
import uuid
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config import doctor
from people.models import Staff
from tasks.models import Channel, Comment, Notice, NoticeKind, Notifying, Pace
from tasks.services import notifying, questions, sending
from tests import pages
from tests.integration.test_absences import away
from workflows.models import UserTask
from workflows.services import absences as rerouting
from workflows.services import mending, user_tasks

pytestmark = pytest.mark.django_db
ANSWERS = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
ALL = dict.fromkeys(NoticeKind.values, Pace.NOW.value)
MINUTE = datetime.timedelta(minutes=1)
Chosen = dict[str, str]


@pytest.fixture(autouse=True)
def reached(settings: Any) -> None:
    settings.FORLOPP_MAIL = "smtp"
    settings.FORLOPP_ADDRESS = "https://forlopp.example.se"
    pages.publish()


@pytest.fixture
def olle(anna: Staff) -> Staff:
    """A colleague of Anna's, who listens."""
    colleague = pages.staff("olle", "samordnare")
    Staff.objects.filter(pk=colleague.pk).update(email="olle@example.se")
    return Staff.objects.get(pk=colleague.pk)


def listen(member: Staff, chosen: Chosen, *, ago: datetime.timedelta = MINUTE, **times: Any) -> None:
    choices = {(Channel.MAIL.value, kind): pace for kind, pace in chosen.items()}
    told = notifying.Times(daily_at=times.pop("daily_at", datetime.time(8)), **times)
    notifying.choose(by=member, choices=choices, times=told, address="", now=timezone.now() - ago)


def come(anna: Staff, **values: Any) -> UserTask:
    task = pages.task(pages.start(pages.person(), anna), "planera_besok")
    UserTask.objects.filter(pk=task.pk).update(**{"priority": 2} | values)
    return UserTask.objects.get(pk=task.pk)


def told(*, later: datetime.timedelta = MINUTE) -> list[str]:
    """What a round sends now."""
    mail.outbox.clear()
    now = timezone.now() + later
    notifying.find(now=now)
    sending.send_due(now=now)
    return [str(letter.body) for letter in mail.outbox]


def test_all_that_is_due_comes_in_one_letter_once_and_names_nobody(anna: Staff, olle: Staff) -> None:
    listen(olle, ALL)
    urgent, late = come(anna, priority=1), come(anna, due_sort=timezone.now())
    [letter] = told()
    assert letter.startswith("Du har 1 ny brådskande uppgift, 1 försenad uppgift och 1 ny uppgift i Förlopp.")
    assert "https://forlopp.example.se/uppgifter/" in letter
    assert mail.outbox[0].to == ["olle@example.se"]
    whole = letter + mail.outbox[0].subject
    names = ["Berit", "Provsson", "19380514", urgent.name, str(urgent.public_id), str(late.public_id), "Anna"]
    assert [name for name in names if name in whole] == []
    assert [told(later=minutes * MINUTE) for minutes in (2, 3, 70)] == [[], [], []]


def test_who_has_chosen_nothing_is_told_nothing_and_costs_nothing(anna: Staff, olle: Staff) -> None:
    come(anna, priority=1)
    with CaptureQueriesContext(connection) as asked:
        assert told() == []
    assert len(asked) <= 2, [one["sql"] for one in asked]
    listen(olle, ALL, ago=datetime.timedelta())
    assert told() == [], "what was there before one chose is no news"


def test_it_costs_the_same_whatever_there_is(anna: Staff, olle: Staff) -> None:
    listen(olle, ALL)
    come(anna)
    told()
    counts = []
    for more in (0, 4):
        for _ in range(more):
            come(anna)
            pages.staff(f"ny{uuid.uuid4().hex[:8]}", "samordnare")
        with CaptureQueriesContext(connection) as asked:
            notifying.find(now=timezone.now() + 2 * MINUTE)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12


def done(task: UserTask, anna: Staff, _olle: Staff) -> None:
    user_tasks.complete(task=task, answers=dict(ANSWERS), by=anna, now=timezone.now())


def taken(task: UserTask, anna: Staff, _olle: Staff) -> None:
    user_tasks.claim(task=task, by=anna, now=timezone.now())


def seen(task: UserTask, _anna: Staff, olle: Staff) -> None:
    pages.logged_in(olle).get(f"/uppgifter/{task.public_id}/")


def hidden(task: UserTask, _anna: Staff, _olle: Staff) -> None:
    UserTask.objects.filter(pk=task.pk).update(is_restricted=True)


def not_theirs(_task: UserTask, _anna: Staff, olle: Staff) -> None:
    olle.assignments.all().delete()


def gone(_task: UserTask, _anna: Staff, olle: Staff) -> None:
    Staff.objects.filter(pk=olle.pk).update(is_active=False)


@pytest.mark.parametrize("happens", [done, taken, seen, hidden, not_theirs, gone])
@pytest.mark.parametrize("is_found", [True, False])
def test_what_needs_no_telling_any_longer_is_not_told(happens: Any, is_found: bool, anna: Staff, olle: Staff) -> None:
    listen(olle, ALL)
    task = come(anna, priority=1)
    if is_found:
        assert notifying.find(now=timezone.now()) == 1
    happens(task, anna, olle)
    assert told() == []


def test_what_is_let_go_is_news_again(anna: Staff, olle: Staff) -> None:
    listen(olle, ALL)
    task = come(anna)
    notifying.find(now=timezone.now())
    taken(task, anna, olle)
    assert told() == []
    user_tasks.release(task=task, by=anna, now=timezone.now())
    assert len(told(later=2 * MINUTE)) == 1


def test_what_a_colleague_asks_is_told_until_it_is_read(anna: Staff, olle: Staff) -> None:
    listen(olle, {NoticeKind.TOLD: Pace.NOW})
    task = come(anna)

    def ask(text: str) -> None:
        now = timezone.now()
        questions.ask(task=task, to=str(olle.public_id), text=text, by=anna, now=now, action_id=uuid.uuid4())

    ask("Har hon larm?")
    [letter] = told()
    assert "1 meddelande från en kollega" in letter
    assert "larm" not in letter
    assert told(later=5 * MINUTE) == []


def test_who_asked_is_told_of_the_answer(anna: Staff, olle: Staff) -> None:
    task, now = come(anna), timezone.now()
    questions.ask(task=task, to=str(anna.public_id), text="Har hon larm?", by=olle, now=now, action_id=uuid.uuid4())
    listen(olle, {NoticeKind.TOLD: Pace.NOW})
    asked = Comment.objects.get()
    questions.answer(task=task, question_id=asked.pk, text="Ja.", by=anna, now=timezone.now(), action_id=uuid.uuid4())
    [letter] = told()
    assert "1 meddelande från en kollega" in letter
    assert told(later=5 * MINUTE) == []


def test_a_substitute_is_told_of_what_they_got_from_who_is_away_and_not_of_what_they_took(
    anna: Staff, olle: Staff
) -> None:
    hers, free = come(anna), come(anna)
    siri = pages.staff("siri", "sjukskoterska")
    pages.logged_in(olle).get(f"/uppgifter/{hers.public_id}/")
    taken(hers, anna, olle)
    for member in (olle, siri):
        Staff.objects.filter(pk=member.pk).update(email=f"{member.username}@example.se")
        listen(Staff.objects.get(pk=member.pk), {NoticeKind.NEW: Pace.NOW})
    away(anna, siri)
    assert rerouting.reroute(now=timezone.now()) == 1
    pages.logged_in(siri).post(f"/uppgifter/{free.public_id}/ta/", follow=True)
    [letter] = told()
    assert (mail.outbox[0].to, letter.split(" i ")[0]) == (["siri@example.se"], "Du har 1 ny uppgift")
    assert told(later=3 * MINUTE) == []


def test_a_paused_arende_is_told_of_when_it_goes_on(anna: Staff, olle: Staff) -> None:
    listen(olle, ALL)
    task = come(anna, due_sort=timezone.now())
    mending.suspend(instance=task.instance, reason="Väntar.", by=anna, now=timezone.now())
    assert [told(later=minutes * MINUTE) for minutes in (1, 2, 40)] == [[], [], []]
    mending.resume(instance=task.instance, reason="Nu.", by=anna, now=timezone.now())
    [letter] = told(later=45 * MINUTE)
    assert letter.startswith("Du har 1 försenad uppgift och 1 ny uppgift i Förlopp.")


def test_letters_have_no_links_when_nobody_has_said_where_to(anna: Staff, olle: Staff, settings: Any) -> None:
    settings.FORLOPP_ADDRESS = ""
    listen(olle, ALL)
    come(anna)
    [letter] = told()
    assert "//" not in letter
    assert [one.verdict for one in doctor.mail()] == [doctor.WARNING, doctor.OK]


def test_quiet_hours_hold_also_what_is_urgent_until_they_are_over(anna: Staff, olle: Staff) -> None:
    local = timezone.localtime()
    quiet: dict[str, Any] = {"quiet_from": (local - 5 * MINUTE).time(), "quiet_to": (local + 30 * MINUTE).time()}
    listen(olle, ALL, **quiet)
    come(anna, priority=1)
    assert told() == []
    assert told(later=20 * MINUTE) == []
    olle.email = "olle@kommun.example"
    for now, is_quiet in ((local, True), (local + 31 * MINUTE, False)):
        where, until = notifying.letterbox(olle, now=now)
        assert (where, until > now) == ("olle@kommun.example", is_quiet), "a letter about a report waits too"
    assert len(told(later=31 * MINUTE)) == 1


def test_a_digest_waits_for_its_hour_and_what_was_chosen_away_is_forgotten(anna: Staff, olle: Staff) -> None:
    listen(olle, {NoticeKind.URGENT: Pace.NOW, NoticeKind.NEW: Pace.HOURLY})
    come(anna)
    assert told(later=datetime.timedelta()) == []
    [waiting] = Notice.objects.all()
    assert waiting.due_at.minute == 0
    assert waiting.due_at > timezone.now()
    come(anna)
    notifying.find(now=timezone.now())
    [letter] = told(later=61 * MINUTE)
    assert "2 nya uppgifter" in letter
    come(anna)
    notifying.find(now=timezone.now())
    listen(olle, {NoticeKind.URGENT: Pace.NOW})
    assert not Notice.objects.filter(settled_at=None).exists()


def test_a_server_that_is_gone_is_tried_again_ever_more_seldom_and_it_is_told(
    anna: Staff, olle: Staff, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise smtplib.SMTPServerDisconnected("olle@example.se")

    listen(olle, ALL)
    come(anna)
    with monkeypatch.context() as patch:
        patch.setattr("django.core.mail.EmailMessage.send", fail)
        waits = []
        later = MINUTE
        for _ in range(4):
            assert told(later=later) == []
            mine = Notifying.objects.get()
            waits.append(round((mine.try_after - timezone.now() - later) / MINUTE))
            later += waits[-1] * MINUTE + MINUTE
        assert waits == [1, 2, 4, 8]
    assert "olle" not in caplog.text
    assert [one.verdict for one in doctor.mail()] == [doctor.ERROR]
    assert told(later=MINUTE * 2) == [], "not before its time"
    assert len(told(later=later)) == 1
    assert [one.verdict for one in doctor.mail()] == [doctor.OK]


def test_two_processes_do_not_send_the_same(anna: Staff, olle: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    listen(olle, ALL)
    come(anna)
    now, sent = timezone.now() + MINUTE, []
    notifying.find(now=now)

    def meanwhile(*_: Any, **__: Any) -> None:
        assert not connection.in_atomic_block or connection.savepoint_ids == [], "no transaction of ours is open"
        sent.append(1)
        assert sending.send_due(now=now) == 0

    monkeypatch.setattr("django.core.mail.EmailMessage.send", meanwhile)
    assert sending.send_due(now=now) == 1
    assert sent == [1]


def test_the_process_does_a_round_and_forgets_what_is_old(anna: Staff, olle: Staff) -> None:
    listen(olle, ALL)
    task = come(anna)
    call_command("notify", once=True)
    assert len(mail.outbox) == 1
    later = timezone.now() + notifying.KEPT + MINUTE
    assert notifying.purge(now=later) == 0, "while the task is open it is not to be told again"
    done(task, anna, olle)
    assert notifying.purge(now=later) == 1


# -- the page ----------------------------------------------------------------------------------------------------------

FORM = {"mail-urgent": "now", "mail-late": "daily", "dagligen": "07:30", "tyst_fran": "kl 21", "tyst_till": "06.30"}


def test_one_chooses_changes_and_turns_off(anna: Staff, settings: Any) -> None:
    client = pages.logged_in(anna)
    settings.FORLOPP_MAIL = ""
    assert "E-post är inte inställt här" in pages.text(client.get("/notiser/"))
    assert client.post("/notiser/", FORM | {"adress": "anna@example.se"}).status_code == 302
    mine = Notifying.objects.get()
    assert (mine.mail_to, mine.daily_at, mine.quiet_to) == (
        "anna@example.se",
        datetime.time(7, 30),
        datetime.time(6, 30),
    )
    assert dict(mine.choices.values_list("kind", "pace")) == {"urgent": "now", "late": "daily"}
    page = pages.text(client.get("/notiser/"))
    assert 'value="06:30"' in page
    assert '<option value="daily" selected>' in page
    client.post("/notiser/", {})
    assert not mine.choices.exists()
    assert notifying.find(now=timezone.now()) == 0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"adress": ""}, "Skriv den e-postadress"),
        ({"adress": "anna"}, "Skriv en hel e-postadress"),
        ({"adress": "a@example.se\nBcc: b@example.se"}, "Skriv en hel e-postadress"),
        ({"adress": "a@" + "b" * 300 + ".se"}, "Skriv en hel e-postadress"),
        ({"tyst_fran": "kväll"}, "Skriv klockslaget"),
        ({"tyst_fran": "25:00"}, "Skriv klockslaget"),
        ({"tyst_till": ""}, "Ange både"),
        ({"tyst_till": "21:00"}, "Ange olika klockslag"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_stays_written(wrong: dict[str, str], says: str, anna: Staff) -> None:
    posted = FORM | {"adress": "anna@example.se"} | wrong
    answer: Any = pages.logged_in(anna).post("/notiser/", posted)
    assert answer.status_code == 422
    assert says in pages.text(answer)
    assert '<option value="daily" selected>' in pages.text(answer)
    assert not Notifying.objects.exists()
