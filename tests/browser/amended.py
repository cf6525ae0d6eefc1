"""A task that has been corrected, added to and disputed, for the walk of every page; its addresses by name."""

from __future__ import annotations

import uuid

from django.utils import timezone

from people.models import Contact, Individual, Staff
from people.services import plan
from tasks.services import comments
from tests import pages
from workflows.services import amending, user_tasks
from workflows.services.amending import Why

ANSWERED = {"besoksdag": "2026-12-01", "plats": "hemma", "hinder": [], "tolk": False}


def addresses(anna: Staff, individual: Individual) -> dict[str, str]:
    now = timezone.now()
    task = pages.task(pages.start(individual, anna), "planera_besok")
    user_tasks.complete(task=task, answers=ANSWERED, by=anna, now=now)
    task.refresh_from_db()
    target = amending.of_task(task)
    other = ANSWERED | {"plats": "annan", "annan_plats": "Dagverksamheten"}
    asked = Why(reason="Fel plats skrevs", seen=0, is_asked=True)
    amending.correct_answers(task=task, answers=other, why=asked, by=anna, now=now)
    amending.add(target=target, text="Dottern är med.", why=Why(reason="Glömdes", seen=1), by=anna, now=now)
    view = Why(reason="Två kollegor hörde det", seen=2, view="Jag har aldrig sagt det.")
    amending.refuse(target=target, why=view, by=anna, now=now)
    comments.add(task=task, text="Ring dottern först.", by=anna, now=now, action_id=uuid.uuid4())
    told = {"slag": "anhorig", "namn": "Eva (påhittad)", "fran": "2026-01-01"}
    contact = plan.add(Contact, individual=individual, told=told, by=anna, now=now)
    amending.correct_plan(row=contact, told={"namn": "Ewa (påhittad)"}, why=Why(reason="Fel", seen=0), by=anna, now=now)
    where = f"/uppgifter/{task.public_id}/"
    own = f"/personer/{individual.ref}/plan/kontakt/{contact.thread}/"
    return {
        "task, corrected": where,
        "correct answers": f"{where}rattelser/ratta/",
        "add to a task": f"{where}rattelser/komplettera/",
        "disputed answers": f"{where}rattelser/avsla/",
        "correct a part of a task": f"{where}rattelser/ratta/anteckning/{task.comments.get().pk}/",
        "done on what stood": f"{where}pa-det-som-stod/",
        "add to what is the person's own": f"{own}rattelser/komplettera/",
        "what is the person's own, corrected": f"{own}forut/",
    }
