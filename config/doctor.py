"""What can be wrong with an installation, each found by one small question."""

import importlib.metadata
import os
import re
import socket
import sqlite3
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.checks import run_checks
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from audit.models import Seal
from config import child, environment, processes, rotating, supervision
from config.checks import sqlite_is_sound
from config.examined import certificates, copies, machine, waiting
from config.examined.finding import ERROR, OK, WARNING, Finding
from integrations import configuration
from people.identities import configuration as signing
from people.models import Device
from people.signin import selectors
from tasks import webpush
from tasks.services import sending
from web import secrecy
from workflows.attachments import scanning, shelf
from workflows.models import Attachment
from workflows.services.attachments import LASTING

__all__ = ["ERROR", "OK", "WARNING", "Finding", "examine"]


def examine() -> list[Finding]:
    questions: list[Callable[[], Iterator[Finding]]] = [
        machine.mode, python, libraries, secrets, encryption, bundle, looks, machine.folders, machine.room, database,
        machine.clock, migrations, log, copies.taken, definitions, files, scanner, mail, push,
        sign_in, systems, certificates.held, waiting.by_itself, waiting.reviewed, running,
    ]  # fmt: skip
    return [finding for question in questions for finding in question()]


def python() -> Iterator[Finding]:
    yield Finding(OK, "Python", f"{sys.version_info.major}.{sys.version_info.minor} i {sys.prefix}")


def libraries() -> Iterator[Finding]:
    """The versions that are installed against those that the lock names."""
    installed = {re.sub(r"[-_.]+", "-", dist.name).lower(): dist.version for dist in importlib.metadata.distributions()}
    lines = (settings.BASE_DIR / "requirements.lock").read_text(encoding="utf-8").splitlines()
    locked = dict(line.split(" ")[0].split("==") for line in lines if "==" in line and ";" not in line)
    wrong = [name for name, version in locked.items() if installed.get(name) != version]
    if wrong:
        names = ", ".join(sorted(wrong)[:5])
        yield Finding(ERROR, "Bibliotek", f"{len(wrong)} stämmer inte med requirements.lock ({names})", "make setup")
    else:
        yield Finding(OK, "Bibliotek", f"{len(locked)} är de som requirements.lock anger")


def secrets() -> Iterator[Finding]:
    here = environment.read()
    missing = [name for name in environment.SECRET_NAMES if not here.secret(name)]
    path = here.secrets_file
    if missing:
        yield Finding(ERROR, "Hemligheter", f"{', '.join(missing)} saknas", "make setup, eller sätt dem i miljön")
    elif path.exists() and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding(ERROR, "Hemligheter", f"{path} kan läsas av andra", f"chmod 600 {path}")
    else:
        yield Finding(OK, "Hemligheter", "finns")


def encryption() -> Iterator[Finding]:
    """What encrypts, held against what lies in the database."""
    what, last = "Nycklar", "rätta FORLOPP_DATA_KEYS efter kopian av secrets.env"
    try:
        ring, found = secrecy.ring(), list(rotating.others())
    except secrecy.BadKeys as problem:
        yield Finding(ERROR, what, str(problem), f"make setup gör en till en ny installation; annars {last}")
        return
    except DatabaseError:
        return
    lost = sorted({name for _, name, is_readable in found if not is_readable})
    places = ", ".join(sorted({place for place, _, _ in found}))
    if lost:
        yield Finding(ERROR, what, f"det som nyckeln {', '.join(lost)} krypterade kan inte läsas ({places})", last)
    elif found:
        names = ", ".join(sorted({name or "okrypterat" for _, name, _ in found}))
        yield Finding(WARNING, what, f"en del är {names} och inte {ring.first} ({places})", "manage.py rotate_keys")
    else:
        count = f"{len(ring.boxes)} {'nyckel' if len(ring.boxes) == 1 else 'nycklar'}"
        yield Finding(OK, what, f"{count}; det som ska vara krypterat är det med {ring.first}")


def bundle() -> Iterator[Finding]:
    folder = settings.BASE_DIR / "web" / "static" / "web" / "dist"
    if all((folder / name).is_file() for name in ("viewer.js", "viewer.css")):
        yield Finding(OK, "Diagramvisaren", "är byggd")
    else:
        yield Finding(ERROR, "Diagramvisaren", "är inte byggd", "make setup")


def looks() -> Iterator[Finding]:
    """The municipality's colours and logotype, by the same checks as `manage.py check`."""
    found = run_checks(tags=["looks"])
    for message in found:
        yield Finding(ERROR if message.is_serious() else WARNING, "Utseendet", message.msg, message.hint or "")
    if not found:
        yield Finding(OK, "Utseendet", "kommunens färger går att läsa")


