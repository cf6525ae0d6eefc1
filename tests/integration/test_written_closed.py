"""What one unit has written in health care and the person has closed is at no address of others; they are told that
there is something. The unit reads on, what is written in social services is not closed, and it is opened again by the
person's consent or in an emergency.
"""

from __future__ import annotations

import shutil
import uuid
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.utils import timezone

from audit import rules
from disposal import record
from people.models import AccessLog, Agreement, Emergency, Goal, Individual, Profession, Staff, Unit, WritingBlock
from people.services import blocks, plan
from tasks import paper
from tasks.models import Comment, Draft
from tasks.services import comments, drafts
from tests import addresses, api, attached, pages
from tests.integration import test_pages_cost as cost
from tests.integration.test_attachments import add
from tests.integration.test_blocks import at
from workflows import definitions, published, sieve, sight, written
from workflows.models import Attachment, ProcessInstance, UserTask
from workflows.services import amending, deployments, instances, user_tasks

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
MARK = "KVASTSKAFT"
ABOUT = ("uppgifter/<", "arenden/<uuid", "personer/<", "filer/<")
"""Where what is about a person stands; every address there is walked."""
WHY = "Hittad medvetslös i hemmet, läkemedel okända."


@pytest.fixture(autouse=True)
def own_shelf(tmp_path: Path, settings: LazySettings) -> None:
    settings.FORLOPP_FILES = tmp_path / "files"


@pytest.fixture
def instance(anna: Staff, berit: Individual, tmp_path: Path) -> ProcessInstance:
    """Anna, of Norr, has begun and answered the first step in health care, and written in all ways there are."""
    publish(tmp_path, sphere="hsl")
    Profession.objects.update(sphere="bada")
    now = timezone.now()
    begun = instances.start(
        definition_key="halsobesok", individual=berit, by=anna, now=now, answers={"orsak": f"{MARK} orsak"}
    )
    plan_of = pages.task(begun, "planera_besok")
    comments.add(task=plan_of, text=f"{MARK} anteckning", by=anna, now=now, action_id=uuid.uuid4())
    add(plan_of, anna, f"{MARK}.pdf", attached.PDF)
    answers = {"besoksdag": "2026-12-01", "plats": "annan", "annan_plats": f"{MARK} plats", "tolk": False}
    user_tasks.complete(task=plan_of, answers=answers, by=anna, now=now)
    plan_of.refresh_from_db()
    why = amending.Why(reason=f"{MARK} skäl", seen=0, is_asked=False, action_id=uuid.uuid4())
    amending.add(target=amending.of_task(plan_of), text=f"{MARK} tillägg", why=why, by=anna, now=now)
    told: dict[str, Any] = {"mal_text_egna_ord": f"{MARK} mål"}
    plan.add(Goal, individual=berit, told=told, by=anna, now=now, sphere="hsl")
    plan.add(Agreement, individual=berit, told=agreement(), by=anna, now=now)
    pages.join(anna, "sjukskoterska")
    visit = pages.task(begun, "gor_besok")
    drafts.save(
        task=visit, written={"anteckning": f"{MARK} utkast"}, by=anna, page=uuid.uuid4(), number=1, seen=None, now=now
    )
    comments.add(task=visit, text=f"{MARK} överlämnat", by=anna, now=now, action_id=uuid.uuid4())
    add(visit, anna, f"{MARK} hall.pdf", attached.PDF)
    return begun


def agreement() -> dict[str, Any]:
    return {"text": f"{MARK} överenskommet", "datum": "2026-11-01"}


def publish(folder: Path, *, sphere: str) -> None:
    """Hembesök in another sphere, whose second step begins with what was answered in the first."""
    made = folder / "halsobesok"
    shutil.copytree(pages.FORLOPP / "hembesok", made)
    told = (made / "process.toml").read_text(encoding="utf-8")
    told = told.replace('key = "hembesok"', 'key = "halsobesok"').replace('sphere = "sol"', f'sphere = "{sphere}"')
    facts = (("Plats", "planera_besok.annan_plats"), ("Orsak", "start_hembesok.orsak"))
    known = "".join(f'[[known]]\nlabel = "{label}"\nvalue = "{value}"\n\n' for label, value in facts)
    (made / "process.toml").write_text(told.replace("[parameters]", f"{known}[parameters]"), encoding="utf-8")
    form = made / "forms" / "gor_besok.json"
    asked = form.read_text(encoding="utf-8").replace(
        '"max": 2000', '"max": 2000, "default": "planera_besok.annan_plats"'
    )
    form.write_text(asked, encoding="utf-8")
    deployments.publish(folder=definitions.read(made), by=None, now=timezone.now())


