"""Clients of the API: tokens, rights, pace, and that each look is written down."""

from __future__ import annotations

import datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client as Http
from django.utils import timezone

from api.models import Client, Token
from api.services import clients
from people.models import AccessLog, Individual, Staff, Unit
from tests import api, pages

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


def test_only_a_token_that_is_in_force_opens_the_door() -> None:
    client, token = api.added()
    caller = api.Caller(token)
    assert caller.get("/client").json()["key"] == "hjalpmedel"
    for wrong in ("", "forlopp_fel", token + "x", token[:-1]):
        answer = api.Caller(wrong).get("/client")
        assert (answer.status_code, answer.json()["code"]) == (401, "token")
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert answer["Content-Type"] == "application/problem+json"
    with time_machine.travel(timezone.now() + api.YEAR + DAY):
        assert caller.get("/client").status_code == 401
    clients.revoke(client=client, now=timezone.now())
    assert caller.get("/client").status_code == 401


def test_what_is_kept_of_a_token_opens_nothing() -> None:
    _, token = api.added()
    kept = Token.objects.get()
    assert token not in f"{vars(kept)}"
    assert api.Caller(kept.digest).get("/client").status_code == 401


def test_two_tokens_are_good_at_once_while_one_takes_the_others_place() -> None:
    client, first = api.added()
    now = timezone.now()
    second = clients.rotate(client=client, expires_at=now + api.YEAR, now=now)
    assert [api.Caller(token).get("/client").status_code for token in (first, second)] == [200, 200]
    third = clients.rotate(client=client, expires_at=now + api.YEAR, now=now)
    assert [api.Caller(token).get("/client").status_code for token in (first, second, third)] == [401, 200, 200]
    with time_machine.travel(now + 8 * DAY):
        assert [api.Caller(token).get("/client").status_code for token in (second, third)] == [401, 200]


def test_one_who_calls_too_often_is_told_how_long_to_wait_and_others_are_not_held_up() -> None:
    caller = api.Caller(api.added(per_minute=60, burst=3)[1])
    other = api.Caller(api.added("annan")[1])
    with time_machine.travel(timezone.now(), tick=False) as clock:
        assert [caller.get("/client").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
        answer = caller.get("/client")
        assert (answer["Retry-After"], answer.json()["code"]) == ("1", "for-manga-anrop")
        assert other.get("/client").status_code == 200
        clock.shift(1)
        assert [caller.get("/client").status_code for _ in range(2)] == [200, 429]
        clock.shift(-3600)
        assert caller.get("/client").status_code == 200, "a clock that is put back holds nobody up"


def test_a_missing_right_is_answered_as_what_does_not_exist() -> None:
    pages.publish()
    caller = api.Caller(api.added(scopes=["arenden:read"])[1])
    lacks, absent = caller.get("/definitions"), caller.get("/nonsens")
    assert lacks.status_code == absent.status_code == 404
    assert lacks.content == absent.content


def test_what_is_beyond_reach_is_answered_as_what_does_not_exist(anna: Staff) -> None:
    pages.publish()
    pages.publish("alla_fragor")
    Unit.objects.create(key="soder", name="Söder", area="Söder")
    person = pages.person()
    address = f"/instances/{pages.start(person, anna).public_id}"
    protected = f"/instances/{pages.start(pages.person('196101182803', 'S', 'sekretessmarkering'), anna).public_id}"
    whole, trusted = (api.Caller(api.added(key, may_see_protected=key == "b")[1]) for key in "ab")
    absent = whole.get("/instances/6f8a51c3-6b0e-4a11-8f0a-0d3f1f0f7b11").content
    other_course = api.Caller(api.added("c", definitions=["alla_fragor"])[1])
    other_unit = api.Caller(api.added("d", units=["soder"])[1])
    assert whole.get(address).status_code == trusted.get(protected).status_code == 200
    assert whole.get(protected).content == absent
    for caller in (other_course, other_unit):
        assert caller.get(address).content == absent
        assert caller.get("/instances").json()["instances"] == []
    Individual.objects.filter(pk=person.pk).update(area="Söder")
    assert other_unit.get(address).status_code == 200


def test_each_look_at_a_person_is_written_down_with_the_client_as_who_looked(anna: Staff) -> None:
    pages.publish()
    instance = pages.start(pages.person(), anna)
    caller = api.Caller(api.added()[1])
    before = AccessLog.objects.count()
    caller.get(f"/instances/{instance.public_id}")
    caller.get(f"/instances/{instance.public_id}/history")
    caller.get("/instances")
    rows = list(AccessLog.objects.order_by("pk")[before:])
    assert [(row.staff_name, row.individual_id, row.action) for row in rows] == [
        ("Hjalpmedel", instance.individual_id, "read"),
        ("Hjalpmedel", instance.individual_id, "read"),
        ("Hjalpmedel", instance.individual_id, "list"),
    ]


def test_a_system_cannot_log_in_and_is_nobodys_colleague() -> None:
    caller = api.calling(professions=["samordnare"])
    system = Staff.objects.get(username="api:hjalpmedel")
    assert caller.get("/client").json()["professions"] == ["samordnare"]
    http = Http()
    http.force_login(system)
    assert http.get("/uppgifter/").status_code == 302
    from people.services import absences
    from tasks.forms import choices

    bo = pages.staff("bo", "samordnare")
    assert system not in absences.candidates(bo, bo, on=timezone.localdate())
    assert choices.known("staff", [str(system.public_id)]) == set()


def test_it_adds_rotates_lists_and_revokes_clients_at_the_command_line() -> None:
    pages.publish()
    token, told = StringIO(), StringIO()
    asked = ["add", "vard", "--name", "Vårdsystemet", "--scopes", "arenden:read", "--forlopp", "hembesok"]
    call_command("api_client", *asked, stdout=token, stderr=told)
    assert api.Caller(token.getvalue().strip()).get("/client").json()["definitions"] == ["hembesok"]
    with pytest.raises(CommandError, match="finns redan"):
        call_command("api_client", *asked)
    with pytest.raises(CommandError, match=r"Rätten allt:write finns inte"):
        call_command("api_client", "add", "x", "--name", "X", "--scopes", "allt:write", "--forlopp", "*")
    with pytest.raises(CommandError, match="Professionen tomte vid enheten norr finns inte"):
        call_command(
            "api_client", "add", "y", "--name", "Y", "--scopes", "uppgifter:write", "--forlopp", "*",
            "--profession", "tomte", "norr",
        )  # fmt: skip
    assert not Client.objects.filter(key="y").exists()
    call_command("api_client", "rotate", "vard", stdout=StringIO(), stderr=told)
    listed = StringIO()
    call_command("api_client", "list", stdout=listed)
    assert listed.getvalue().count("gäller till") == 2
    call_command("api_client", "revoke", "vard", stdout=listed)
    assert api.Caller(token.getvalue().strip()).get("/client").status_code == 401
