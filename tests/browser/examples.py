"""An example of every page of the product, in the states that people meet: where it is and what to do there first.

`test_every_page.py` walks them all and fails for an address of the product that no example leads to. A new page is a
line here; a state of a page too, when it looks different.
"""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page

from integrations import configuration, volume
from integrations.sdk import document
from people.models import Contact, Goal, Individual, Profession, Staff
from people.services import plan
from tests import deciding, pages, replaying, signalling, workbench
from tests.browser import amended, benched, closed, first, followed, handed_over, let_in, logged, own_plan, released
from workbench.services import drafts
from workflows import definitions, sight
from workflows.models import OutboxMessage, ProcessInstance, ProcessVersion, UserTask
from workflows.services import (
    deployments,
    inbox,
    incidents,
    instances,
    mending,
    migration,
    pausing,
    repeating,
    user_tasks,
)

Step = Callable[[Page], None]

NOT_PAGES = {
    **dict.fromkeys(("halsa", "halsa_lever", "halsa_redo"), "for the supervisor and others: JSON"),
    "metrics": "for Prometheus",
    "web:style": "the municipality's colours",
    "web:logo": "a picture",
    "workflows:diagram": "the diagram as BPMN",
    "workflows:attachment": "a file that staff have added",
    "workflows:attachment_small": "the same, small",
    **dict.fromkeys(("tasks:task_pdf", "tasks:instance_pdf", "workflows:routine_pdf", "plan:pdf"), "a PDF"),
    **dict.fromkeys(("workbench:routine_pdf", "workbench:diagram_pdf", "workflows:drawing_pdf"), "a PDF"),
    "followup:report": "a PDF",
    "workflows:drawing_source": "the diagram of a version as BPMN",
    "disposal:map_file": "a file for a spreadsheet",
    "workflows:package": "a förlopp as a zip",
    "tasks:list": "a part of the inbox, for its script",
    "tasks:push_worker": "the script that shows notices",
    "tasks:home": "leads to the inbox",
    **dict.fromkeys(("tasks:my_unit", "followup:my_units"), "leads to one's own unit"),
    "workflows:several": "shown when it has been posted; the example of incidents does so",
    "integrations:medicingivare_handelser": "for the vendor's machine",
    "integrations:medicingivare_dialekt": "for the vendor's machine",
    "integrations:region_soap": "for the region's machine",
    "integrations:batch_report": "a file for a spreadsheet",
    "workbench:package": "a draft as a zip",
    "workbench:file": "for the editors: JSON",
    "workbench:findings": "for the editors: JSON",
    "workbench:choices": "for the editors: JSON",
    "integrations:sdk_file": "a file that came with a message",
    **dict.fromkeys(("people:begin", "people:answer", "saml_finish_acs", "saml_metadata"), "for identity providers"),
    **dict.fromkeys(("plan:begin", "plan:answer_of"), "for brokers of e-legitimation"),
}
"""Addresses that answer with no page of their own; what only takes a POST need not be here."""


GOAL = {
    "mal_text_egna_ord": "Gå till brevlådan själv.",
    "livsomrade": "d4",
    "maldatum": "2027-01-31",
    "utgangslage": 3,
    "avsett_lage": 1,
    "overenskommet_med": ["individ"],
}


@dataclass(frozen=True)
class Example:
    address: str
    first: Step | None = None
    status: int = 200


