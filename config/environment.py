"""Everything an installation can be told from outside, read in one place and nowhere else."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

BASE_DIR = Path(__file__).resolve().parent.parent
SECRETS_FILE = "secrets.env"
SQLITE = "config.sqlite"

DATABASE_FILES = {"production": "forlopp.sqlite3", "demo": "forlopp.sqlite3", "practice": "ovning.sqlite3"}

# What is stored in <var>/secrets.env; the process environment wins over the file.
SECRET_NAMES = (
    "FORLOPP_SECRET_KEY",
    "FORLOPP_PREFECT_AUTH",
    "FORLOPP_WEBHOOK_SECRETS",
    "FORLOPP_VAPID_KEY",
    "FORLOPP_DATA_KEYS",
)

# Where containers have theirs; systemd says where in CREDENTIALS_DIRECTORY.
CONTAINER_SECRETS = "/run/secrets"
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]+")

# A name that Django answers to may be a pattern, which is nowhere to go.
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")
ADDRESS = re.compile(rf"https?://{HOST.pattern}(:\d{{1,5}})?")


class EnvironmentProblem(Exception):
    """The environment says something this program cannot act on; the message is for the operator."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    mode: str
    port: int
    var: Path
    hosts: list[str]
    database_url: str
    secrets: Mapping[str, str]
    stored: Mapping[str, str]
    secrets_file: Path
    values: Mapping[str, str]

    @property
    def is_demo(self) -> bool:
        """Invented people, log in without password, simulators: the demo and practice mode."""
        return self.mode in {"demo", "practice"}

    @property
    def is_practice(self) -> bool:
        return self.mode == "practice"

    @property
    def address(self) -> str:
        """Where staff reach this installation, with no stroke at its end; empty when nobody has said."""
        told = (self.values.get("FORLOPP_ADDRESS") or "").rstrip("/")
        if told and not ADDRESS.fullmatch(told):
            raise EnvironmentProblem("FORLOPP_ADDRESS ska vara som https://forlopp.kommun.se, utan något efter värden.")
        if told or self.is_demo:
            return told or f"http://localhost:{self.port}"
        first = self.hosts[0]
        return f"https://{first}" if HOST.fullmatch(first) else ""

    def secret(self, name: str) -> str:
        return self.secrets.get(name, "")

    def text(self, name: str, default: str) -> str:
        value = self.values.get(name) or self.stored.get(name)
        if value and self.is_practice and name.endswith("_URL"):
            raise EnvironmentProblem(f"{name} är satt; övningsläget når bara sina egna simulatorer. Ta bort den.")
        return value or default

    def told(self, name: str) -> str | None:
        """What the environment or secrets.env says, None when neither says anything. For integrations.toml."""
        # The real world's addresses and secrets may be in the environment that practice was started from: not for it.
        return (not self.is_practice and self.values.get(name)) or self.stored.get(name) or None

    def words(self, name: str, default: str) -> list[str]:
        """With commas between."""
        return _words(self.text(name, default))

    def number(self, name: str, default: int) -> int:
        return _number(name, self.values.get(name) or str(default))


def read(values: Mapping[str, str] | None = None) -> Environment:
    """Read the process environment (or `values`) and the secrets beside the database."""
    values = os.environ if values is None else values
    mode = values.get("FORLOPP_MODE") or "production"
    if mode not in {"production", "demo", "practice"}:
        raise EnvironmentProblem(f"FORLOPP_MODE är {mode!r}; det ska vara 'production', 'demo' eller 'practice'.")
    var = BASE_DIR / (values.get("FORLOPP_VAR") or "var")
    secrets_file = (
        Path(values.get("FORLOPP_SECRETS") or var / SECRETS_FILE) if mode != "practice" else var / SECRETS_FILE
    )
    stored = read_secrets(secrets_file)
    if mode != "practice":
        stored |= read_folder(CONTAINER_SECRETS) | read_folder(values.get("CREDENTIALS_DIRECTORY", ""))
    if mode == "practice":
        _keep_apart(values, var)
    return Environment(
        mode=mode,
        port=_port(values.get("FORLOPP_PORT") or "8000"),
        var=var,
        hosts=_words(values.get("FORLOPP_HOSTS") or "localhost,127.0.0.1"),
        database_url=values.get("DATABASE_URL")
        or (mode != "practice" and stored.get("DATABASE_URL"))
        or f"sqlite:///{var}/{DATABASE_FILES[mode]}",
        # The secrets of the real world may be in the environment that practice mode was started from: not for it.
        secrets={name: (mode != "practice" and values.get(name)) or stored.get(name, "") for name in SECRET_NAMES},
        stored=stored,
        secrets_file=secrets_file,
        values=values,
    )