@pytest.fixture
def vera(instance: ProcessInstance) -> Staff:
    """Of Söder, with all that Anna may and more."""
    member = at("soder", "vera", "samordnare")
    for role in ("sjukskoterska", "it_drift", "processagare", "enhetschef"):
        Profession.objects.get_or_create(key=role, defaults={"name": role, "sphere": "bada"})
        member.assignments.create(
            profession=Profession.objects.get(key=role),
            unit=Unit.objects.get(key="soder"),
            valid_from=member.assignments.get(profession__key="samordnare").valid_from,
        )
    return member


def close(individual: Individual, by: Staff) -> None:
    norr = list(Unit.objects.filter(key="norr"))
    blocks.close_writing(individual=individual, units=norr, asked_by="Personen själv", by=by, now=timezone.now())


def places(instance: ProcessInstance) -> Iterator[addresses.Address]:
    """Every address about the person with each real thing there is, and every list."""
    tasks = [{"public_id": one.public_id} for one in UserTask.objects.filter(instance=instance)]
    ways = [(kind, row.thread) for kind, row in (("mal", Goal.objects.get()), ("overenskommelse", agreed()))]
    mine: dict[str, list[dict[str, Any]]] = {
        "uppgifter/<": [{**one, "part": "anteckning", "key": str(key)} for one in tasks for key in _comments()],
        "arenden/<uuid": [{"public_id": instance.public_id, "key": "planera_besok"}],
        "personer/<": [{"ref": instance.individual.ref, "kind": kind, "thread": thread} for kind, thread in ways],
        "filer/<": [{"public_id": one.public_id} for one in Attachment.objects.all()],
        "enhet/<slug:key>/": [{"key": "soder", "public_id": uuid.uuid4()}],
    }
    for route in addresses.routes():
        takes = addresses.TAKEN.findall(route)
        begins = next((one for one in mine if route.startswith(one)), "")
        for known in mine[begins] if begins else [] if takes else [{}]:
            yield addresses.Address(route, {name: known.get(name, "ratta") for name in takes})


def agreed() -> Agreement:
    return Agreement.objects.get()


def _comments() -> list[int]:
    return list(Comment.objects.values_list("pk", flat=True))


def met(member: Staff, instance: ProcessInstance) -> set[str]:
    """The routes where the mark is on the page."""
    client, found = pages.logged_in(member), set()
    for place in places(instance):
        if not place.route.startswith(("logga-ut", "inloggning/ut")):
            answer = client.get(place.path)
            found |= {place.route} if MARK in addresses.told(answer) else set()
    return found


def test_it_is_at_no_address_of_others_and_at_the_units_own_as_before(
    instance: ProcessInstance, anna: Staff, vera: Staff, berit: Individual
) -> None:
    before, own = met(vera, instance), met(anna, instance)
    assert len(before) >= 8, before
    close(berit, anna)
    assert met(vera, instance) == set()
    assert met(anna, instance) == own
    client, task = pages.logged_in(vera), pages.task(instance, "gor_besok")
    for address in (f"/personer/{berit.ref}/", f"/arenden/{instance.public_id}/", f"/uppgifter/{task.public_id}/"):
        page = pages.text(client.get(address))
        assert "Det finns spärrade uppgifter" in page
        assert "Berit Provsson" in page
        assert "Hemtjänst Norr" not in page
    assert client.get(f"/uppgifter/{pages.task(instance, 'planera_besok').public_id}/").status_code == 404
    assert "Det finns spärrade uppgifter" not in pages.text(pages.logged_in(anna).get(f"/personer/{berit.ref}/"))
    file = Attachment.objects.earliest("pk")
    assert client.get(f"/filer/{file.public_id}/").status_code == 404
    refused = AccessLog.objects.filter(staff=vera, individual=berit, outcome="denied")
    assert {"user_task", "attachment"} <= set(refused.values_list("object_type", flat=True))