def of_everything(anna: Staff) -> dict[str, Example]:
    """Anna is a coordinator who also looks after the system, so that every page is hers to see."""
    pages.join(anna, "it_drift")
    pages.publish()
    colleague, berit, doris = pages.staff("bo", "samordnare"), pages.person(), pages.person("193902282387", "Doris")
    begun, waiting, taken = (pages.start(one, anna) for one in (berit, doris, doris))
    done, open_task, theirs = (pages.task(one, "planera_besok") for one in (begun, waiting, taken))
    answers = {"besoksdag": "2026-12-01", "plats": "hemma", "tolk": False}
    user_tasks.complete(task=done, answers=answers, by=anna, now=timezone.now())
    user_tasks.claim(task=theirs, by=colleague, now=timezone.now())
    made = _tasks(done.public_id, open_task.public_id, theirs.public_id)
    made["task that is not needed"] = Example(f"/uppgifter/{_maybe_not_needed(anna, doris).public_id}/ej-aktuell/")
    for role in ("ekonomi", "statistikansvarig", "processagare", "enhetschef"):
        pages.join(anna, role)
    made |= _persons(anna, berit) | _courses(anna, begun, waiting) | _steering(anna)
    opened = own_plan.addresses(anna, berit) | followed.on_walls(anna)
    made |= {name: Example(at, then) for name, (at, then) in opened.items()}
    plain = logged.addresses(anna, berit) | logged.disposal(anna) | amended.addresses(anna, berit)
    made |= {name: Example(address) for name, address in plain.items()}
    made |= {name: Example(at, None, status) for name, (at, status) in closed.addresses(anna, berit).items()}
    made["row of the log with an error"] = Example(made["row of the log"].address, first.unjudged)
    made["search in the log with an error"] = Example("/logg/sok/", first.nobody_searched)
    made["disposal without a decision"] = Example(made["disposal to decide"].address, first.undecided)
    made["extract of the log for somebody"] = Example("/logg/utdrag/", first.extracted)
    return made | _systems(anna) | _files() | _sdk() | _let_in() | _catalogue() | _workbench(anna) | _common()


def _tasks(done: object, open_task: object, theirs: object) -> dict[str, Example]:
    return {
        "inbox": Example("/uppgifter/", first.unfold_filters),
        "inbox, confirmation": Example(f"/uppgifter/?klar={done}"),
        "inbox, nothing of mine": Example("/uppgifter/?visa=mina"),
        "inbox, nothing fits": Example("/uppgifter/?prioritet=3&tid=forsenade"),
        "shortcuts": Example("/kortkommandon/"),
        "notices": Example("/notiser/"),
        "notices with errors": Example("/notiser/", first.notices_wrong),
        "saved filters": Example("/uppgifter/urval/?prioritet=3"),
        "task": Example(f"/uppgifter/{open_task}/"),
        "task with a row": Example(f"/uppgifter/{open_task}/", first.row),
        "task with errors": Example(f"/uppgifter/{open_task}/", first.missing),
        "task of a colleague": Example(f"/uppgifter/{theirs}/"),
        "task already done": Example(f"/uppgifter/{done}/"),
        "task that could not be done": Example(f"/uppgifter/{open_task}/kunde-inte/"),
        "files of a task": Example(f"/uppgifter/{open_task}/filer/"),
        "handing a task over": Example(f"/uppgifter/{open_task}/lamna-over/"),
        "asking a colleague": Example(f"/uppgifter/{open_task}/fraga/"),
        "several tasks": Example("/uppgifter/valj/"),
        "unit": Example("/enhet/norr/"),
        "unit, handing over": Example("/enhet/norr/overlamning/"),
        "unit, workload": Example("/enhet/norr/belastning/"),
        "unit, absence": Example("/enhet/norr/franvaro/"),
        "areas": Example("/omraden/"),
        "area of a unit": Example("/omraden/norr/"),
    }


def _maybe_not_needed(anna: Staff, individual: Individual) -> UserTask:
    """One whose form says why nobody may need it."""
    folder, form = definitions.read(pages.FORLOPP / "hembesok"), "forms/planera_besok.json"
    reasons = {"ej_aktuellt": [{"value": "hemma", "label": "Personen är redan hemma"}]}
    sources = {**folder.sources, form: json.dumps(json.loads(folder.sources[form]) | reasons)}
    changed = definitions.Folder({**folder.config, "key": "kanske"}, sources)
    deployments.publish(folder=changed, by=None, now=timezone.now())
    told, now = {"orsak": "Yrsel på morgonen."}, timezone.now()
    begun = instances.start(definition_key="kanske", individual=individual, by=anna, now=now, answers=told)
    return pages.task(begun, "planera_besok")