def file(environment: Environment, name: str) -> str:
    """The installation's own, else the one that comes with the program, which is all that practice reads."""
    own, shipped = environment.var / name, BASE_DIR / "config" / name
    told = environment.values.get(f"FORLOPP_{name.removesuffix('.toml').upper()}")
    return str(shipped if environment.is_practice else told or (own if own.exists() else shipped))


def _keep_apart(values: Mapping[str, str], var: Path) -> None:
    """Practice mode has a folder, a database and secrets of its own, whatever the environment says."""
    if values.get("DATABASE_URL"):
        raise EnvironmentProblem("DATABASE_URL är satt; övningsläget har en egen databas. Ta bort den.")
    if (var / DATABASE_FILES["production"]).exists():
        raise EnvironmentProblem(f"{var} är en annan installations katalog; övningsläget ska ha en egen FORLOPP_VAR.")


def read_secrets(path: Path) -> dict[str, str]:
    """NAME=value per line; a missing file is an installation that has no secrets yet."""
    if not path.is_file():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def read_folder(folder: str) -> dict[str, str]:
    """A file for each, by the name of its variable: systemd's credentials, secrets of containers."""
    found: dict[str, str] = {}
    for path in Path(folder).iterdir() if folder and Path(folder).is_dir() else ():
        if VARIABLE.fullmatch(path.name) and path.is_file():
            try:
                found[path.name] = path.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                raise EnvironmentProblem(f"{path} går inte att läsa; kontrollera vem som äger filen.") from None
    return found


def database(url: str) -> dict[str, Any]:
    """Django's database settings for sqlite:///path or postgresql://user:password@host:port/name?option=value."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return {
            "ENGINE": SQLITE,
            "NAME": unquote(parts.path[1:]),
            "CONN_MAX_AGE": 60,
            "OPTIONS": SQLITE_OPTIONS,
        }
    if parts.scheme in {"postgres", "postgresql"}:
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path[1:]),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            # A new one has every statement planned ten times anew.
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {**POSTGRESQL_OPTIONS, **dict(parse_qsl(parts.query))},
        }
    raise EnvironmentProblem("DATABASE_URL ska börja med sqlite:/// eller postgresql://.")


def mail(url: str) -> dict[str, Any]:
    """Django's e-mail settings for smtp://host:25, smtp+tls://user:password@host:587 or smtps://…."""
    parts = urlsplit(url)
    if parts.scheme not in MAIL_PORTS or not parts.hostname:
        raise EnvironmentProblem(
            "FORLOPP_SMTP_URL ska börja med smtp://, smtp+tls:// eller smtps:// och ange en server."
        )
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or MAIL_PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+tls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
    }


MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}

# A server that is gone without a word must not hold every hand of the web. A statement that a connection has asked five
# times is planned no more; its values travel beside it and are not pasted in.
POSTGRESQL_OPTIONS: dict[str, Any] = {"connect_timeout": "5", "server_side_binding": True, "prepare_threshold": 5}

# One writer at a time, taken at BEGIN: a deferred transaction that reads and then writes fails at once, whatever
# the timeout. FULL, because NORMAL can lose the last commits at a power cut. What it needs for a while stays in memory:
# else each answer makes a file in /var/tmp, with what was there before it.
SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": (
        "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;PRAGMA journal_size_limit=67108864;"
        "PRAGMA temp_store=MEMORY"
    ),
}


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise EnvironmentProblem(f"{name} är {text!r}; det ska vara ett heltal.") from None


def _port(text: str) -> int:
    port = _number("FORLOPP_PORT", text)
    # The other processes use the six ports above it.
    if not 1024 <= port <= 65529:
        raise EnvironmentProblem(f"FORLOPP_PORT är {port}; det ska vara ett tal mellan 1024 och 65529.")
    return port
