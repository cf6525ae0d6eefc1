"""`manage.py new_connector <key> --title "…"`: a connector that works, with simulator and tests."""

import keyword
import re
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parents[2] / "new_connector"
PACKAGING = "pyproject.toml"
TEST = "test.py"


class Command(BaseCommand):
    help = "Gör en ny koppling som fungerar, med simulator, tester och README, att ändra till det system den ska gälla."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", help="kort namn med små bokstäver a–z, t.ex. tolkbokning")
        parser.add_argument("--title", required=True, help="vad systemet kallas, t.ex. Tolkbokningen")
        parser.add_argument("--package", type=Path, metavar="KATALOG", help="gör ett eget Pythonpaket i katalogen")

    def handle(self, *_args: Any, key: str, title: str, package: Path | None, **_options: Any) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{1,29}", key) or keyword.iskeyword(key):
            raise CommandError("Namnet ska vara 2–30 tecken: små bokstäver a–z, siffror och understreck.")
        if not title.strip() or not title.isprintable() or any(sign in title for sign in '"\\{}'):
            raise CommandError('Titeln ska vara en rad text utan ", \\, { och }.')
        root = package or settings.BASE_DIR
        name = f"forlopp_{key}" if package else f"integrations.{key}"
        folder = root / (name if package else f"integrations/{key}")
        test = root / "tests" / ("" if package else "integration") / f"test_{key}.py"
        for path in (folder, test):
            if path.exists():
                raise CommandError(f"{path} finns redan.")
        words = {"key": key, "title": title.strip(), "package": name, "client": key.title().replace("_", "")}
        for made, text in _files(words):
            if made == PACKAGING and not package:
                continue
            path = {TEST: test, PACKAGING: root / PACKAGING}.get(made, folder / made)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            self.stdout.write(f"  {path}")
        self.stdout.write(_next(key, name, test, package))


def _files(words: dict[str, str]) -> list[tuple[str, str]]:
    """Name and content of each file."""
    loader = FileSystemLoader(TEMPLATES)
    # It writes Python, not HTML.
    environment = Environment(loader=loader, undefined=StrictUndefined, keep_trailing_newline=True)  # noqa: S701
    return [
        (path.name.removesuffix(".txt"), environment.get_template(path.name).render(words))
        for path in sorted(TEMPLATES.glob("*.txt"))
    ]


def _next(key: str, package: str, test: Path, is_package: object) -> str:
    python, settings_file = ".venv/bin/python", "-c pyproject.toml " if is_package else ""
    install = [f".venv/bin/uv pip install -e {test.parents[1]}      (så hittar Förlopp den; igen efter make setup)"]
    contract = [f'"{package}" i pyproject.toml: "An integration knows no other integration"']
    lines = [
        "",
        "Det fungerar redan. Nu, i Förlopps katalog:",
        "  make dev                              (verktygen som testerna behöver, en gång)",
        *(f"  {line}" for line in (install if is_package else contract)),
        f"  {python} -m pytest {settings_file}{test}",
        f"  make run                              (och öppna port + 6, /{key}/: dess simulator)",
        f"  [{key}] i integrations.toml, i drift  (manage.py systems säger vad som kan stå där)",
        "och ändra client.py, schemas.py och README.md till det riktiga systemet: integrations/README.md.",
    ]
    return "\n".join(lines)