def test_every_address_about_a_person_is_walked(instance: ProcessInstance) -> None:
    walked = {place.route for place in places(instance)}
    assert [one for one in addresses.routes() if one.startswith(ABOUT) and one not in walked] == []


def test_a_draft_that_is_closed_is_taken_over_by_nobody_who_guesses_its_number(
    instance: ProcessInstance, anna: Staff, vera: Staff, berit: Individual
) -> None:
    task, theirs = pages.task(instance, "gor_besok"), Draft.objects.get(by=anna)
    close(berit, anna)
    client = pages.logged_in(vera)
    client.post(f"/uppgifter/{task.public_id}/utkast/ta-over/", {"utkast": str(theirs.pk)})
    assert not Draft.objects.filter(by=vera).exists()
    assert MARK not in pages.text(client.get(f"/uppgifter/{task.public_id}/"))


def test_paper_and_the_api_leave_it_out(instance: ProcessInstance, anna: Staff, vera: Staff, berit: Individual) -> None:
    now = timezone.now()
    assert MARK in str(paper.of_instance(instance, vera, now=now))
    caller = api.Caller(api.added(professions=[("samordnare", "soder"), ("sjukskoterska", "soder")])[1])
    done = pages.task(instance, "planera_besok")
    assert caller.get(f"/tasks/{done.public_id}").status_code == 200
    assert f"{MARK} mål" in everything(caller, berit)
    close(berit, anna)
    vera = Staff.objects.get(pk=vera.pk)
    told = str(paper.of_instance(instance, vera, now=now))
    assert MARK not in told
    assert "Det finns spärrade uppgifter" in told
    assert MARK in str(paper.of_instance(instance, Staff.objects.get(pk=anna.pk), now=now))
    assert caller.get(f"/tasks/{done.public_id}").status_code == 404
    assert MARK not in everything(caller, berit)
    history = caller.get(f"/instances/{instance.public_id}/history").json()["history"]
    assert not [one for one in history if one.get("element_id") == "planera_besok"]


