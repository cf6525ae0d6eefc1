"""Takes the pictures of the documents from the running product: its own installation, invented people, real förlopp.

`python -m tests.screenshots [folder] [name …]` (make screenshots) writes docs/images/<name>.png for each of PICTURES.
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
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from tests import machine

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
FORLOPP = ROOT / "bpmn" / "trygg_hemgang"
WIDTH, HEIGHT = 1280, 860
COLOURS = 128
"""Of the palette that a picture is kept with: a third of the size, and the same to the eye."""
HOURS_AGO = {"margareta": 27, "martin": 7, "karl": 3, "birgitta": 2, "gunilla": 1, "rolf": 0}


def main() -> None:
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"
    target.mkdir(parents=True, exist_ok=True)
    names = sys.argv[2:] or list(PICTURES)
    with tempfile.TemporaryDirectory(prefix="forlopp-pictures-") as var:
        port = _free_port()
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "FORLOPP_MODE": "demo",
            "FORLOPP_DATA_KEYS": "prov:b25seS1mb3ItdGVzdHMtMzItYnl0ZXMtb2YtYS1rZXk=",
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
        _take(f"http://127.0.0.1:{port}", environment, port, [target / f"{name}.png" for name in names])


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


def _take(url: str, environment: dict[str, str], port: int, files: list[Path]) -> None:
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
                locale="sv-SE", timezone_id="Europe/Stockholm", viewport={"width": WIDTH, "height": HEIGHT}
            )
            for file in files:
                page = context.new_page()
                shown = PICTURES[file.stem](page, url)
                shown.screenshot(path=file)
                page.close()
                _smaller(file)
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=20)


# -- the pictures ------------------------------------------------------------------------------------------------------


def _as(page: Page, url: str, who: str) -> None:
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.context.clear_cookies()
    page.goto(f"{url}/demo/")
    page.locator(f"button[value={who}]").click()
    page.wait_for_load_state()


def _inbox(page: Page, url: str) -> Page:
    _as(page, url, "samordnare")
    page.get_by_role("heading", name="Uppgifter", exact=True).wait_for()
    return page


def _task(page: Page, url: str) -> Page:
    _inbox(page, url)
    page.locator(".row__title a").first.click()
    page.locator("form#uppgift").wait_for()
    return page


def _instance(page: Page, url: str) -> Page:
    _as(page, url, "samordnare")
    page.goto(f"{url}/personer/")
    page.get_by_role("link", name="Birgitta").click()
    page.get_by_role("link", name="Trygg hemgång").first.click()
    page.locator("[data-diagram][data-state=ready]").wait_for()
    return page


def _draft(page: Page, url: str) -> str:
    """The address of a draft of Trygg hemgång, made when there is none."""
    _as(page, url, OWNER)
    page.goto(f"{url}/verkstad/")
    known = page.locator(".row__title a[href*='/verkstad/']")
    if known.count():
        known.first.click()
    else:
        page.locator("form[action*='/fran/trygg_hemgang/'] button").click()
    page.wait_for_load_state()
    return page.url


def _drawing(page: Page, url: str) -> Page:
    page.goto(f"{_draft(page, url)}diagram/trygg_hemgang.bpmn")
    page.locator('[data-element-id="fas_a"]').first.click()
    page.locator("[data-panel] input").first.wait_for()
    return page


def _words(page: Page, url: str) -> Page:
    page.goto(f"{_draft(page, url)}ord/trygg_hemgang.bpmn?steg=a1_kvittera#steg-a1_kvittera")
    return page


def _form(page: Page, url: str) -> Page:
    page.goto(f"{_draft(page, url)}formular/forms/a1_kvittera.json")
    page.frame_locator(".editor__phone").locator("form").first.wait_for()
    return page


def _routine(page: Page, url: str) -> Page:
    _as(page, url, OWNER)
    page.goto(f"{url}/forlopp/trygg_hemgang/1/rutin/#steg-fas_d2")
    return page


def _trial(page: Page, url: str) -> Page:
    page.goto(f"{_draft(page, url)}prova/")
    if page.locator("[name=gor][value=borja]").first.is_visible():
        page.locator("[name=gor][value=borja]").first.click()
    page.locator("#bild").wait_for()
    message = page.get_by_role("button", name="Skicka inskrivningsmeddelande.json")
    if message.count():
        message.first.click()
        page.locator("#uppgifter").wait_for()
    return page


OWNER = "processagare"
PICTURES: dict[str, Callable[[Page, str], Page]] = {
    "inkorg": _inbox,
    "uppgift": _task,
    "diagram": _instance,
    "rutin": _routine,
    "verkstad-diagram": _drawing,
    "verkstad-ord": _words,
    "verkstad-formular": _form,
    "verkstad-prova": _trial,
}
"""Every picture of the documents, by the name of its file: who looks, and at what."""


def _smaller(file: Path) -> None:
    with Image.open(file) as picture:
        picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)


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
