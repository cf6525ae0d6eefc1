"""Parts that several förlopp use: changed in a draft of their own, tried in each of them, published in all or none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from people.models import Staff
from tests import pages, workbench
from workbench import drafting, sharing
from workbench.models import Draft
from workbench.services import drafts, publishing, reviews
from workflows import definitions
from workflows.definitions import Folder
from workflows.models import ProcessDefinition
from workflows.services import deployments

pytestmark = pytest.mark.django_db
PART = "_shared/forms/f_plats.json"
FIELD = {"key": "var", "type": "str", "label": "Var?", "required": True}
FORM: dict[str, object] = {"title": "Plats", "fields": [FIELD]}
SCENARIO = """title = "Startar"
now = "2026-11-23T09:00:00+01:00"
[[step]]
start = "start_hembesok"
answers = { orsak = "Ramlade" }
[[step]]
complete = "planera_besok"
answers = { var = "Hemma" }
"""


def course(key: str, form: dict[str, object] | None = None) -> None:
    """Hembesök under another name, planned in a form that has the part in it, or without it."""
    read = definitions.read(pages.FORLOPP / "hembesok")
    sources = {**read.sources, PART: json.dumps(FORM)}
    sources["process.toml"] = sources["process.toml"].replace('key = "hembesok"', f'key = "{key}"')
    sources["process.toml"] = sources["process.toml"].replace('title = "Hembesök"', f'title = "{key.title()}"')
    if form is not None:
        sources[workbench.PLAN] = json.dumps(form)
        papers = {"scenarios/01_startar.toml": SCENARIO}
    else:
        papers = {}
    made = definitions.from_sources(sources, Path(f"{key}.zip"))
    deployments.publish(folder=Folder(made.config, sources, [], papers), by=None, now=timezone.now())


@pytest.fixture
def owner(db: None, settings: object, tmp_path: Path) -> Staff:
    settings.FORLOPP_BPMN_DIR = tmp_path  # type: ignore[attr-defined]
    (tmp_path / "_shared" / "forms").mkdir(parents=True)
    (tmp_path / PART).write_text(json.dumps(FORM), encoding="utf-8")
    asks: dict[str, object] = {"title": "Planera", "fields": [{"type": "include", "form": "_shared/f_plats"}]}
    course("ett", asks)
    course("tva", asks)
    course("utan")
    return workbench.owner()


@pytest.fixture
def client(owner: Staff) -> Client:
    return pages.logged_in(owner)


@pytest.fixture
def draft(client: Client) -> Draft:
    assert client.post("/verkstad/delade/").status_code == 302
    return Draft.objects.get()


def changed(draft: Draft, owner: Staff, **field: object) -> None:
    text = json.dumps({**FORM, "fields": [{**FIELD, **field}]}, ensure_ascii=False)
    workbench.saved(draft, PART, text, draft.files.get(name=PART).revision, by=owner)


def approved(draft: Draft, owner: Staff) -> None:
    reviews.ask(draft=draft, note="Tydligare fråga", by=owner, now=timezone.now())
    reviews.approve(draft=draft, answer="", by=workbench.owner("karin"), now=timezone.now())


def numbers() -> dict[str, int]:
    return {one.key: one.current.number for one in ProcessDefinition.objects.all() if one.current}


def test_one_draft_of_them_at_a_time_says_who_uses_which(client: Client, draft: Draft, owner: Staff) -> None:
    client.post("/verkstad/delade/")
    assert Draft.objects.count() == 1
    changed(draft, owner, label="Var är personen?")
    page = pages.text(client.get(f"/verkstad/{draft.ref}/"))
    assert page.count("Alla 1 scenario går") == 2
    assert "Utan" not in page.partition("Förlopp som använder delarna")[2]


def test_a_change_that_breaks_a_scenario_is_told_for_each(client: Client, draft: Draft, owner: Staff) -> None:
    changed(draft, owner, key="plats")
    page = pages.text(client.get(f"/verkstad/{draft.ref}/granska/"))
    assert page.count("1 av 1 scenario går inte") == 2
    assert "Svaren på planera_besok är inte giltiga" in page


def test_what_no_user_can_carry_out_is_not_reviewed(draft: Draft, owner: Staff) -> None:
    changed(draft, owner, type="ingenting")
    with pytest.raises(reviews.HasErrors):
        reviews.ask(draft=draft, note="", by=owner, now=timezone.now())


def test_approved_every_user_gets_a_version_and_nobody_else(client: Client, draft: Draft, owner: Staff) -> None:
    base = publishing.current("ett")
    assert base is not None
    other = drafts.begin(key="ett", folder=Folder({}, base.sources), by=owner, now=timezone.now(), base=base)
    changed(draft, owner, label="Var är personen?")
    reviews.ask(draft=draft, note="", by=owner, now=timezone.now())
    with pytest.raises(publishing.OwnWork):
        reviews.approve(draft=draft, answer="", by=owner, now=timezone.now())
    reviews.withdraw(draft=draft, by=owner, now=timezone.now())
    approved(draft, owner)
    assert numbers() == {"ett": 2, "tva": 2, "utan": 1}
    assert "Var är personen?" in sharing.current()[PART]
    assert draft.publications.count() == 2
    assert "Var är personen?" in drafting.texts(other)[PART]
    other.refresh_from_db()
    assert other.base == publishing.current("ett")
    page = pages.text(client.get(f"/verkstad/{draft.ref}/granska/"))
    assert "Ett</a> version 2" in page
    assert "Var är personen?" in page


def test_each_is_changed_where_it_belongs(draft: Draft, owner: Staff, client: Client) -> None:
    with pytest.raises(drafts.Unstorable, match="bara delade"):
        workbench.saved(draft, "forms/eget.json", "{}", 0, by=owner)
    mine = workbench.draft(owner)
    with pytest.raises(drafts.Unstorable, match="för sig"):
        workbench.saved(mine, PART, "{}", 0, by=owner)
    assert client.get(f"/verkstad/{draft.ref}/formular/{PART}").status_code == 200
    assert 'name="gor"' in pages.text(client.get(f"/verkstad/{draft.ref}/formular/{PART}"))


def test_what_names_a_part_uses_it_also_through_another() -> None:
    shared = {
        "_shared/sip.bpmn": '<bpmn:process id="sip"><x formKey="_shared/f_a"/></bpmn:process>',
        "_shared/forms/f_a.json": '{"include": "_shared/f_ab"}',
        "_shared/forms/f_ab.json": "{}",
        "_shared/forms/f_abc.json": "{}",
        "_shared/pris.dmn": '<decision id="pris">',
    }
    own = {"a.bpmn": '<callActivity calledElement="sip"/>'}
    assert sharing.reached(own, shared) == {"_shared/sip.bpmn", "_shared/forms/f_a.json", "_shared/forms/f_ab.json"}
    assert sharing.reached({"a.bpmn": "<s:calledDecisionId>pris</s:calledDecisionId>"}, shared) == {"_shared/pris.dmn"}