def _persons(anna: Staff, individual: Individual) -> dict[str, Example]:
    Profession.objects.filter(key="samordnare").update(sphere="bada")
    ref, sphere, now = individual.ref, sight.own_sphere(anna), timezone.now()
    goal = plan.add(Goal, individual=individual, told=GOAL, by=anna, now=now, sphere=sphere)
    plan.rate(goal, told={"datum": "2026-11-20", "utfall": "delvis", "nulage": 2, "gas_utfall": -1}, by=anna, now=now)
    contact = {"slag": "anhorig", "namn": "Eva (påhittad)", "telefon": "070-174 06 41", "fran": "2026-01-01"}
    plan.add(Contact, individual=individual, told=contact, by=anna, now=now)
    return {
        "dispenser": Example(f"/personer/{ref}/system/medicingivare/"),
        "new consent": Example(f"/personer/{ref}/plan/samtycke/"),
        "goal": Example(f"/personer/{ref}/plan/mal/{goal.thread}/"),
        "goal, before": Example(f"/personer/{ref}/plan/mal/{goal.thread}/forut/"),
        "goal, followed up": Example(f"/personer/{ref}/mal/{goal.thread}/folj-upp/"),
        "persons": Example("/personer/"),
        "person": Example(f"/personer/{ref}/"),
        "timeline of a person": Example(f"/personer/{ref}/tidslinje/"),
        "area of a person": Example(f"/personer/{ref}/omrade/"),
        "start": Example("/arenden/starta/"),
        "start form": Example(f"/arenden/starta/hembesok/{ref}/"),
        "register": Example(f"/personer/{ref}/meddelande/"),
        "register a message": Example(f"/personer/{ref}/meddelande/region/utskrivningsklar/"),
    }


def _courses(anna: Staff, begun: ProcessInstance, waiting: ProcessInstance) -> dict[str, Example]:
    """Ärenden, stopped and not."""
    decided = deciding.decides(anna, "FIRST", ("&lt; 65", "-", "7"), ("-", "-", '"snart"'))
    deciding.answer(decided)
    stop = _stopped(waiting)
    paused = pages.start(waiting.individual, anna)
    _stopped(paused)
    mending.suspend(instance=paused, reason="Utreds", by=anna, now=timezone.now())
    return {
        "ärende": Example(f"/arenden/{begun.public_id}/", first.open_diagram),
        "ärende with a decision": Example(f"/arenden/{decided.public_id}/", first.open_decision),
        "paused ärende": Example(f"/arenden/{paused.public_id}/"),
        "paused task": Example(f"/uppgifter/{pages.task(paused, 'planera_besok').public_id}/"),
        "stops": Example("/stopp/"),
        "stop": Example(f"/stopp/{stop}/"),
        "several stops tried out": Example("/stopp/", first.try_out),
        "mend": Example(f"/arenden/{waiting.public_id}/atgarda/?stopp={stop}"),
        "change": Example(f"/arenden/{waiting.public_id}/andra/"),
        "pausing": Example(f"/arenden/{begun.public_id}/pausa/"),
        "going on": Example(f"/arenden/{paused.public_id}/pausa/"),
        "something has happened": Example(f"/arenden/{begun.public_id}/hant/"),
        "another förlopp": Example(f"/arenden/{begun.public_id}/byt/"),
    }


def _stopped(instance: ProcessInstance) -> object:
    text = "Steget kunde inte räknas ut."
    stop = incidents.open_incident(code="engine", text=text, group="samordnare", now=timezone.now(), instance=instance)
    return stop.public_id


def _steering(anna: Staff) -> dict[str, Example]:
    """Two versions of a förlopp, and ärenden that move from the one to the other."""
    for name in ("edge", "catch"):
        signalling.publish("signalforlopp", signalling.place(name))
        if name == "edge":
            signalling.start("signalforlopp", pages.person())
    old, new = ProcessVersion.objects.filter(definition__key="signalforlopp").order_by("number")
    moving = migration.start(from_version=old, to_version=new, mapping={}, by=anna, now=timezone.now())
    return {
        "forms": Example("/formular/"),
        "form": Example("/formular/hembesok/planera_besok/?visa=ifyllt"),
        "signals": Example("/signaler/"),
        "moves": Example("/flytta/"),
        "move, planned": Example(f"/flytta/signalforlopp/{old.number}/{new.number}/"),
        "move": Example(f"/flytta/{moving.public_id}/"),
    }


