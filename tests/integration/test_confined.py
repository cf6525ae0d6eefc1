"""A confined förlopp: to everybody else each page is what it would be if the ärende were not there."""

from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from people.models import AccessLog, Agreement, Contact, Goal, Individual, Profession, Staff, Unit
from people.own import Visit
from people.services import blocks, plan
from plan import shown
from tests import addresses, api, forlopp, pages
from tests.integration.test_flow_counting import count_all
from tests.integration.test_paper import words
from workflows import definitions, engine
from workflows.models import Incident, ProcessInstance, UserTask
from workflows.services import amending, changing, deployments, incidents, instances, messages, user_tasks

pytestmark = pytest.mark.django_db
SECRET = "Bo där ingen hittar mig"
VISIT: dict[str, Any] = {"anteckning": SECRET, "uppfoljning": True}
NOON = "2026-11-23T11:00:00+00:00"


def confined(**config: Any) -> definitions.Folder:
    """Hembesök once more, of a team of its own."""
    folder = definitions.read(pages.FORLOPP / "hembesok")
    text = folder.sources["hembesok.bpmn"].replace("lane_samordnare", "lane_teamet")
    sources = folder.sources | {"hembesok.bpmn": text.replace("lane_sjukskoterska", "lane_teamet.b")}
    sources.pop("utfall.toml")
    told = {"key": "sluten", "title": "Skyddsteamet", "confined": True, "visible_to": ["teamet"]}
    return dataclasses.replace(
        folder, config={**folder.config, **told, "start_by": ["teamet"], **config}, sources=sources
    )


@pytest.fixture
def now() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False):
        yield timezone.now()


@pytest.fixture
def frida(now: Any) -> Staff:
    """Of the team."""
    member = pages.staff("frida", "teamet")
    deployments.publish(folder=confined(), by=None, now=now)
    Profession.objects.filter(key="teamet").update(sphere="sol")
    member.assignments.update(unit=Unit.objects.create(key="team", name="Teamet"))
    return member


@pytest.fixture
def others(anna: Staff, siri: Staff, frida: Staff) -> dict[str, Staff]:
    pages.publish()
    rest = {role: pages.staff(role, role) for role in ("enhetschef", "it_drift", "processagare", "statistik")}
    return {"samordnare": anna, "sjukskoterska": siri, **rest}


@pytest.fixture
def open_one(others: dict[str, Staff], berit: Individual, now: Any) -> ProcessInstance:
    """What everybody knows of: a visit, with a goal."""
    anna = others["samordnare"]
    plan.add(Goal, individual=berit, told={"mal_text_egna_ord": "Gå till brevlådan."}, by=anna, now=now, sphere="bada")
    return pages.start(berit, anna)


def begun(berit: Individual, frida: Staff, now: Any) -> ProcessInstance:
    """All that the team can write: answers, a goal of them, one by hand, a contact, an agreement, a correction; and
    a stopp.
    """
    made = instances.start(definition_key="sluten", individual=berit, by=frida, now=now, answers={"orsak": SECRET})
    answers: dict[str, Any] = {"besoksdag": "2026-12-01", "plats": "annan", "annan_plats": SECRET, "tolk": False}
    user_tasks.complete(task=pages.task(made, "planera_besok"), answers=answers, by=frida, now=now)
    user_tasks.complete(task=pages.task(made, "gor_besok"), answers=VISIT, by=frida, now=now)
    user_tasks.complete(task=pages.task(made, "bekrafta_mal"), answers={"mal": SECRET}, by=frida, now=now)
    signed: dict[str, Any] = {"individual": berit, "by": frida, "now": now}
    goal = plan.add(Goal, told={"mal_text_egna_ord": f"{SECRET} igen"}, sphere="sol", **signed)
    plan.add(Contact, told={"slag": "annan", "namn": SECRET, "fran": "2026-11-01"}, **signed)
    plan.add(Agreement, told={"text": SECRET, "datum": "2026-11-23"}, **signed)
    why = amending.Why(reason=SECRET, seen=0)
    amending.correct_plan(row=goal, told={"mal_text_egna_ord": f"{SECRET} än"}, why=why, by=frida, now=now)
    return made


