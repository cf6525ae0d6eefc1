"""Promises about the repository itself that no linter knows."""

import ast
import importlib.metadata
import json
import os
import re
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import pytest
from lxml import etree

from workflows import connectors, safe_xml
from workflows.diagram import NAMESPACES

ROOT = Path(__file__).parent.parent.parent
PACKAGES = (
    "config",
    "integrations",
    "practice",
    "api",
    "tasks",
    "plan",
    "workbench",
    "followup",
    "workflows",
    "people",
    "web",
)
WRITES = {
    "create",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "update",
    "delete",
    "select_for_update",
}
# Where state may be changed: the verbs, and what Django itself runs.
WRITERS = ("services", "migrations", "management")
LONGEST_FUNCTION, LONGEST_FILE = 60, 400


@lru_cache
def tracked(pattern: str = "*") -> list[Path]:
    """Files of the repository, also those not yet committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", pattern],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [path for name in listed.stdout.splitlines() if (path := ROOT / name).is_file()]


def sources() -> list[Path]:
    return [path for path in tracked("*.py") if "migrations" not in path.parts]


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@dataclass(frozen=True)
class Read:
    """What the tests ask of a module; its tree, which takes a hundred times the room, is not kept."""

    opens_with: str | None
    classes: set[str]
    functions: dict[str, int]
    writes: list[tuple[int, str]]


@cache
def read(path: Path) -> Read:
    tree = ast.parse(text(path))
    return Read(
        ast.get_docstring(tree),
        {node.name for node in tree.body if isinstance(node, ast.ClassDef)},
        {f"{name(path)}:{node.name}": (node.end_lineno or 0) - node.lineno + 1 for node in functions(tree)},
        list(writes(tree)) if ".objects" in text(path) and path.relative_to(ROOT).parts[0] in PACKAGES else [],
    )


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Wherever a statement may stand; no expression holds any."""
    ahead: list[ast.AST] = [tree]
    while ahead:
        node = ahead.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            if isinstance(found := getattr(node, part, None), list):
                ahead += found


def test_no_file_is_too_long() -> None:
    lengths = {name(path): len(text(path).splitlines()) for path in sources()}
    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_too_long() -> None:
    lengths = [item for path in sources() for item in read(path).functions.items()]
    assert [(function, length) for function, length in lengths if length > LONGEST_FUNCTION] == []
    assert len(lengths) > 10_000


def test_every_module_opens_with_a_sentence() -> None:
    silent = [name(path) for path in sources() if text(path).strip() and not read(path).opens_with]
    assert silent == []


def test_only_services_write() -> None:
    """A view, a flow or a selector that saves something has gone past the verb that belongs to it.

    Integrations have no services: what they remember about their systems is theirs to write, and nothing else.
    """
    found = []
    for package in PACKAGES[1:]:
        folder = ROOT / "integrations" / "models"
        own = (
            {name for path in folder.glob("*.py") for name in read(path).classes}
            if package == "integrations"
            else set()
        )
        for path in (ROOT / package).rglob("*.py"):
            if not set(path.parts) & set(WRITERS):
                found += [f"{name(path)}:{line}" for line, model in read(path).writes if model not in own]
    assert found == []


def test_everyone_asks_the_time_of_the_one_function_that_practice_mode_replaces() -> None:
    """`timezone.now`, looked up where it is called: a name of one's own would stay at the real time."""
    ours = [path for path in sources() if path.relative_to(ROOT).parts[0] in PACKAGES]
    assert [
        name(path) for path in ours if re.search(r"from django\.utils\.timezone import .*\bnow\b", text(path))
    ] == []