def _systems(anna: Staff) -> dict[str, Example]:
    """The region with a message that stopped, a call that failed and a period tried again; home care paused."""
    now = timezone.now()
    stopped = inbox.receive(source="region", message_id="exempel-1", raw=b'{"typ": "okand"}', now=now).message
    row = OutboxMessage.objects.create(
        instance=ProcessInstance.objects.earliest("pk"),
        engine_task_id=uuid.uuid4(),
        element_id="planera_besok",
        operation="region.confirm_notice",
        params={"inskrivning_id": "1"},
        next_try_at=now,
        created_at=now,
    )
    day = timedelta(days=1)
    replay = repeating.begin(
        source="region",
        since=now - day,
        until=now + day,
        with_ignored=False,
        is_trial=True,
        reason="x",
        by=anna,
        now=now,
    )
    while repeating.run_waiting(now=now):
        pass
    pausing.pause(system="hemtjanst", reason="De byter server.", by=anna, now=now)
    volume.roll_up(now=now)
    return {
        "integrations": Example("/integrationer/", first.open_week),
        "system": Example("/integrationer/region/"),
        "system, paused": Example("/integrationer/hemtjanst/"),
        "incoming": Example("/integrationer/region/in/?lage=stopped"),
        "message": Example(f"/integrationer/meddelande/{stopped.public_id}/"),
        "message, corrected": Example(f"/integrationer/meddelande/{stopped.public_id}/", first.correct),
        "outgoing": Example("/integrationer/region/ut/"),
        "call": Example(f"/integrationer/anrop/{row.key}/"),
        "pausing a system": Example("/integrationer/region/pausa/"),
        "resuming a system": Example("/integrationer/hemtjanst/pausa/"),
        "replays": Example("/integrationer/region/kor-om/"),
        "replay": Example(f"/integrationer/omkorning/{replay.public_id}/"),
    }


def _files() -> dict[str, Example]:
    made = {name: Example(address) for name, address in handed_over.addresses().items()}
    acts = dict.fromkeys(("invoices of a file", "statistics of a month"), first.decide_row)
    acts |= {"message to somebody": handed_over.open_message}
    return made | {name: Example(made[name].address, act) for name, act in acts.items()}


def _sdk() -> dict[str, Example]:
    """Two messages that nobody has registered."""
    book = str(settings.BASE_DIR / "config" / "sdk_adressbok.toml")
    sample = settings.BASE_DIR / "bpmn" / "sdk_meddelande" / "samples" / "sdk_meddelande.json"
    told = json.loads(sample.read_text(encoding="utf-8"))
    told["avsandare"]["referenser"] = [{"slag": document.PERSONNUMMER, "id": "193805142381", "namn": ""}]
    with configuration.told(sdk={"adressbok": book}):
        for number in (1, 2):
            told["meddelande_id"] = str(uuid.UUID(int=number))
            inbox.receive(
                source="sdk", message_id=told["meddelande_id"], raw=json.dumps(told).encode(), now=timezone.now()
            )
    address = f"/integrationer/sdk/post/{uuid.UUID(int=1)}/"
    return {
        "messages to register": Example("/integrationer/sdk/post/"),
        "message to register": Example(address),
        "message to register, person found": Example(address, first.look_up),
        "message to register, with an error": Example(address, first.file_without_reason),
    }


def _let_in() -> dict[str, Example]:
    made = {name: Example(address) for name, address in let_in.addresses().items()}
    wrong = Example(made["new client"].address, first.nothing_typed)
    made |= {"a new account": Example("/konton/nytt/", first.no_account)}
    made |= {"an account with an error": Example(made["account"].address, first.closed_without)}
    return made | {"new client with errors": wrong, "token": Example(made["client"].address, first.another_token)}


def _catalogue() -> dict[str, Example]:
    return {
        "catalogue": Example("/forlopp/", first.unfold_menu),
        "catalogue, nothing fits": Example("/forlopp/?sok=finns+inte"),
        "förlopp": Example("/forlopp/hembesok/"),
        **{name: Example(address) for name, address in followed.addresses().items()},
        "förlopp as a routine": Example("/forlopp/hembesok/1/rutin/"),
        "förlopp as it is drawn": Example("/forlopp/hembesok/1/diagram/", first.drawn),
    }