def sign_in() -> Iterator[Finding]:
    """What sign_in.toml says, by the check that stops a start, and whether it speaks of what there is here."""
    what, remedy = "Inloggning", _mend(settings.FORLOPP_SIGN_IN)
    wrong = signing.problems()
    for problem in wrong:
        yield Finding(ERROR, what, problem, remedy)
    try:
        unknown = selectors.not_here(signing.get())
    except DatabaseError:
        return
    if unknown:
        yield Finding(WARNING, what, f"reglerna nämner det som inte finns här: {', '.join(unknown)}", remedy)
    told = signing.get()
    if not wrong and not settings.FORLOPP_DEMO and not selectors.has_it():
        says = "ingen har uppdraget it_drift, så ingen kan lägga till konton eller se till systemen"
        yield Finding(WARNING, what, says, "manage.py account, eller en regel som ger det (docs/operations.md)")
    if not wrong and not told.local.enabled and not told.providers:
        yield Finding(ERROR, what, "ingen kan logga in: inga egna konton och ingen inloggningstjänst", remedy)
    elif not wrong and not unknown:
        ways = [one.title for one in told.providers.values()] + ["egna konton"] * told.local.enabled
        yield Finding(OK, what, f"sker med {', '.join(ways)}")


def systems() -> Iterator[Finding]:
    """What integrations.toml says, by the check that stops a start."""
    found = configuration.problems()
    for problem in found:
        yield Finding(ERROR, "Integrationer", str(problem), _mend(settings.FORLOPP_INTEGRATIONS))
    if not found:
        yield Finding(OK, "Integrationer", "integrations.toml går att följa")


def database() -> Iterator[Finding]:
    if not _database_answers():
        yield Finding(ERROR, "Databasen", "svarar inte", "kontrollera DATABASE_URL och att databasen är igång")
        return
    if connection.vendor != "sqlite":
        yield Finding(OK, "Databasen", f"{connection.display_name} svarar")
    elif sqlite_is_sound(sqlite3.sqlite_version_info):
        yield Finding(OK, "Databasen", f"SQLite {sqlite3.sqlite_version} svarar")
    else:
        says = f"SQLite {sqlite3.sqlite_version} svarar, men den versionen kan i sällsynta fall skada databasen"
        yield Finding(
            WARNING, "Databasen", says, "använd PostgreSQL i drift (DATABASE_URL), eller SQLite 3.51.3 eller senare"
        )


def log() -> Iterator[Finding]:
    """Whether the seals of the access log are told outside, and whether we could change what they seal."""
    if not _database_answers() or "audit_seal" not in connection.introspection.table_names():
        return
    what = "Loggen"
    if not settings.FORLOPP_DEMO and not settings.FORLOPP_LOG_HEADS:
        says = "förseglingarna finns bara i databasen"
        yield Finding(WARNING, what, says, "sätt FORLOPP_LOG_HEADS till en fil som ligger på en annan maskin")
    if not settings.FORLOPP_DEMO and _may_change_log():
        says = "den databasroll som Förlopp använder kan ändra i loggen"
        yield Finding(WARNING, what, says, "använd en egen roll: manage.py database_role (docs/operations.md)")
    if settings.FORLOPP_LOG_HEADS and not os.access(Path(settings.FORLOPP_LOG_HEADS).parent, os.W_OK):
        says = f"det går inte att skriva i {settings.FORLOPP_LOG_HEADS}"
        yield Finding(ERROR, what, says, "rätta FORLOPP_LOG_HEADS, eller ge Förlopp rätt att skriva där")
    last = Seal.objects.last()
    yield Finding(OK, what, f"förseglad till {last.at:%Y-%m-%d %H:%M} UTC" if last else "inget är förseglat än")


def migrations() -> Iterator[Finding]:
    if not _database_answers():
        return
    executor = MigrationExecutor(connection)
    left = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if left:
        yield Finding(ERROR, "Databasens tabeller", f"{left} ändringar är inte gjorda", "manage.py prepare")
    else:
        yield Finding(OK, "Databasens tabeller", "är de senaste")


def definitions() -> Iterator[Finding]:
    try:
        count = apps.get_model("workflows", "ProcessVersion").objects.count()
    except DatabaseError:
        return
    if count:
        yield Finding(OK, "Förloppen", f"{count} versioner är inlästa")
    else:
        yield Finding(ERROR, "Förloppen", "inga är inlästa", "manage.py prepare")