PLACES = (
    *("/", "/uppgifter/?visa=alla", "/uppgifter/bevakade/", "/personer/", "/stopp/", "/notiser/", "/enhet/norr/"),
    *("/enhet/norr/overlamning/", "/enhet/norr/belastning/", "/personer/{ref}/", "/personer/{ref}/tidslinje/"),
    *("/arenden/{instance}/", "/arenden/{instance}/pdf/", "/uppgifter/{task}/", "/personer/{ref}/starta/"),
    *("/forlopp/", "/forlopp/sluten/", "/uppfoljning/", "/uppfoljning/~/prognos/", "/uppfoljning/sluten/"),
    *("/uppfoljning/sluten/gor_besok/", "/uppfoljning/sluten/effekter/", "/uppfoljning/sluten/handelselogg/"),
)


def seen(others: dict[str, Staff], open_one: ProcessInstance) -> dict[str, str]:
    """What each is answered, at each place and when they search."""
    known = {"ref": open_one.individual.ref, "instance": open_one.public_id}
    known["task"] = pages.task(open_one, "planera_besok").public_id
    found = {}
    for role, member in others.items():
        client = pages.logged_in(member)
        for place in PLACES:
            answer = client.get(place.format(**known))
            is_paper = answer.headers["Content-Type"] == "application/pdf"
            found[f"{role} {place}"] = words(bytes(answer.content)) if is_paper else addresses.told(answer)
        for text in ("Provsson", "19380514-2381"):
            found[f"{role} searches {text}"] = addresses.told(client.post("/personer/", {"sok": text}))
    return found


def test_to_others_every_page_is_as_if_it_were_not_there(
    open_one: ProcessInstance, others: dict[str, Staff], frida: Staff, berit: Individual, now: Any
) -> None:
    before = seen(others, open_one)
    made = begun(berit, frida, now)
    count_all()
    after = seen(others, open_one)
    assert [place for place in before if after[place] != before[place]] == []
    client = pages.logged_in(frida)
    own = (f"/personer/{berit.ref}/", f"/personer/{berit.ref}/tidslinje/", f"/arenden/{made.public_id}/")
    for place in (*own, "/uppfoljning/", "/uppfoljning/sluten/"):
        assert SECRET in pages.text(client.get(place)) or "Skyddsteamet" in pages.text(client.get(place))
    assert SECRET in pages.text(client.get(f"/personer/{berit.ref}/"))
    assert SECRET not in repr(shown.load(Visit(individual=berit), since=None, now=now))


def test_nothing_of_it_is_reached_by_its_address_either(
    open_one: ProcessInstance, others: dict[str, Staff], frida: Staff, berit: Individual, now: Any
) -> None:
    made = begun(berit, frida, now)
    goal = Goal.objects.filter(words__startswith=SECRET).latest("pk")
    closed = [f"/arenden/{made.public_id}/", f"/arenden/{made.public_id}/pdf/"]
    closed += [f"/uppgifter/{task.public_id}/" for task in UserTask.objects.filter(instance=made)]
    closed += [f"/personer/{berit.ref}/plan/mal/{goal.thread}/{page}" for page in ("", "forut/")]
    closed.append(f"/personer/{berit.ref}/mal/{goal.thread}/folj-upp/")
    for role in ("samordnare", "sjukskoterska", "enhetschef"):
        client = pages.logged_in(others[role])
        assert {place: client.get(place).status_code for place in closed} == dict.fromkeys(closed, 404)
    client = pages.logged_in(frida)
    assert {place: client.get(place).status_code for place in closed} == dict.fromkeys(closed, 200)


