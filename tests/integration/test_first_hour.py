"""The first hour knows by the draft itself what has been done, and can be put away and taken up again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from people.models import Staff
from tests import pages, workbench
from workbench import beginning, drafting, first_hour, form_kinds, form_text, outline_edits, table_new, trying
from workbench import outline_settings as settings
from workbench.models import Draft
from workbench.outline_settings import Change, Told
from workbench.services import drafts, reviews, trials
from workflows import diagram

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
NAME, FORM = "yrsel.bpmn", "forms/forsta_steget.json"
WISH = beginning.Wish(
    title="Yrsel",
    purpose="För den som är yr.",
    owner="processagare",
    sphere="bada",
    retention="P10Y",
    professions=[("samordnare", "Samordnare"), ("sjukskoterska", "Sjuksköterska"), ("lakare", "Läkare")],
)


@pytest.fixture
def petra() -> Staff:
    return workbench.owner("petra")


@pytest.fixture
def made(petra: Staff) -> Draft:
    return drafts.begin(key="yrsel", folder=beginning.folder(WISH), by=petra, now=timezone.now())


def done(made: Draft) -> set[str]:
    return {one.key for one in first_hour.lessons(made) if one.is_done}


def put(made: Draft, by: Staff, name: str, text: str) -> None:
    found = made.files.filter(name=name).first()
    drafts.save(draft=made, name=name, text=text, revision=found.revision if found else 0, by=by, now=timezone.now())


def drawn(made: Draft, by: Staff, edit: Callable[[str], str]) -> None:
    put(made, by, NAME, edit(made.files.get(name=NAME).text))


def added(kind: str, name: str, then: Change | None = None, *, after: str = "forsta_steget") -> Callable[[str], str]:
    def edit(text: str) -> str:
        new = outline_edits.add_after(text, after, kind, name)
        return settings.change(new.text, new.element, then) if then is not None else new.text

    return edit


def test_every_lesson_has_a_check_and_every_check_a_lesson(made: Draft) -> None:
    assert [one.key for one in first_hour.lessons(made)] == list(first_hour.CHECKS)
    for one in first_hour.lessons(made):
        assert one.todo


def test_a_new_draft_is_sound_and_nothing_else(made: Draft) -> None:
    assert done(made) == {"kontroll"}


def test_three_professions_are_three_tasks_in_three_lanes(made: Draft, petra: Staff) -> None:
    for profession in ("sjukskoterska", "lakare"):
        assert "professioner" not in done(made)
        drawn(made, petra, added("uppgift", profession, Change(profession=profession)))
    assert "professioner" in done(made)


def test_a_form_counts_when_a_task_has_it_and_a_group_in_it_is_repeated(made: Draft, petra: Staff) -> None:
    content = form_text.read(made.files.get(name=FORM).text)
    content["fields"].append(form_kinds.new("list", "Vilka hinder finns?"))
    put(made, petra, "forms/ingen_har_det.json", form_text.written(content))
    assert "fragor" not in done(made)
    put(made, petra, FORM, form_text.written(content))
    assert "fragor" in done(made)


def test_a_table_counts_when_somebody_has_written_in_it_and_is_asked_by_a_step(made: Draft, petra: Staff) -> None:
    text = table_new.new_table("hur_brattom", "Hur bråttom")
    put(made, petra, "hur_brattom.dmn", text)
    assert "tabell" not in done(made)
    row = text[text.index("<rule") : text.index("</rule>") + len("</rule>")]
    put(made, petra, "hur_brattom.dmn", text.replace(row, row + row.replace("rad_1", "rad_2")))
    assert "tabell" in done(made)
    drawn(made, petra, added("beslut", "Avgör"))
    assert "beslut" not in done(made)
    drawn(made, petra, lambda text: settings.change(text, "avgor", Change(decision="hur_brattom")))
    assert "beslut" in done(made)


def test_a_choice_counts_when_a_way_has_a_condition(made: Draft, petra: Staff) -> None:
    drawn(made, petra, added("val", "Bråttom?"))
    assert "val" not in done(made)
    root = diagram.parse(made.files.get(name=NAME).text.encode())
    flows = [
        flow.get("id", "") for flow in root.iter(diagram.tag("sequenceFlow")) if flow.get("sourceRef") == "gw_brattom"
    ]
    ways = [Told(flow=flow, name="", condition="1 < 2", is_default=not at) for at, flow in enumerate(flows)]
    drawn(made, petra, lambda text: settings.change_ways(text, "gw_brattom", ways))
    assert "val" in done(made)


def test_a_time_and_a_system_count_when_they_are_told(made: Draft, petra: Staff) -> None:
    drawn(made, petra, added("tid", "Vänta"))
    drawn(made, petra, added("system", "Hämta"))
    assert done(made) >= {"tid"}
    assert not done(made) & {"system", "kontroll"}
    drawn(made, petra, lambda text: settings.change(text, "hamta", Change(operation="folkbokforing.look_up")))
    assert done(made) >= {"tid", "system", "kontroll"}


def test_a_scenario_counts_when_it_passes_and_a_review_when_it_is_asked_and_approved(made: Draft, petra: Staff) -> None:
    now, whole = timezone.now(), trying.version(made)
    assert whole is not None
    trial = trials.begin(draft=made, person={"alder": 82}, answers_for_systems=False, begins_at=now, by=petra, now=now)
    trials.take(trial=trial, step={"start": "start_forlopp", "answers": {"skal": "Yr"}}, whole=whole, now=now)
    name = trials.record(trial=trial, title="Startar", whole=whole, by=petra, now=now).name
    assert "prova" in done(made)
    text = made.files.get(name=name).text
    put(made, petra, name, text.replace("samordnare:forsta_steget", "lakare:forsta_steget"))
    assert "prova" not in done(made)
    put(made, petra, name, text)
    reviews.ask(draft=made, note="Nytt", by=petra, now=now)
    assert "granska" in done(made)
    reviews.approve(draft=made, answer="", by=workbench.owner("pavel"), now=now)
    made.refresh_from_db()
    assert done(made) >= {"granska", "publicerat"}


def test_the_page_of_the_draft_says_what_is_next_until_it_is_put_away(made: Draft, petra: Staff) -> None:
    client, here = pages.logged_in(petra), f"/verkstad/{made.ref}/"
    assert "Första timmen: Låt tre professioner arbeta" in pages.text(client.get(here))
    assert "0 av 11" not in pages.text(client.get(f"{here}forsta-timmen/"))
    page = pages.text(client.post(f"{here}forsta-timmen/undan/", follow=True))
    assert "Låt tre professioner arbeta" not in page
    assert f'href="{here}forsta-timmen/"' in page
    page = pages.text(client.post(f"{here}forsta-timmen/undan/", follow=True))
    assert "Låt tre professioner arbeta" in page


def test_it_is_nobody_elses(made: Draft) -> None:
    colleague = pages.logged_in(workbench.owner("pavel"))
    assert "Låt tre professioner arbeta" not in pages.text(colleague.get(f"/verkstad/{made.ref}/"))
    stranger = pages.logged_in(pages.staff("anna", "samordnare"))
    for address in (f"/verkstad/{made.ref}/forsta-timmen/", "/verkstad/forsta-timmen/"):
        assert stranger.get(address).status_code == 404


def test_the_hour_begins_before_there_is_a_draft(petra: Staff, made: Draft, client: Client) -> None:
    client.force_login(petra)
    page = pages.text(client.get("/verkstad/forsta-timmen/"))
    assert 'href="/verkstad/ny/"' in page
    assert f'href="/verkstad/{made.ref}/forsta-timmen/"' in page
    assert drafting.visible(petra).count() == 1