def files() -> Iterator[Finding]:
    """Whether each file of a task is where its row says, and hidden from others on the machine."""
    try:
        rows = set(Attachment.objects.filter(state__in=LASTING).values_list("public_id", flat=True))
    except DatabaseError:
        return
    root = shelf.root()
    missing = rows - {key for folder in range(shelf.FOLDERS) for key in shelf.keys_in(folder)}
    if root.exists() and root.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding(ERROR, "Uppgifternas filer", f"{root} kan läsas av andra", f"chmod 700 {root}")
    elif missing:
        says, remedy = f"{len(missing)} av {len(rows)} saknas i {root}", "återställ dem ur säkerhetskopian (…filer.tar)"
        yield Finding(ERROR, "Uppgifternas filer", says, remedy)
    else:
        yield Finding(OK, "Uppgifternas filer", f"{len(rows)} finns i {root}")


def scanner() -> Iterator[Finding]:
    if not settings.FORLOPP_CLAMD:
        return
    if scanning.answers():
        yield Finding(OK, "Viruskontrollen", "svarar")
    else:
        says = "svarar inte; filer som kommer kan inte öppnas förrän den gör det"
        yield Finding(
            ERROR, "Viruskontrollen", says, f"starta clamd, eller rätta FORLOPP_CLAMD ({settings.FORLOPP_CLAMD})"
        )


def mail() -> Iterator[Finding]:
    """Whether those who have chosen to be told by e-mail can be reached."""
    if not settings.FORLOPP_MAIL:
        return
    if not settings.FORLOPP_ADDRESS:
        says = "breven är utan länkar: FORLOPP_HOSTS börjar med ett mönster och ingen adress är satt"
        yield Finding(WARNING, "Notiser i brev", says, "sätt FORLOPP_ADDRESS, till exempel https://forlopp.kommun.se")
    try:
        troubled, _ = sending.troubled()
    except DatabaseError:
        return
    if troubled:
        says, remedy = f"brev till {troubled} i personalen går inte fram", "rätta FORLOPP_SMTP_URL, eller deras adress"
        yield Finding(ERROR, "Notiser i brev", says, remedy)
    else:
        where = "skickas" if settings.FORLOPP_MAIL == "smtp" else f"läggs som filer i {settings.EMAIL_FILE_PATH}"
        yield Finding(OK, "Notiser i brev", f"brev {where}")


def push() -> Iterator[Finding]:
    """Whether browsers can be told: a key to sign with, and push services that take it."""
    if not settings.FORLOPP_PUSH_SERVICES or settings.FORLOPP_PRACTICE:
        return
    what = "Notiser i telefoner och datorer"
    key = webpush.public_key()
    if not key:
        says = "FORLOPP_VAPID_KEY saknas eller går inte att läsa"
        yield Finding(ERROR, what, says, "make setup, eller sätt den i miljön: 32 byte i base64url")
        return
    try:
        devices, (_, troubled) = Device.objects.filter(made_with=key).count(), sending.troubled()
    except DatabaseError:
        return
    if troubled:
        says = f"{troubled} av {devices} går inte att nå"
        yield Finding(ERROR, what, says, "släpp ut notices-processen till FORLOPP_PUSH_SERVICES, och läs dess logg")
    else:
        yield Finding(OK, what, f"nyckeln finns, {devices} webbläsare får notiser")


def running() -> Iterator[Finding]:
    """Either the installation runs, and answers, or its ports are free for it to start."""
    if supervision.is_running():
        addresses = {"Webben": processes.web_url("halsa"), "Prefect": f"{settings.PREFECT_API_URL}/health"}
        for name, address in addresses.items():
            if child.answers(address):
                yield Finding(OK, name, "svarar")
            else:
                yield Finding(ERROR, name, "svarar inte", f"läs loggarna i {settings.FORLOPP_VAR / 'log'}")
        return
    taken = [f"{port} ({owner})" for port, owner in processes.ports().items() if _is_taken(port)]
    if taken:
        yield Finding(ERROR, "Portar", f"upptagna av annat: {', '.join(taken)}", "stoppa det, eller välj FORLOPP_PORT")
    else:
        starts = "make run" if settings.FORLOPP_DEMO else "manage.py serve, systemd eller containrar"
        yield Finding(OK, "Portar", f"är lediga; ingenting kör ({starts} startar)")


def _mend(file: str) -> str:
    """The one that comes with the program is nobody's to change: an upgrade would take it back."""
    path = Path(file)
    if path.parent != settings.BASE_DIR / "config":
        return f"rätta {path}"
    return f"skriv en egen {settings.FORLOPP_VAR / path.name}; {path} följer med programmet och visar vad den kan säga"


def _may_change_log() -> bool:
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('people_accesslog', 'UPDATE')")
        return bool(cursor.fetchone()[0])


def _database_answers() -> bool:
    try:
        connection.ensure_connection()
    except DatabaseError:
        return False
    return True


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