def everything(caller: api.Caller, individual: Individual) -> str:
    """What the person is as FHIR."""
    headers = {"Authorization": f"Bearer {caller.token}"}
    answer = caller.http.get(f"/api/fhir/Patient/{individual.ref}/$everything", headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_record_that_leaves_the_house_is_whole(instance: ProcessInstance, anna: Staff, berit: Individual) -> None:
    """The archive and the person get all: a spärr keeps units apart, and nothing from the person."""
    close(berit, anna)
    arne = at("soder", "arne", "samordnare")
    with zipfile.ZipFile(record.whole(berit, by=arne, now=timezone.now())) as archive:
        assert MARK in archive.read("akt.json").decode()
        assert MARK in str(paper.of_instance(instance, arne, now=timezone.now(), seen=whole(arne, berit)))


def whole(by: Staff, individual: Individual) -> record.Whole:
    return record.Whole(viewer=by, individual=individual, on=timezone.localdate())


def test_what_is_written_in_social_services_is_not_closed(
    instance: ProcessInstance, anna: Staff, vera: Staff, berit: Individual
) -> None:
    pages.publish()
    other = pages.start(berit, anna)
    task = pages.task(other, "planera_besok")
    user_tasks.complete(
        task=task, answers={"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}, by=anna, now=timezone.now()
    )
    close(berit, anna)
    client = pages.logged_in(vera)
    assert client.get(f"/uppgifter/{task.public_id}/").status_code == 200
    assert client.get(f"/uppgifter/{pages.task(instance, 'planera_besok').public_id}/").status_code == 404


def test_lists_say_the_same_as_the_page(instance: ProcessInstance, anna: Staff, vera: Staff, berit: Individual) -> None:
    close(berit, anna)
    task = UserTask.objects.select_related("instance__version").get(pk=pages.task(instance, "planera_besok").pk)
    for member, is_closed in ((Staff.objects.get(pk=vera.pk), True), (Staff.objects.get(pk=anna.pk), False)):
        assert written.closes(member, task) == is_closed
        text, values = sieve.closed(member)
        found: Any = UserTask.objects.raw(
            f"""SELECT task.id, {text} AS closed FROM workflows_usertask task
            JOIN workflows_processinstance instance ON instance.id = task.instance_id WHERE task.id = %s""",  # noqa: S608
            [*values, task.pk],
        )[0]
        assert bool(found.closed) == is_closed
        assert sight.of(member, berit).reads_task(task, _version(task)) != is_closed
    task.completed_by = at("soder", "sven", "sjukskoterska")
    assert not written.closes(Staff.objects.get(pk=vera.pk), task)


def _version(task: UserTask) -> Any:
    return published.of(task.instance.version.public_id)


def test_it_is_closed_and_opened_on_the_persons_page(
    instance: ProcessInstance, anna: Staff, vera: Staff, berit: Individual
) -> None:
    address = f"/personer/{berit.ref}/sparr/"
    mine, theirs = pages.logged_in(anna), pages.logged_in(vera)
    assert mine.post(address, {"gor": "stang", "vem": "Personen själv"}).status_code == 422
    assert mine.post(address, {"gor": "stang", "vem": "Personen själv", "enhet": "norr"}).status_code == 302
    assert mine.post(address, {"gor": "stang", "vem": "Personen själv", "enhet": "norr"}).status_code == 302
    row = WritingBlock.objects.get()
    assert (row.by, row.unit.key, row.asked_by) == (anna, "norr", "Personen själv")
    assert "Hemtjänst Norr har skrivit läser ingen annan enhet" in pages.text(mine.get(f"/personer/{berit.ref}/"))
    shown = pages.text(theirs.get(address))
    assert "Personen samtycker" in shown
    assert 'id="oppna-norr"' not in shown
    for wrong in ({"skal": "Vill läsa"}, {"skal": "Vill läsa", "enhet": "norr"}, {"samtycke": "on", "skal": ""}):
        assert theirs.post(address, {"gor": "oppna", **wrong}).status_code == 422
    asked = {"gor": "oppna", "samtycke": "on", "skal": "Berit sade ja vid besöket."}
    assert theirs.post(address, asked).status_code == 302
    row.refresh_from_db()
    assert (row.lifted_by, row.lifted_reason) == (vera, "Berit sade ja vid besöket.")
    assert met(vera, instance)
    logged = AccessLog.objects.filter(individual=berit, action__in=("close-writing", "open-writing"))
    assert sorted(logged.values_list("action", flat=True)) == ["close-writing", "open-writing"]


def test_an_emergency_opens_it_for_a_while_and_is_reviewed(
    instance: ProcessInstance, anna: Staff, vera: Staff, berit: Individual
) -> None:
    close(berit, anna)
    client = pages.logged_in(vera)
    page = pages.text(client.get(f"/personer/{berit.ref}/"))
    assert f"/nodoppning/?person={berit.ref}" in page
    assert client.post(f"/nodoppning/?person={berit.ref}", {"skal": "Kort"}).status_code == 422
    assert client.post(f"/nodoppning/?person={berit.ref}", {"skal": WHY}).status_code == 302
    assert met(vera, instance)
    asked = {"gor": "oppna", "enhet": "norr", "skal": "Jag vill läsa"}
    assert client.post(f"/personer/{berit.ref}/sparr/", asked).status_code == 422
    caught = [hit for hit in rules.hits(timezone.localdate()) if hit.staff_id == vera.pk and hit.rule == "nod"]
    assert [hit.individual_id for hit in caught] == [berit.pk]
    blocks.close(emergency=vera_opened(vera), now=timezone.now())
    assert met(vera, instance) == set()


def vera_opened(vera: Staff) -> Any:
    return Emergency.objects.select_related("staff", "individual").get(staff=vera)


def test_no_list_asks_more_for_it(instance: ProcessInstance, anna: Staff, vera: Staff, berit: Individual) -> None:
    client = pages.logged_in(vera)
    asked = {one: cost.seen(client, one) for one in ("/uppgifter/", "/personer/", "/enhet/soder/")}
    close(berit, anna)
    assert {one: cost.seen(client, one) for one in asked} == asked