def test_an_emergency_opens_the_rest_and_not_it(
    open_one: ProcessInstance, others: dict[str, Staff], frida: Staff, berit: Individual, now: Any
) -> None:
    made = begun(berit, frida, now)
    eva = others["enhetschef"]
    Profession.objects.filter(key="enhetschef").update(sphere="bada")
    later = now + datetime.timedelta(days=36_500)  # the database has a clock of its own
    blocks.open_now(individual=berit, reason="Hittad medvetslös hemma.", by=eva, now=later)
    client = pages.logged_in(eva)
    assert client.get(f"/arenden/{open_one.public_id}/").status_code == 200
    assert client.get(f"/arenden/{made.public_id}/").status_code == 404
    page = pages.text(client.get(f"/personer/{berit.ref}/"))
    assert "Hembesök" in page
    assert not [word for word in ("Skyddsteamet", SECRET) if word in page]


def test_a_stopp_of_it_tells_it_nobody(
    open_one: ProcessInstance, others: dict[str, Staff], frida: Staff, berit: Individual, now: Any
) -> None:
    made = begun(berit, frida, now)
    error = engine.EngineError("gor_besok", "engine", "Uttrycket gick inte att räkna ut.")
    incidents.from_engine(instance_id=made.pk, error=error, now=now)
    client = pages.logged_in(others["it_drift"])
    for place in ("/stopp/", f"/stopp/{Incident.objects.get().public_id}/"):
        page = pages.text(client.get(place))
        assert "Sluten akt" in page
        assert "Berit" not in page


def test_the_same_words_are_another_goal_within_and_without(
    open_one: ProcessInstance, frida: Staff, berit: Individual, now: Any
) -> None:
    made = instances.start(definition_key="sluten", individual=berit, by=frida, now=now, answers={"orsak": "x"})
    answers: dict[str, Any] = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
    user_tasks.complete(task=pages.task(made, "planera_besok"), answers=answers, by=frida, now=now)
    user_tasks.complete(task=pages.task(made, "gor_besok"), answers=VISIT, by=frida, now=now)
    told = {"mal": "Gå till brevlådan."}
    user_tasks.complete(task=pages.task(made, "bekrafta_mal"), answers=told, by=frida, now=now)
    assert Goal.objects.filter(words="Gå till brevlådan.").values("thread").distinct().count() == 2


def test_who_moves_on_from_it_takes_nothing_of_it_along(
    others: dict[str, Staff], frida: Staff, berit: Individual, now: Any
) -> None:
    made = instances.start(definition_key="sluten", individual=berit, by=frida, now=now, answers={"orsak": SECRET})
    plan.add(Goal, individual=berit, told={"mal_text_egna_ord": SECRET}, by=frida, now=now, sphere="sol")
    pages.join(frida, "samordnare")
    changing.change_course(
        instance=made, to="hembesok", answers={"orsak": "Flyttad"}, reason="Hör inte hit", by=frida, now=now
    )
    assert not Goal.objects.filter(reason__contains="Skyddsteamet").exists()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("lane_teamet.b", "lane_sjukskoterska"),
        ('name="forfaller"', 'name="eskaleras_till" value="enhetschef"/><spiffworkflow:property name="forfaller"'),
    ],
)
def test_what_would_come_to_somebody_else_is_refused_when_it_is_published(old: str, new: str) -> None:
    folder = confined()
    changed = folder.sources["hembesok.bpmn"].replace(old, new)
    assert changed != folder.sources["hembesok.bpmn"]
    wrong = dataclasses.replace(folder, sources=folder.sources | {"hembesok.bpmn": changed})
    assert {item.code for item in definitions.checked(wrong).findings if item.severity == "error"} == {"confined"}
    assert [item for item in definitions.checked(folder).findings if item.severity == "error"] == []


def test_every_forlopp_that_is_confined_keeps_to_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """Also those that we ship."""
    for path in sorted(Path("bpmn").iterdir()):
        if (path / "process.toml").exists() and "\nconfined = true" in (path / "process.toml").read_text():
            call_command("check_forlopp", str(path))
            assert "0 fel" in capsys.readouterr().out