def _workbench(anna: Staff) -> dict[str, Example]:
    pia = pages.staff("pia", "processagare")
    whole, tried = workbench.draft(pia), workbench.draft(pia)
    workbench.tried(tried, anna)
    made = workbench.draft(pia)
    with contextlib.suppress(drafts.Overtaken):
        drafts.save(draft=made, name=workbench.PLAN, text="{}", revision=0, by=pia, now=timezone.now())
    drafts.save(draft=made, name=workbench.PLAN, text="{}", revision=1, by=pia, now=timezone.now())
    here = f"/verkstad/{made.ref}/"
    workbench.with_table(made, pia)
    return {
        **{name: Example(*where) for name, *where in (*released.pages_of(pia), *benched.pages_of(pia))},
        "workbench": Example("/verkstad/"),
        "new förlopp with errors": Example("/verkstad/ny/", first.nothing_wished),
        "diagram of a draft": Example(f"{here}diagram/hembesok.bpmn"),
        "diagram in words": Example(f"{here}ord/hembesok.bpmn?steg=planera_besok"),
        "first hour": Example(f"{here}forsta-timmen/"),
        "first hour, before it begins": Example("/verkstad/forsta-timmen/"),
        "upload": Example("/verkstad/las-in/"),
        "draft with errors": Example(here),
        "review of a draft": Example(f"{here}granska/"),
        "trial of a draft with errors": Example(f"{here}prova/"),
        "trial before it begins": Example(f"/verkstad/{whole.ref}/prova/"),
        "trial": Example(f"/verkstad/{tried.ref}/prova/"),
        "form of a trial": Example(f"/verkstad/{tried.ref}/prova/svara/planera_besok/"),
        "scenarios, none": Example(f"/verkstad/{whole.ref}/scenarier/"),
        "scenarios": Example(f"/verkstad/{tried.ref}/scenarier/"),
        "finished ärenden on a draft": Example(f"/verkstad/{whole.ref}/avslutade/"),
        "finished ärenden on a draft, played": Example(f"/verkstad/{replaying.played(pia).ref}/avslutade/"),
        "earlier version": Example("/verkstad/galla/hembesok/1/"),
        "form editor": Example(f"{here}formular/forms/gor_besok.json?falt=0"),
        "form editor, the form itself": Example(f"{here}formular/forms/gor_besok.json?falt=formularet"),
        "decision table that several share": Example(f"{here}tabell/_shared/hur_ofta.dmn"),
        "decision table": Example(f"{here}tabell/{workbench.TABLE}?kolumn=0"),
        "preview of a form": Example(f"{here}formularvisning/forms/gor_besok.json"),
        "text of a draft": Example(f"{here}text/process.toml"),
        "kept aside": Example(f"{here}vid-sidan/{made.savings.get(is_aside=True).pk}/"),
    }


def _common() -> dict[str, Example]:
    return {
        "components": Example("/komponenter/"),
        "accessibility": Example("/tillganglighet/"),
        "not found": Example("/uppgifter/finns-inte/", status=404),
        "choice of uppdrag": Example("/uppdrag/", first.two_commissions),
        "how one signs in": Example("/inloggning/"),
        "another password": Example("/inloggning/losenord/", first.short_password),
        "a second step": Example("/inloggning/lagg-till/"),
        "codes in reserve": Example("/inloggning/reservkoder/"),
        "sign in again": Example("/logga-in/igen/?for=publish"),
        "log out, then log in": Example("/tillganglighet/", first.log_out),
    }


def of_strangers() -> dict[str, Example]:
    """What one sees before one has logged in."""
    return {
        "log in": Example("/logga-in/?next=/uppgifter/"),
        "choosing a password": Example("/logga-in/nytt-losenord/", first.wrong_code),
        "log in that failed": Example("/logga-in/", first.wrong_password),
        "demo": Example("/demo/"),
    }


def of_practice() -> dict[str, Example]:
    """The pages that only practice mode has, and one that it has changed."""
    return {
        "exercises": Example("/ovning/"),
        "clock": Example("/ovning/klocka/"),
        "clock on its way": Example("/ovning/klocka/", first.move_clock),
        "begin again": Example("/ovning/borja-om/"),
        "inbox in practice": Example("/uppgifter/"),
    }
