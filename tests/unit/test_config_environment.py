"""What an installation can be told from outside."""

from pathlib import Path

import pytest

from config import environment
from config.environment import EnvironmentProblem


def test_nothing_said_is_production_on_port_8000_with_sqlite_in_var() -> None:
    here = environment.read({})
    assert (here.mode, here.is_demo, here.port) == ("production", False, 8000)
    assert here.database_url == f"sqlite:///{environment.BASE_DIR}/var/forlopp.sqlite3"


def test_secrets_come_from_the_file_beside_the_database_and_the_environment_wins(tmp_path: Path) -> None:
    (tmp_path / "secrets.env").write_text("FORLOPP_SECRET_KEY=from=file\nFORLOPP_WEBHOOK_SECRETS=one,two\n")
    here = environment.read({"FORLOPP_VAR": str(tmp_path), "FORLOPP_WEBHOOK_SECRETS": "three"})
    assert here.secret("FORLOPP_SECRET_KEY") == "from=file"
    assert here.secret("FORLOPP_WEBHOOK_SECRETS") == "three"
    assert here.secret("FORLOPP_PREFECT_AUTH") == ""


def test_each_variable_may_be_a_file_of_systemd_or_of_a_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systemd, container, var = (tmp_path / name for name in ("systemd", "container", "var"))
    for folder in (systemd, container, var):
        folder.mkdir()
    monkeypatch.setattr(environment, "CONTAINER_SECRETS", str(container))
    (var / "secrets.env").write_text(
        "FORLOPP_SECRET_KEY=i filen\nFORLOPP_VAPID_KEY=i filen\nFORLOPP_PREFECT_AUTH=i filen\n"
    )
    (container / "FORLOPP_SECRET_KEY").write_text("i behållaren\n")
    (container / "FORLOPP_VAPID_KEY").write_text("i behållaren\n")
    (container / "tls.key").write_bytes(b"\xff")
    (systemd / "FORLOPP_SECRET_KEY").write_text("hos systemd\n")
    (systemd / "DATABASE_URL").write_text("postgresql://a:b@c/d\n")
    (systemd / "FORLOPP_SMTP_URL").write_text("smtps://u:p@post.example.se\n")
    told = {"FORLOPP_VAR": str(var), "CREDENTIALS_DIRECTORY": str(systemd)}
    here = environment.read(told)
    assert here.secret("FORLOPP_SECRET_KEY") == "hos systemd"
    assert here.secret("FORLOPP_VAPID_KEY") == "i behållaren"
    assert here.secret("FORLOPP_PREFECT_AUTH") == "i filen"
    assert here.database_url == "postgresql://a:b@c/d"
    assert here.text("FORLOPP_SMTP_URL", "") == "smtps://u:p@post.example.se"
    assert here.told("FORLOPP_VAPID_KEY") == "i behållaren"
    assert environment.read(told | {"FORLOPP_SECRET_KEY": "i miljön"}).secret("FORLOPP_SECRET_KEY") == "i miljön"
    assert environment.read(told | {"FORLOPP_MODE": "practice"}).secret("FORLOPP_SECRET_KEY") == "i filen"
    assert environment.read(told | {"FORLOPP_MODE": "practice"}).database_url.startswith("sqlite:")


def test_a_file_that_cannot_be_read_is_told_by_its_name_and_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "CONTAINER_SECRETS", str(tmp_path))
    (tmp_path / "FORLOPP_SECRET_KEY").write_bytes(b"\xff\xfe")
    with pytest.raises(EnvironmentProblem, match="FORLOPP_SECRET_KEY går inte att läsa"):
        environment.read({})


@pytest.mark.parametrize(
    "values",
    [
        {"FORLOPP_MODE": "test"},
        {"FORLOPP_PORT": "åtta"},
        {"FORLOPP_PORT": "80"},
        {"FORLOPP_PORT": "65533"},
    ],
)
def test_what_cannot_be_acted_on_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(EnvironmentProblem):
        environment.read(values)


def test_sqlite_takes_the_write_lock_when_a_transaction_begins_and_syncs_every_commit() -> None:
    options = environment.database("sqlite:////srv/a b.sqlite3")["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]
    assert environment.database("sqlite:////srv/a%20b.sqlite3")["NAME"] == "/srv/a b.sqlite3"


def test_a_postgresql_address_is_taken_apart_with_its_escapes() -> None:
    read = environment.database("postgresql://f%C3%B6r:p%40ss@db.example.se:5433/forlopp?sslmode=verify-full")
    assert (read["USER"], read["PASSWORD"], read["HOST"], read["PORT"]) == ("för", "p@ss", "db.example.se", "5433")
    assert (read["NAME"], read["OPTIONS"]) == ("forlopp", {**environment.POSTGRESQL_OPTIONS, "sslmode": "verify-full"})


def test_another_database_is_refused() -> None:
    with pytest.raises(EnvironmentProblem):
        environment.database("mysql://localhost/forlopp")


def test_a_mail_server_is_taken_apart_with_its_escapes() -> None:
    read = environment.mail("smtp+tls://f%C3%B6r:p%40ss@post.example.se")
    assert (read["EMAIL_HOST"], read["EMAIL_PORT"], read["EMAIL_USE_TLS"]) == ("post.example.se", 587, True)
    assert (read["EMAIL_HOST_USER"], read["EMAIL_HOST_PASSWORD"], read["EMAIL_USE_SSL"]) == ("för", "p@ss", False)
    for wrong in ("post.example.se", "http://post.example.se", "smtp://"):
        with pytest.raises(EnvironmentProblem):
            environment.mail(wrong)


@pytest.mark.parametrize(
    ("values", "address"),
    [
        ({"FORLOPP_HOSTS": "forlopp.kommun.se,127.0.0.1"}, "https://forlopp.kommun.se"),
        ({"FORLOPP_HOSTS": "*"}, ""),
        ({"FORLOPP_HOSTS": ".kommun.se,forlopp.kommun.se"}, ""),
        (
            {"FORLOPP_HOSTS": "*", "FORLOPP_ADDRESS": "https://forlopp.kommun.se:8443/"},
            "https://forlopp.kommun.se:8443",
        ),
        ({"FORLOPP_MODE": "demo", "FORLOPP_HOSTS": "*"}, "http://localhost:8000"),
    ],
)
def test_letters_link_to_the_address_that_is_told_and_never_to_a_pattern(values: dict[str, str], address: str) -> None:
    assert environment.read(values).address == address


@pytest.mark.parametrize("told", ["forlopp.kommun.se", "https://forlopp.kommun.se/in", "https://*", "ftp://a.se"])
def test_an_address_that_leads_nowhere_is_refused(told: str) -> None:
    with pytest.raises(EnvironmentProblem):
        _ = environment.read({"FORLOPP_ADDRESS": told}).address
