"""Takes the pictures of the README from the running product: its own installation, invented people, real förlopp.

`python -m tests.screenshots [folder]` (make screenshots) writes docs/images/{inkorg,uppgift,diagram}.png.
"""

from __future__ import annotations

import datetime
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests import machine

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
FORLOPP = ROOT / "bpmn" / "trygg_hemgang"
HOURS_AGO = {"margareta": 27, "martin": 7, "karl": 3, "birgitta": 2, "gunilla": 1, "rolf": 0}


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="forlopp-pictures-") as var:
        port = _free_port()
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "FORLOPP_MODE": "demo",
            "FORLOPP_VAR": var,
            "FORLOPP_PORT": str(port),
            "FORLOPP_SECRET_KEY": "only-for-pictures-" + "x" * 40,
            "FORLOPP_PREFECT_AUTH": "forlopp:only-for-pictures",
            "FORLOPP_WEBHOOK_SECRETS": "only-for-pictures",
            "DATABASE_URL": f"sqlite:///{var}/forlopp.sqlite3",
        }
        _manage(environment, "migrate", "--verbosity=0")
        _manage(environment, "demo_data")
        os.environ.update(environment)
        _fill()
        _take(f"http://127.0.0.1:{port}", environment, port, target)


def _manage(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=environment, check=True, stdout=sys.stderr)


def _fill() -> None:
    """A working day: notices of different age, and one ärende that has come a bit further."""
    import django

    django.setup()
    from django.utils import timezone

    from people import invented
    from people.models import Staff
    from workflows import definitions
    from workflows.models import UserTask
    from workflows.services import deployments, inbox, user_tasks

    now = timezone.now()
    deployments.publish(folder=definitions.read(FORLOPP), by=None, now=now)
    people = {person.key: person for person in invented.PEOPLE}
    for key, hours in HOURS_AGO.items():
        at = now - datetime.timedelta(hours=hours)
        inbox.receive(source="region", message_id=key, raw=_notice(people[key], at), now=at)
    by = Staff.objects.get(username="samordnare")
    task = UserTask.objects.get(individual__identity_number=people["birgitta"].number, state="open")
    user_tasks.complete(task=task, answers=_answers(task.element_id), by=by, now=now - datetime.timedelta(hours=1))
    user_tasks.claim(task=UserTask.objects.filter(state="open", group="samordnare").order_by("pk")[1], by=by, now=now)


def _notice(person: Any, at: datetime.datetime) -> bytes:
    notice = json.loads((FORLOPP / "samples" / "inskrivningsmeddelande.json").read_text(encoding="utf-8"))
    day = (at + datetime.timedelta(days=4)).date().isoformat()
    notice |= {"meddelande_id": person.key, "inskrivning_id": f"bild-{person.key}", "skickad_dt": at.isoformat()}
    notice["person"] |= {"id": person.number, "namn": person.name, "adress": person.address}
    notice["innehall"] |= {"beraknad_utskrivning": day, "inskriven_dt": at.isoformat()}
    return json.dumps(notice).encode()


def _answers(element_id: str) -> dict[str, Any]:
    """What the first scenario answers."""
    path = next((FORLOPP / "scenarios").glob("01_*.toml"))
    steps = tomllib.loads(path.read_text(encoding="utf-8"))["step"]
    return next(dict(step["answers"]) for step in steps if step.get("complete") == element_id)


def _take(url: str, environment: dict[str, str], port: int, target: Path) -> None:
    from playwright.sync_api import sync_playwright

    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "config.wsgi:application",
        "--bind",
        f"127.0.0.1:{port}",
        "--threads=4",
    ]
    server = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait_for(port)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=machine.chromium(),
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
            context = browser.new_context(
                locale="sv-SE", timezone_id="Europe/Stockholm", viewport={"width": 1280, "height": 860}
            )
            _pictures(context.new_page(), url, target)
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=20)


def _pictures(page: Page, url: str, target: Path) -> None:
    page.goto(f"{url}/demo/")
    page.locator("button[value=samordnare]").click()
    page.get_by_role("heading", name="Uppgifter", exact=True).wait_for()
    page.screenshot(path=target / "inkorg.png")
    page.locator(".row__title a").first.click()
    page.locator("form#uppgift").wait_for()
    page.screenshot(path=target / "uppgift.png")
    page.goto(f"{url}/personer/")
    page.get_by_role("link", name="Birgitta").click()
    page.get_by_role("link", name="Trygg hemgång").first.click()
    page.locator("[data-diagram][data-state=ready]").wait_for()
    page.screenshot(path=target / "diagram.png")


def _wait_for(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"Servern svarade inte på port {port}.")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
    return min(number, 60000)


if __name__ == "__main__":
    main()
