"""What IT writes in integrations.toml: everything that is wrong is told, by where it stands, and no secret with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integrations import configuration, jobs, systems
from integrations.configuration import problems
from integrations.pools import Pool
from integrations.runner import house
from integrations.systems import Job, Setting, System
from web.addresses import LOOPBACK

SYSTEM = System(
    "provsystem",
    "Provsystemet",
    {
        "url": Setting("url", "systemets adress"),
        "password": Setting("secret", "lösenordet", optional=True),
        "rows": Setting("whole", "rader åt gången", default=50),
        "folder": Setting("path", "katalogen", optional=True),
    },
    jobs=(
        Job("hamta", "Hämtar", lambda: None, every_seconds=60),
        Job("natt", "Läser om", lambda: None, cron="0 3 * * *"),
    ),
)
ADDRESS = 'url = "https://prov.example.se"'


@pytest.fixture(autouse=True)
def told(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(systems, "_systems", {"provsystem": SYSTEM})
    settings.FORLOPP_INTEGRATIONS = str(tmp_path / "integrations.toml")
    configuration.forget()
    yield tmp_path / "integrations.toml"
    configuration.forget()


def write(path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    configuration.forget()
    return [str(problem) for problem in problems()]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[provsystem", "filen: Filen är inte giltig TOML"),
        ("[provsytem]", "provsytem: Det finns ingen koppling med det namnet. Menade du provsystem?"),
        ("[provsystem]", "provsystem.url: Saknas: systemets adress."),
        (f"[provsystem]\n{ADDRESS}\nrow = 1", "provsystem.row: Inställningen finns inte. Menade du rows?"),
        ('[provsystem]\nurl = "prov.example.se"', "provsystem.url: Ska vara en adress som börjar med https://."),
        ('[provsystem]\nurl = "https://a:hemligt@b.se"', "provsystem.url: Lösenord hör inte hemma i en adress."),
        (f'[provsystem]\n{ADDRESS}\npassword = "hemligt"', "provsystem.password: En hemlighet står aldrig i filen."),
        (f'[provsystem]\n{ADDRESS}\npassword = {{ file = "/finns/inte" }}', "provsystem.password: Filen med värdet"),
        (f'[provsystem]\n{ADDRESS}\nrows = "50"', "provsystem.rows: Ska vara ett heltal."),
        (f"[provsystem]\n{ADDRESS}\nrows = true", "provsystem.rows: Ska vara ett heltal."),
        (f'[provsystem]\n{ADDRESS}\nfolder = "/finns/inte"', "provsystem.folder: Filen eller katalogen finns inte."),
        (f"[provsystem]\n{ADDRESS}\nat_once = 0", "provsystem.at_once: Ska vara ett heltal från 1 till 100."),
        (
            f"[provsystem]\n{ADDRESS}\n[provsystem.jobs.hamt]\nevery_seconds = 5",
            "jobs.hamt: Det finns inget",
        ),
        (f'[provsystem]\n{ADDRESS}\n[provsystem.jobs.natt]\ncron = "3"', "provsystem.jobs.natt: Skriv every_seconds"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(told: Path, text: str, says: str) -> None:
    found = write(told, text)

    assert len(found) == 1
    assert says in found[0]
    assert "hemligt" not in found[0]


def test_a_system_with_a_faulty_part_is_off_and_the_others_on(told: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = System("annat", "Ett annat")
    monkeypatch.setattr(systems, "_systems", {"provsystem": SYSTEM, "annat": other})

    assert write(told, "[provsystem]\n[annat]") != []
    assert not configuration.of("provsystem").is_enabled
    assert configuration.of("annat").is_enabled
    assert [job.key for job in jobs.scheduled()] == []


def test_a_system_that_is_not_in_the_file_is_off_in_production(told: Path) -> None:
    assert write(told, "") == []
    assert not configuration.of("provsystem").is_enabled


def test_secrets_come_from_environment_and_files(told: Path, settings: Any) -> None:
    (told.parent / "losen").write_text("ur en fil\n", encoding="utf-8")
    assert write(told, f'[provsystem]\n{ADDRESS}\npassword = {{ file = "{told.parent}/losen" }}') == []
    assert configuration.of("provsystem").text("password") == "ur en fil"

    settings.FORLOPP_TOLD = {"LOSEN": "ur miljön"}.get
    assert write(told, f'[provsystem]\n{ADDRESS}\npassword = {{ env = "LOSEN" }}') == []
    values = configuration.of("provsystem")
    assert values.text("password") == "ur miljön"
    assert "ur miljön" not in repr(values)


def test_schedules_are_those_of_the_file_else_the_connectors(told: Path) -> None:
    write(told, f"[provsystem]\n{ADDRESS}\n[provsystem.jobs.hamta]\nevery_seconds = 300")

    hourly, nightly = jobs.scheduled()

    assert (hourly.key, hourly.seconds) == ("provsystem/hamta", 300)
    assert (nightly.seconds, nightly.schedule) == (None, {"cron": "0 3 * * *"})


IMAGE = 'type = "docker"\njob.image = "forlopp:1"'
CLUSTER = 'type = "kubernetes"\njob.image = "forlopp:1"'
TEMPLATE = 'template = "deploy/kubernetes-pool.json"'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('type = "nomad"', "prefect.type: Ska vara något av process, docker, kubernetes."),
        ('pol = "andra"', "prefect.pol: Inställningen finns inte. Menade du pool?"),
        ('pool = "våra jobb"', "prefect.pool: Ska bestå av"),
        ('type = "docker"', "prefect.job.image: Saknas"),
        (f"{IMAGE}\nown_worker = true", "prefect.own_worker: flows är en process"),
        (CLUSTER, "prefect.template: Saknas"),
        (
            f"{CLUSTER}\n{TEMPLATE}\njob.namespac = 'x'",
            "prefect.job.namespac: Finns inte i jobbmallen. Menade du namespace?",
        ),
        ('template = "README.md"', "prefect.template: Filen är inte giltig JSON."),
        ('job.env.DATABASE_URL = "hemligt"', "prefect.job.env.DATABASE_URL: En hemlighet skulle stå i klartext"),
        ('job.env.PROXY = "http://a:hemligt@b.se"', "prefect.job.env.PROXY: En hemlighet skulle stå i klartext"),
        ('job.env.REGION_TOKEN = { env = "HEMLIGT" }', "prefect.job.env: Skriv NAMN"),
        ('job = "forlopp:1"', "prefect.job: Ska vara rader under en egen rubrik"),
    ],
)
def test_what_is_wrong_with_the_pool_is_told_and_jobs_are_then_done_without_prefect(
    told: Path, text: str, says: str
) -> None:
    found = write(told, f"[prefect]\n{text}")

    assert len(found) == 1
    assert says in found[0]
    assert "hemligt" not in found[0]
    assert configuration.pool() is None


def test_a_pool_is_worked_by_flows_itself_unless_others_start_its_jobs(told: Path) -> None:
    assert write(told, "") == []
    assert configuration.pool() == Pool()

    assert write(told, f"[prefect]\npool = 'k8s'\n{CLUSTER}\n{TEMPLATE}\njob.env.TZ = 'Europe/Stockholm'") == []
    pool = configuration.pool()
    assert pool is not None
    assert (pool.name, pool.type, pool.has_own_worker, pool.grace.total_seconds()) == ("k8s", "kubernetes", False, 60)
    from integrations.runner.schedule import job_variables

    assert job_variables(pool) == {"image": "forlopp:1", "env": {**house.SILENCE, "TZ": "Europe/Stockholm"}}
    container = str(pool.template)
    assert "'envFrom': [{'secretRef': {'name': 'forlopp'}}]" in container


def test_a_job_that_starts_as_plain_python_finds_our_code_and_sets_django_up_before_it_reads_models() -> None:
    from integrations.runner.schedule import ENTRYPOINT

    told = "import sys, integrations.runner.job as job; print('django.db' in sys.modules, job.__name__)"
    said = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True, env={})
    assert said.stdout.split() == ["False", ENTRYPOINT.rpartition(".")[0]]


def test_the_file_that_comes_with_the_program_names_only_what_there_is(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    settings.FORLOPP_INTEGRATIONS = str(settings.BASE_DIR / "config" / "integrations.toml")
    configuration.forget()
    assert problems() == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        (ADDRESS.replace("https", "http"), 1),
        (ADDRESS.replace("https", "http") + "\nenabled = false", 0),
        *((f'url = "http://{host}"', 0) for host in sorted(LOOPBACK - {"::1"})),
        (ADDRESS, 0),
    ],
)
def test_an_address_without_https_is_told_before_it_is_deployed(told: Path, text: str, count: int) -> None:
    assert write(told, f"[provsystem]\n{text}") == []
    found = configuration.in_the_clear()
    assert [one.id for one in found] == ["integrations.W001"] * count
    assert all("provsystem.url" in one.msg for one in found)
