"""Which version applies where and from when: chosen at approval, tried in areas, planned, widened and taken back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from people.models import Individual, Staff, Unit
from tests import pages, workbench
from tests.releases import NOW, answer, approve, living, shown, starts_in
from tests.workbench import PLAN
from workbench import drafting
from workbench.models import Draft, DraftState, Publication
from workbench.services import drafts, publishing, reviews
from workflows import definitions
from workflows.definitions import Folder
from workflows.models import (
    AreaVersion,
    ProcessDefinition,
    ProcessVersion,
    SignalStart,
    StartSubscription,
)
from workflows.services import areas, bringing, deployments, instances, messages, signals

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _areas() -> None:
    for key, name, area in (("ht_norr", "Hemtjänsten norr", "Norr"), ("ht_soder", "Hemtjänsten söder", "Söder")):
        Unit.objects.create(key=key, name=name, area=area)


@pytest.fixture
def pia() -> Staff:
    return workbench.owner("pia")


@pytest.fixture
def per() -> Staff:
    return workbench.owner("per")


@pytest.fixture
def asked(pia: Staff) -> Draft:
    """Hembesök with another title on a form, waiting for a colleague."""
    pages.publish()
    return shown(pia)


def test_a_version_is_tried_by_those_who_live_in_the_area_and_by_nobody_else(asked: Draft, per: Staff) -> None:
    told = answer(pages.logged_in(per), asked, "granska/svara/", gor="godkann", var="omraden", omrade="Norr")
    assert "Version 2 är publicerad och prövas i Norr" in told
    assert [starts_in(living(area)) for area in ("Norr", "Söder", "")] == [2, 1, 1]


def test_the_version_of_one_with_protected_identity_does_not_tell_where_they_live(asked: Draft, per: Staff) -> None:
    approve(asked, per, areas=["Norr"])
    assert starts_in(living("Norr", protection="sekretessmarkering")) == 1


def test_the_database_refuses_two_versions_in_one_area_and_a_trial_nowhere(asked: Draft, per: Staff) -> None:
    approve(asked, per, areas=["Norr"])
    first = ProcessVersion.objects.get(number=1)
    for area in ("Norr", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            AreaVersion.objects.create(definition=first.definition, version=first, area=area, since=NOW)


def test_an_area_that_no_unit_has_is_refused_and_nothing_is_published(asked: Draft, per: Staff) -> None:
    told = answer(pages.logged_in(per), asked, "granska/svara/", gor="godkann", var="omraden", omrade="Månen")
    assert "Välj områden som någon enhet har" in told
    told = answer(pages.logged_in(per), asked, "granska/svara/", gor="godkann", var="omraden")
    assert "Välj minst ett område" in told
    assert (asked.state, ProcessVersion.objects.count()) == (DraftState.REVIEW, 1)


def test_a_trial_is_widened_to_all_with_a_reason_and_leaves_no_trace_of_the_areas(asked: Draft, per: Staff) -> None:
    approve(asked, per, areas=["Norr"])
    client = pages.logged_in(per)
    assert client.post("/verkstad/galla/hembesok/2/", {"var": "alla", "skal": " "}).status_code == 422
    client.post("/verkstad/galla/hembesok/2/", {"var": "alla", "skal": "Gick bra i Norr."})
    assert not AreaVersion.objects.exists()
    assert starts_in(living("Söder")) == 2
    told = Publication.objects.first()
    assert told is not None
    assert (told.kind, told.areas, told.reason, told.by) == ("widened", [], "Gick bra i Norr.", per)


def test_who_has_changed_it_does_not_widen_it(asked: Draft, pia: Staff, per: Staff) -> None:
    version = approve(asked, per, areas=["Norr"])
    assert version is not None
    with pytest.raises(publishing.OwnWork):
        publishing.let_apply(version=version, areas=[], reason="Jag vill", by=pia, now=NOW)


def test_a_trial_is_taken_back_and_what_started_in_it_is_told_of(asked: Draft, per: Staff) -> None:
    approve(asked, per, areas=["Norr", "Söder"])
    starts_in(living("Norr"))
    client = pages.logged_in(per)
    page = pages.text(client.get("/verkstad/tillbaka/hembesok/2/"))
    assert "1 ärende har startat i version 2" in page
    assert "Flytta till version 1" in page
    client.post("/verkstad/tillbaka/hembesok/2/", {"omrade": "Norr", "skal": "Frågan saknades."})
    assert [starts_in(living(area)) for area in ("Norr", "Söder")] == [1, 2]
    again = client.post("/verkstad/tillbaka/hembesok/2/", {"omrade": "Norr", "skal": "Igen"})
    assert again.status_code == 422


def test_another_version_for_all_leaves_a_trial_alone_and_another_trial_takes_its_place(
    asked: Draft, pia: Staff, per: Staff
) -> None:
    approve(asked, per, areas=["Norr"])
    approve(shown(pia, "Boka tid"), per)
    assert [starts_in(living(area)) for area in ("Norr", "Söder")] == [2, 3]
    approve(shown(pia, "Hitta tid"), per, areas=["Norr"])
    assert [starts_in(living(area)) for area in ("Norr", "Söder")] == [4, 3]


def test_a_new_forlopp_can_be_tried_in_an_area_before_there_is_one_for_all(pia: Staff, per: Staff) -> None:
    made = shown(pia)
    approve(made, per, areas=["Norr"])
    assert starts_in(living("Norr")) == 1
    with pytest.raises(instances.NotPublished):
        starts_in(living("Söder"))
    page = pages.text(pages.logged_in(per).get("/forlopp/hembesok/"))
    assert "Norr</strong>: version 1 sedan" in page
    assert "prövas bara i Norr" in pages.text(pages.logged_in(per).get("/forlopp/"))


def test_what_starts_it_is_of_the_version_that_applies(asked: Draft, per: Staff) -> None:
    whole = definitions.read(pages.FORLOPP / "hembesok")
    for version, message in ((1, "ny"), (2, "nyare")):
        approve(asked, per, areas=["Norr"]) if version == 2 else None
        found = ProcessVersion.objects.get(number=version)
        about = {"definition": found.definition, "start_event": "start_hembesok"}
        StartSubscription.objects.create(version=found, message_name=message, **about)
    assert whole.sources
    got = {
        (area, name): len(
            messages.publish(name=name, keys={}, payload={"orsak": "Yr"}, individual=living(area), now=NOW).started
        )
        for area in ("Norr", "Söder")
        for name in ("ny", "nyare")
    }
    assert got == {("Norr", "ny"): 0, ("Norr", "nyare"): 1, ("Söder", "ny"): 1, ("Söder", "nyare"): 0}


def test_a_signal_starts_the_version_that_applies(asked: Draft, per: Staff) -> None:
    approve(asked, per, areas=["Norr"])
    for number, name in ((1, "larm"), (2, "larm")):
        version = ProcessVersion.objects.get(number=number)
        about = {"definition": version.definition, "start_event": "start_hembesok"}
        SignalStart.objects.create(version=version, name=name, **about)
    both = [living(area) for area in ("Norr", "Söder")]
    assert signals.reach("larm", both).starts == ["Hembesök"]
    signals.send(name="larm", individuals=both, reason="Prov", by=per, now=NOW)
    with mock.patch.object(instances, "_checked", return_value={"orsak": "Yr"}):
        bringing.bring_waiting(now=NOW)
    assert [one.instances.get().version.number for one in both] == [2, 1]


def test_what_no_longer_applies_anywhere_is_started_by_nothing(asked: Draft, per: Staff) -> None:
    version = approve(asked, per, areas=["Norr"])
    assert version is not None
    about = {"definition": version.definition, "start_event": "start_hembesok"}
    StartSubscription.objects.create(version=version, message_name="nyare", **about)
    publishing.take_back(version=version, areas=["Norr"], reason="Nej", by=per, now=NOW)
    assert not StartSubscription.objects.exists()


def test_an_area_with_another_name_keeps_its_trial(asked: Draft, per: Staff) -> None:
    approve(asked, per, areas=["Norr"])
    living("Norr")
    pages.join(per, "samordnare")
    unit = Unit.objects.get(key="ht_norr")
    areas.serve(unit=unit, area="Norra", postal_codes="", last=0, by=per, now=NOW, action_id=asked.ref)
    assert starts_in(Individual.objects.get(area="Norra")) == 2


def test_a_start_by_hand_shows_the_form_of_the_version_that_applies(asked: Draft, per: Staff) -> None:
    approve(asked, per, areas=["Norr"])
    anna = pages.staff("anna", "samordnare")
    client, one = pages.logged_in(anna), living("Norr")
    client.post(f"/arenden/starta/hembesok/{one.ref}/", {"orsak": "Ramlade"})
    assert [made.version.number for made in one.instances.all()] == [2]


def test_a_restart_leaves_a_trial_alone(asked: Draft, per: Staff, settings: Any) -> None:
    approve(asked, per, areas=["Norr"])
    settings.FORLOPP_BPMN_DIR = str(pages.FORLOPP)
    call_command("load_forlopp")
    assert [starts_in(living(area)) for area in ("Norr", "Söder")] == [2, 1]


def test_a_restart_checks_only_what_has_changed(tmp_path: Path, settings: Any) -> None:
    folder = tmp_path / "hembesok"
    shutil.copytree(pages.FORLOPP / "hembesok", folder)
    settings.FORLOPP_BPMN_DIR = str(tmp_path)
    checks = []
    for changed in ("", "", "README.md", "", "process.toml", ""):
        if changed:
            with (folder / changed).open("a", encoding="utf-8") as file:
                file.write("\n# Något nytt\n")
        with mock.patch.object(deployments, "checked", side_effect=definitions.checked) as checked:
            call_command("load_forlopp")
        checks.append(checked.call_count)
    assert checks == [1, 0, 1, 0, 1, 0]


# -- those that go on --------------------------------------------------------------------------------------------------


def test_before_it_is_published_one_sees_who_could_be_moved_and_why_others_not(
    asked: Draft, pia: Staff, per: Staff
) -> None:
    starts_in(living("Norr"))
    client = pages.logged_in(per)
    page = pages.text(client.get(f"/verkstad/{asked.ref}/granska/"))
    assert "1 ärende pågår i version 1" in page
    page = pages.text(client.get(f"/verkstad/{asked.ref}/granska/?flytt=ja"))
    assert "1 skulle flyttas, 0 kan inte" in page
    reviews.give_back(draft=asked, answer="Byt namn på steget", by=per, now=NOW)
    text = drafting.texts(asked)
    renamed = {
        name: text[name].replace("planera_besok", "boka").replace("Planera besöket", "Boka")
        for name in ("hembesok.bpmn", "process.toml")
    }
    for name, changed in renamed.items():
        drafts.save(draft=asked, name=name, text=changed, revision=1, by=pia, now=NOW)
    drafts.save(draft=asked, name="forms/boka.json", text=text[PLAN], revision=0, by=pia, now=NOW)
    page = pages.text(client.get(f"/verkstad/{asked.ref}/granska/?flytt=ja"))
    assert "0 skulle flyttas, 1 kan inte, därför:" in page
    assert "(1 ärende)" in page
    assert ProcessVersion.objects.count() == 1


def test_published_for_all_leads_to_moving_and_a_trial_does_not(asked: Draft, pia: Staff, per: Staff) -> None:
    starts_in(living("Norr"))
    client = pages.logged_in(per)
    approve(asked, per, areas=["Norr"])
    move = "/flytta/hembesok/1/2/"
    assert move not in pages.text(client.get(f"/verkstad/{asked.ref}/granska/"))
    sent = client.post("/verkstad/galla/hembesok/2/", {"var": "alla", "skal": "Bra"}, follow=True)
    assert move in pages.text(sent)
    assert move in pages.text(client.get("/verkstad/galla/hembesok/2/"))


# -- who ---------------------------------------------------------------------------------------------------------------


def test_where_somebody_is_publisher_only_they_approve_what_they_have_not_changed(
    asked: Draft, pia: Staff, per: Staff
) -> None:
    eva = pages.staff("eva", "publicerare")
    with pytest.raises(publishing.NotPublisher):
        approve(asked, per)
    assert "En publicerare ska godkänna det" in pages.text(pages.logged_in(per).get(f"/verkstad/{asked.ref}/granska/"))
    assert "Version 2 är publicerad" in answer(pages.logged_in(eva), asked, "granska/svara/", gor="godkann")
    pages.join(pia, "publicerare")
    with pytest.raises(publishing.OwnWork):
        approve(shown(pia, "Boka tid"), pia)


def test_a_publisher_sees_what_is_shown_to_them_and_changes_nothing(asked: Draft, pia: Staff) -> None:
    client = pages.logged_in(pages.staff("eva", "publicerare"))
    unfinished = workbench.draft(pia)
    assert client.get(f"/verkstad/{unfinished.ref}/").status_code == 404
    assert client.get(f"/verkstad/{asked.ref}/").status_code == 200
    assert workbench.save(client, asked, PLAN, "{}", 2).status_code == 404
    assert client.get("/verkstad/ny/").status_code == 404
    assert client.post("/verkstad/fran/hembesok/1/").status_code == 404
    page = pages.text(client.get("/verkstad/"))
    assert "Nytt förlopp" not in page
    assert client.get("/signaler/").status_code == 404
    assert client.get("/forlopp/hembesok/").status_code == 200


def test_nothing_of_it_is_there_for_other_professions(asked: Draft, per: Staff) -> None:
    approve(asked, per, areas=["Norr"])
    client = pages.logged_in(pages.staff("anna", "samordnare"))
    for page in ("galla/hembesok/2/", "tillbaka/hembesok/2/", f"{asked.ref}/granska/"):
        assert client.get(f"/verkstad/{page}").status_code == 404
    assert client.post(f"/verkstad/{asked.ref}/granska/tid/", {"gor": "stall_in", "skal": "x"}).status_code == 404


def test_folders_and_packages_are_for_all(asked: Draft, per: Staff) -> None:
    approve(asked, per, areas=["Norr"])
    folder = definitions.read(pages.FORLOPP / "hembesok")
    changed = Folder({**folder.config, "title": "Besök hemma"}, folder.sources, [], folder.papers)
    version, is_new = deployments.publish(folder=changed, by=None, now=NOW)
    assert (version.number, is_new) == (3, True)
    assert [starts_in(living(area)) for area in ("Norr", "Söder")] == [2, 3]
    assert ProcessDefinition.objects.get().since == NOW