def test_the_pages_of_a_unit_count_nothing_of_it_for_colleagues_outside_the_team(
    others: dict[str, Staff], frida: Staff, berit: Individual, now: Any
) -> None:
    eva = others["enhetschef"]
    places = [f"/enhet/team/{one}" for one in ("", "belastning/", "overlamning/")] + ["/laget/team/"]
    eva.assignments.update(unit=Unit.objects.get(key="team"))
    client = pages.logged_in(eva)

    def told() -> list[str]:
        return [addresses.told(client.get(address)) for address in places]

    before = told()
    mine = pages.text(pages.logged_in(frida).get("/enhet/team/"))
    begun(berit, frida, now)
    assert told() == before
    assert pages.text(pages.logged_in(frida).get("/enhet/team/")) != mine


def test_a_message_that_only_it_knows_and_nobody_takes_stops_with_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"confined": True, "visible_to": ["sjukskoterska", "samordnare", "enhetschef"]}
    for told, group in (({}, ""), (own, "sjukskoterska")):
        with monkeypatch.context() as changed:
            changed.setattr(forlopp, "CONFIG", forlopp.CONFIG | told)
            forlopp.publish()
        assert messages.group("info") == group


def answered(client: Client, number: str) -> list[str]:
    """What one who types a number is told: of who it is, to start something, to register a message, in an emergency."""
    named = {"personnummer": number, "fornamn": "Tore", "efternamn": "Nyman"}
    asked = [client.post("/arenden/starta/", {"personnummer": number})]
    for chosen in ("hembesok", "_meddelande"):
        asked.append(client.post("/arenden/starta/", {"forlopp": chosen, **named}))
        asked.append(client.get(asked[-1].headers["Location"]))
    asked.append(client.post("/nodoppning/", {"personnummer": number, "skal": "Hittad medvetslös hemma."}))
    ref, year = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}"), number[:4]
    told = [
        ref.sub("…", addresses.told(one)).replace(number, "…").replace(f"{number[:8]}-{number[8:]}", "…")
        for one in asked
    ]
    return [re.sub(r"\d+ år", "… år", one).replace(year, "…") for one in told]


def test_whom_only_the_team_knows_is_whom_nobody_knows(others: dict[str, Staff], frida: Staff, now: Any) -> None:
    known = pages.person("193109302392", given_name="Bertil")
    instances.start(definition_key="sluten", individual=known, by=frida, now=now, answers={"orsak": SECRET})
    assert "Bertil" in pages.text(pages.logged_in(frida).post("/arenden/starta/", {"personnummer": "193109302392"}))
    client = pages.logged_in(others["samordnare"])
    assert answered(client, "193109302392") == answered(client, "194507192385")
    refused = AccessLog.objects.filter(individual=known, action="search", outcome="denied")
    assert refused.filter(staff=others["samordnare"]).exists()


def test_a_system_that_reaches_everything_reaches_what_is_confined_only_by_its_name(
    others: dict[str, Staff], frida: Staff, berit: Individual, open_one: ProcessInstance, now: Any
) -> None:
    begun_one = begun(berit, frida, now)
    task = UserTask.objects.filter(instance=begun_one).latest("pk")
    every, named = (api.Caller(api.added(key, definitions=told)[1]) for key, told in (("a", ["*"]), ("b", ["sluten"])))
    of_team = api.Caller(api.added("c", professions=[("teamet", "team")])[1])
    for caller, is_let_in in ((every, False), (named, True), (of_team, True)):
        listed = {one["id"] for one in caller.get("/instances").json()["instances"]}
        assert (str(begun_one.public_id) in listed) == is_let_in
        assert (caller.get(f"/instances/{begun_one.public_id}").status_code == 200) == is_let_in
        headers = {"Authorization": f"Bearer {caller.token}"}
        whole = pages.text(caller.http.get(f"/api/fhir/Patient/{berit.ref}/$everything", headers=headers))
        assert (str(begun_one.public_id) in whole, str(task.public_id) in whole) == (is_let_in, is_let_in)
    assert str(open_one.public_id) in pages.text(every.get("/instances"))
