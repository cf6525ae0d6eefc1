"""Lives through practice mode in an installation of its own, and prints what it saw as JSON.

`python -m tests.fakes.practice`, with FORLOPP_MODE=practice and an empty FORLOPP_VAR in the environment.
"""

from __future__ import annotations

import datetime
import json
import os
import socket
import sys
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()

from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from config import processes
from people.models import Individual, Staff
from practice import exercises, passing
from practice.clock import OnlyForward
from tests.pages import text
from workflows import connectors
from workflows.models import HistoryEntry, ProcessInstance, TaskState, UserTask
from workflows.services import outbox, user_tasks

REAL_SESSION = ("forlopp_session_8000", "a-real-session")


def main() -> None:
    call_command("prepare", verbosity=0)
    settings.ALLOWED_HOSTS = ["testserver"]
    told: dict[str, Any] = {"database": str(settings.DATABASES["default"]["NAME"]), "refused": _outside()}
    told["processes"] = [one.name for one in processes.all_processes()]
    told["environment"] = processes.prefect_environment()
    told["stranger"] = _stranger()
    told["exercises"] = {one.key: _play(one) for one in exercises.all_of_them()}
    told["pages"] = _pages()
    told["clock"] = _time()
    told["again"] = _again()
    sys.stdout.write("\n" + json.dumps(told) + "\n")


def _outside() -> bool:
    """Whether the world outside this machine is out of reach; the address is one that nobody has."""
    with socket.socket() as probe:
        probe.settimeout(1)
        try:
            probe.connect(("192.0.2.1", 443))
        except OSError as refusal:
            return type(refusal).__name__ == "Unreachable"
    return False


def _stranger() -> str:
    """Where someone with a real session comes."""
    client = Client()
    client.cookies[REAL_SESSION[0]] = REAL_SESSION[1]
    return str(client.get("/uppgifter/").headers.get("Location"))


def _as(username: str) -> Client:
    client = Client()
    assert client.post("/demo/", {"staff": username}).status_code == 302
    assert next(iter(client.cookies)).startswith("ovning_"), client.cookies
    return client


def _play(exercise: exercises.Exercise) -> list[str]:
    """The steps that were offered to the profession, in order, and ticked off when they had been done."""
    client, staff = _as(exercise.role), Staff.objects.get(username=exercise.role)
    assert client.post(f"/ovning/borja/{exercise.key}/").status_code == 302
    offered = []
    for step in exercise.steps:
        _work()
        attempt = exercises.attempts(staff)[0]
        assert attempt.next is not None, (exercise.key, step.task, str(UserTask.objects.values("element_id", "state")))
        assert f"/uppgifter/{attempt.next.public_id}/" in text(client.get("/ovning/"))
        offered.append(attempt.next.element_id)
        user_tasks.complete(task=attempt.next, answers=_answers(exercise, step.task), by=staff, now=timezone.now())
    assert exercises.attempts(staff)[0].is_finished
    assert "Övningen är klar" in text(client.get("/ovning/"))
    return offered


def _answers(exercise: exercises.Exercise, task: str) -> dict[str, Any]:
    """What some scenario answers."""
    import tomllib

    for path in sorted((exercise.folder / "scenarios").glob("*.toml")):
        for step in tomllib.loads(path.read_text(encoding="utf-8"))["step"]:
            if step.get("complete") == task and "answers" in step:
                ahead = timezone.now() - datetime.datetime.now(datetime.UTC)
                return dict(exercises._shifted(step["answers"], ahead))
    raise AssertionError(task)


def _work() -> None:
    """The worker and the executor, until there is nothing more to do; the systems answer as their examples."""
    for _ in range(60):
        call_command("work", "--once")
        lease = datetime.timedelta(minutes=1)
        for one in (claimed := outbox.claim(worker="prov", now=timezone.now(), lease=lease, limit=20)):
            answer = connectors.operations()[one.operation].example
            outbox.succeed(key=one.key, token=one.token, result=answer, now=timezone.now())
        if not claimed and passing.clock().target is None and not exercises.let_colleagues_work(now=timezone.now()):
            return


def _pages() -> dict[str, bool]:
    """Whether it says that it is practice: everywhere, signed in or not, and where nothing is."""
    client = _as("samordnare")
    person = Individual.objects.filter(protection="ingen").earliest("pk").ref
    own = ["/uppgifter/", "/personer/", f"/personer/{person}/", "/arenden/starta/", "/stopp/", "/finns-inte/"]
    own += ["/ovning/", "/ovning/klocka/", "/ovning/borja-om/", "/tillganglighet/"]
    pages = {path: text(client.get(path)) for path in own}
    pages |= {path: text(Client().get(path)) for path in ("/logga-in/", "/demo/")}
    return {path: all(_is_marked(page)) for path, page in pages.items()}


def _is_marked(page: str) -> list[bool]:
    return ["<title>ÖVNING – " in page, 'class="practice"' in page, "practice-band" in page, "icon-practice" in page]


def _time() -> dict[str, Any]:
    """To the next timer and a week on, by the page; what is due happens on its own moment and not late."""
    client, before = _as("sjukskoterska"), timezone.now()
    client.post("/ovning/borja/medicingivare_larm.missad_dos/")
    due = passing.next_moment(after=timezone.now())
    assert due is not None
    client.post("/ovning/klocka/", {"fram": "nasta"})
    _work()
    at_next = timezone.now()
    client.post("/ovning/klocka/", {"fram": "vecka"})
    assert "på väg till" in text(client.get("/ovning/klocka/"))
    _work()
    late = [row for row in HistoryEntry.objects.filter(at__gt=at_next) if row.at > timezone.now()]
    moments = {row.at for row in HistoryEntry.objects.filter(at__gt=due)}
    try:
        passing.clock().aim(timezone.now() - datetime.timedelta(seconds=1))
        is_forward_only = False
    except OnlyForward:
        is_forward_only = True
    return {
        "to_next": abs((at_next - due).total_seconds()) < 60,
        "days": (timezone.now() - before).total_seconds() / 86_400,
        "moments": len(moments),
        "in_the_future": len(late),
        "only_forward": is_forward_only,
        "still_in": client.get("/uppgifter/").status_code,
        "open": UserTask.objects.filter(state=TaskState.OPEN).count(),
    }


def _again() -> dict[str, Any]:
    client = _as("samordnare")
    answered = client.post("/ovning/borja-om/").status_code
    return {
        "status": answered,
        "instances": ProcessInstance.objects.count(),
        "people": Individual.objects.count(),
        "off_by": abs((timezone.now() - datetime.datetime.now(datetime.UTC)).total_seconds()),
        "still_in": client.get("/uppgifter/").status_code,
    }


if __name__ == "__main__":
    main()
