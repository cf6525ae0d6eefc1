"""The bootstrap: what is built once is not built again, and what cannot be done is one sentence."""

import ast
import stat
import sys
from pathlib import Path

import pytest

from config import bootstrap
from config.bootstrap import Refusal
from web import secrecy


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FORLOPP_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.setenv("FORLOPP_MODE", "demo")
    return tmp_path / "var"


def test_it_can_be_read_by_pythons_that_are_too_old_for_the_rest() -> None:
    ast.parse(Path(bootstrap.__file__).read_text(encoding="utf-8"), feature_version=(3, 6))


def test_a_wrong_python_is_told_which_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr("shutil.which", lambda _name: None)
    with pytest.raises(Refusal, match=r"behöver Python 3\.11 till 3\.14.*är Python 3\.9"):
        bootstrap.check_python()


@pytest.mark.parametrize(
    ("compiled", "prefix", "chosen", "taken"),
    [
        ("--prefix=/opt", "/opt", None, "/usr/bin/python3"),
        ("--prefix=/opt", "/opt", "python3", None),
        ("--prefix=/opt --enable-optimizations", "/opt", None, None),
        ("--prefix=/usr", "/usr", None, None),
    ],
)
def test_a_python_that_is_slow_gives_way_to_the_distributions_if_nobody_chose_it(
    monkeypatch: pytest.MonkeyPatch, compiled: str, prefix: str, chosen: str | None, taken: str | None
) -> None:
    went: list[str] = []
    monkeypatch.setattr("sysconfig.get_config_var", lambda _name: compiled)
    monkeypatch.setattr(sys, "base_prefix", prefix)
    monkeypatch.setattr(bootstrap, "works", lambda command: command[0] == bootstrap.DISTRIBUTED)
    monkeypatch.setattr("os.execv", lambda path, _arguments: went.append(path))
    monkeypatch.setenv("PYTHON", chosen or "")
    if chosen is None:
        monkeypatch.delenv("PYTHON")
    bootstrap.check_python()
    assert went == ([taken] if taken else [])


def test_secrets_are_made_once_and_only_for_the_owner(installation: Path) -> None:
    bootstrap.ensure_secrets()
    first = (installation / "secrets.env").read_text()
    bootstrap.ensure_secrets()
    assert (installation / "secrets.env").read_text() == first
    assert len(first.splitlines()) == 5
    assert secrecy.read(dict(line.split("=", 1) for line in first.splitlines())["FORLOPP_DATA_KEYS"]).first == "a"
    assert stat.S_IMODE((installation / "secrets.env").stat().st_mode) == 0o600


def test_a_secret_that_is_a_credential_is_not_made(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(installation))
    installation.mkdir(exist_ok=True)
    (installation / "FORLOPP_DATA_KEYS").write_text("a:…")
    bootstrap.ensure_secrets()
    assert "FORLOPP_DATA_KEYS" not in (installation / "secrets.env").read_text()


def test_reset_removes_what_is_ours_and_nothing_else(installation: Path) -> None:
    bootstrap.ensure_secrets()
    (installation / "forlopp.sqlite3-wal").touch()
    (installation / "prefect").mkdir()
    (installation / "någons.txt").touch()
    bootstrap.reset()
    assert [path.name for path in installation.iterdir()] == ["någons.txt"]


def test_an_installation_in_production_is_never_reset(installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bootstrap.ensure_secrets()
    monkeypatch.setenv("FORLOPP_MODE", "production")
    with pytest.raises(Refusal):
        bootstrap.reset()
    assert (installation / "secrets.env").exists()


def test_in_production_the_database_is_left_for_what_starts_it(
    installation: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []
    monkeypatch.setattr(bootstrap, "build", lambda _kind: None)
    monkeypatch.setattr(bootstrap, "call", lambda *words: called.append(str(words[-1])))
    for mode, wanted in (("production", []), ("demo", ["prepare"])):
        monkeypatch.setenv("FORLOPP_MODE", mode)
        bootstrap.setup()
        assert called == wanted


def test_no_registry_is_one_sentence(installation: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('error: dns error: failed to lookup address')"]
    with pytest.raises(Refusal, match="Paketregistret för paketen svarar inte"):
        bootstrap.shell("paketen", command, log_name="x.log")
    assert (installation / "log" / "x.log").is_file()