def writes(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and model of `Model.objects.create(…)` and the like; a manager tells a row from a dictionary."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            for part in ast.walk(node.func):
                if isinstance(part, ast.Attribute) and part.attr == "objects" and isinstance(part.value, ast.Name):
                    yield node.lineno, part.value.id


def forlopp_folders() -> list[Path]:
    return sorted(path.parent for path in (ROOT / "bpmn").glob("*/process.toml"))


@pytest.mark.parametrize("folder", forlopp_folders(), ids=lambda folder: folder.name)
def test_a_forlopp_folder_is_whole(folder: Path) -> None:
    about = tomllib.loads(text(folder / "process.toml"))
    assert about["key"] == folder.name
    assert len(text(folder / "README.md").split()) > 100
    assert (folder / f"{folder.name}.bpmn").is_file()
    assert list(folder.glob("scenarios/*.toml"))
    assert [form for form in forms(folder) if not form.is_file()] == []
    if root(folder).findall(".//bpmn:startEvent/bpmn:messageEventDefinition", NAMESPACES):
        assert list(folder.glob("samples/*.json"))


def root(folder: Path) -> etree._Element:
    return safe_xml.parse((folder / f"{folder.name}.bpmn").read_bytes())


def forms(folder: Path) -> Iterator[Path]:
    """One for each user task: its own, or the shared one that it names."""
    for task in root(folder).iterfind(".//bpmn:userTask", NAMESPACES):
        named = [item.get("value", "") for item in task.iter("{*}property") if item.get("name") == "formKey"]
        key = named[0] if named else task.get("id", "")
        yield (folder.parent / "_shared" if key.startswith("_shared/") else folder) / "forms" / f"{Path(key).name}.json"


def test_every_folder_of_bpmn_is_a_forlopp_or_shared() -> None:
    folders = {path.parent for path in (ROOT / "bpmn").glob("*/*") if path.name != "_shared"}
    assert folders - {ROOT / "bpmn" / "_shared"} == set(forlopp_folders())


def test_there_is_no_python_among_the_forlopp() -> None:
    assert [name(path) for path in (ROOT / "bpmn").rglob("*.py")] == []


def test_no_dependency_ships_a_package_with_one_of_our_names() -> None:
    ours = {*PACKAGES, "benchmarks"}
    taken = {top: dist for top, dist in importlib.metadata.packages_distributions().items() if top in ours}
    assert taken == {}


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "requirements-tracing.lock"])
def test_the_lock_carries_hashes_and_no_addresses(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links|\s@\s|^-e|(^|\s)/", text, re.MULTILINE)
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_npm_lock_carries_hashes_and_no_addresses() -> None:
    lock = json.loads((ROOT / "web/frontend/package-lock.json").read_text(encoding="utf-8"))
    packages = {path: about for path, about in lock["packages"].items() if path}
    assert [path for path, about in packages.items() if "resolved" in about] == []
    assert [path for path, about in packages.items() if not about.get("integrity")] == []


def test_every_dependency_says_why_it_is_there() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lists = re.findall(r"^(?:dependencies|dev) = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert len(lists) == 2
    assert [line for part in lists for line in part.splitlines() if not re.search(r'",\s+# \w', line)] == []


def test_every_command_is_documented() -> None:
    documents = "\n".join(text(path) for path in [*tracked("docs/*.md"), *tracked("README.md")])
    commands = [path.stem for path in ROOT.glob("*/management/commands/*.py") if path.stem != "__init__"]
    assert commands
    assert [command for command in commands if not re.search(rf"(`|manage\.py ){command}\b", documents)] == []


def test_every_setting_is_documented_and_read() -> None:
    code = text(ROOT / "config/environment.py") + text(ROOT / "config/settings.py") + text(ROOT / "config/bootstrap.py")
    variables = set(re.findall(r'"((?:FORLOPP|REGION|HEMTJANST|MEDICINGIVARE|DATABASE|PREFECT)_[A-Z_]+)"', code))
    assert sorted(variable for variable in variables if f"`{variable}`" not in text(ROOT / "docs/operations.md")) == []
    ours = set(re.findall(r"^((?:FORLOPP|REGION|HEMTJANST|MEDICINGIVARE|PREFECT)_\w+) =", code, re.MULTILINE))
    used = "\n".join(text(path) for path in sources() if path.name != "settings.py" and "tests" not in path.parts)
    assert sorted(setting for setting in ours if not re.search(rf"settings\.{setting}\b|\"{setting}\"", used)) == []


def test_every_operation_is_documented_where_its_system_is() -> None:
    systems = {path.parent.name: text(path) for path in ROOT.glob("integrations/*/README.md")}
    ours = [operation for operation in connectors.operations() if operation.partition(".")[0] in systems]
    assert ours
    assert [name for name in ours if f"`{name}`" not in systems[name.partition(".")[0]]] == []


def test_make_help_names_every_target_in_a_line() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):", makefile, re.MULTILINE)
    # Not as a part of the make that may be running these tests.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE") and key != "MFLAGS"}
    command = ["make", "help"]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
    assert [line.split()[1] for line in said.splitlines()] == targets


ASKS_ROLES = ("people/", "workflows/rights.py", "workflows/sight.py", "workflows/sieve.py", "workbench/drafting.py")


def test_what_a_role_may_is_said_in_one_room() -> None:
    """Others ask `rights.may_…` or `rights.holds`; to list what is offered to one's professions is no rule."""
    asked = re.compile(
        r"[&|] set\([\w.]*\.professions\)|\bin [\w.]*(user|staff|by|viewer)\.professions\b|isdisjoint\(.*professions"
    )
    ours = [
        path for path in sources() if not str(path.relative_to(ROOT)).startswith((*ASKS_ROLES, "tests/", "benchmarks/"))
    ]
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in ours
        for line in text(path).splitlines()
        if asked.search(line)
    ]
    allowed = ("practice/views.py", "workflows/services/joint.py")  # whose exercises, and which of the signers one is
    assert [one for one in found if not one.startswith(allowed)] == []
