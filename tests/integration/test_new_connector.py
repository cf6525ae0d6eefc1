"""What `new_connector` makes works as it is: found when installed, its tests pass, and the house accepts its code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.any_database


def run(*words: str, cwd: Path = ROOT, **environment: str) -> str:
    """Fails with what the command said."""
    done = subprocess.run(
        [sys.executable, *words], cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_an_installed_connector_is_found_and_passes_its_own_tests(tmp_path: Path) -> None:
    call_command("new_connector", "tolkbokning", title="Tolkbokningen", package=tmp_path, verbosity=0)
    # What installing it leaves behind, and all that Förlopp looks at.
    metadata = tmp_path / "forlopp_tolkbokning-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: forlopp-tolkbokning\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[forlopp.connectors]\ntolkbokning = forlopp_tolkbokning\n")

    told = run(
        "manage.py", "systems", PYTHONPATH=str(tmp_path), FORLOPP_MODE="demo", DJANGO_SETTINGS_MODULE="config.settings"
    )
    assert "[tolkbokning]  Tolkbokningen (på)" in told

    # Its tables are made as the models say: a hundred migrations of ours take half a minute and prove nothing of it.
    options = [
        "-q",
        "--nomigrations",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        f"--rootdir={ROOT}",
        "-c",
        "pyproject.toml",
    ]
    said = run("-m", "pytest", *options, str(tmp_path / "tests"), PYTHONPATH=f"{tmp_path}:{ROOT}")
    assert "9 passed" in said


def test_a_connector_among_ours_is_as_the_house_wants(tmp_path: Path, settings: Any) -> None:
    settings.BASE_DIR = tmp_path
    call_command("new_connector", "tolkbokning", title="Tolkbokningen", verbosity=0)

    folder = tmp_path / "integrations" / "tolkbokning"
    assert {path.name for path in folder.iterdir()} >= {"connector.py", "simulator.py", "README.md"}
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    # What is whose is told by the rest of the tree.
    run("-m", "ruff", "check", "--config", f'src = [".", "{ROOT}"]', "--extend-ignore", "INP001", ".", cwd=tmp_path)
    run("-m", "ruff", "format", "--check", ".", cwd=tmp_path)


@pytest.mark.parametrize(
    ("key", "title"), [("Tolk", "T"), ("../x", "T"), ("class", "T"), ("region", "Regionen"), ("x1", 'a"b')]
)
def test_names_that_cannot_be_are_refused_and_nothing_is_written(key: str, title: str, settings: Any) -> None:
    with pytest.raises(CommandError):
        call_command("new_connector", key, title=title)
    assert not (settings.BASE_DIR / "integrations" / "x1").exists()
