"""What deploy/ promises: commands that there are, nobody who is root, nothing that is named and not made.

That it starts is tried where it can be: the web as systemd starts it in tests/crash/test_rolling.py.
"""

from __future__ import annotations

import json
import re
import shlex
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands, load_command_class
from pytest_django import Settings

from config import bootstrap, processes

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("forlopp*"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
MANIFESTS = {
    path.name: list(yaml.safe_load_all(path.read_text(encoding="utf-8")))
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
}
RESOURCES = [one for name, documents in MANIFESTS.items() if name != "kustomization.yaml" for one in documents]
KUSTOMIZATION = MANIFESTS["kustomization.yaml"][0]
# Made by hand, from what is the municipality's own: the head of kustomization.yaml says how.
BY_HAND = {"ConfigMap/forlopp", "Secret/forlopp", "Secret/prefect-api"}
OURS = {"web", "worker", "live", "executor", "flows", "prefect", "prepare", "archive", "notices"}


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every line that is run by manage.py, and where it stands."""
    for unit in UNITS:
        for line in re.findall(r"^ExecStart=(.*)$", unit.read_text(encoding="utf-8"), re.MULTILINE):
            yield unit.name, shlex.split(line)
    wanted = " ".join(re.findall(r"^Wants=(.*)$", (DEPLOY / "systemd/forlopp.target").read_text(), re.MULTILINE))
    for name in re.findall(r"forlopp@(\w+)\.service", wanted):
        yield "forlopp.target", ["python", "manage.py", "process", name]
    for name, service in COMPOSE["services"].items():
        yield f"compose: {name}", service.get("command", [])
    for place, container in containers():
        yield place, container.get("command", [])
    yield "Dockerfile", json.loads(re.findall(r"^CMD (.*)$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)[-1])


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    for one in RESOURCES:
        spec = one.get("spec", {})
        spec = spec.get("jobTemplate", {"spec": spec})["spec"]
        if "template" in spec:
            yield f"{one['kind']}/{one['metadata']['name']}", spec["template"]["spec"]


def containers() -> Iterator[tuple[str, dict[str, Any]]]:
    for place, pod in pods():
        for container in pod["containers"]:
            yield f"{place}: {container['name']}", container


def test_every_command_is_one_of_ours_and_every_process_is_there(settings: Settings) -> None:
    settings.FORLOPP_DEMO, settings.FORLOPP_MAIL, settings.FORLOPP_BACKUP = False, "smtp", "/backup"
    rows = {row.name for row in processes.all_processes()} | {"archive"}
    started = set()
    for place, words in commands():
        if "manage.py" not in words:
            continue
        name, *rest = words[words.index("manage.py") + 1 :]
        assert name in get_commands(), f"{place}: {words}"
        load_command_class(get_commands()[name], name).create_parser("manage.py", name).parse_args(rest)
        if name == "process" and rest != ["%i"]:
            assert rest[0] in rows, f"{place}: {words}"
            started.add(rest[0])
    assert started == rows


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not here")
def test_systemd_understands_its_units_and_each_is_hardened(tmp_path: Path) -> None:
    subprocess.run(
        [DEPLOY / "systemd" / "install"], env={"DESTDIR": str(tmp_path), "PATH": "/usr/bin:/bin"}, check=True
    )
    units = tmp_path / "etc" / "systemd" / "system"
    for file in (path for path in units.rglob("*") if path.is_file()):
        file.write_text(file.read_text(encoding="utf-8").replace("/srv/forlopp", str(ROOT)), encoding="utf-8")
    names = [path.name.replace("@.", "@web.") for path in units.iterdir() if path.is_file()]
    where = {"SYSTEMD_UNIT_PATH": f"{units}:", "PATH": "/usr/bin:/bin"}
    verify = ["systemd-analyze", "verify", "--man=no", *names]
    done = subprocess.run(verify, env=where, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for name in (one for one in names if one.endswith(".service")):
        dropped = units / f"{name.replace('@web.', '@.')}.d" / "10-hardening.conf"
        assert "NoNewPrivileges=yes" in dropped.read_text(encoding="utf-8")


def test_no_container_is_root_or_can_write_where_it_runs() -> None:
    for name, service in COMPOSE["services"].items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert name == "db" or service["user"] == "10001:10001", name
    for place, pod in pods():
        assert pod["securityContext"]["runAsNonRoot"], place
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, place
        assert pod["enableServiceLinks"] is False, f"{place}: a Service would set FORLOPP_ and PREFECT_ variables"
    for place, container in containers():
        own = container["securityContext"]
        assert own["readOnlyRootFilesystem"], place
        assert own["allowPrivilegeEscalation"] is False, place
        assert own["capabilities"]["drop"] == ["ALL"], place
        assert "memory" in container["resources"]["limits"], place
    pool = json.loads((DEPLOY / "kubernetes-pool.json").read_text(encoding="utf-8"))
    pod = pool["job_configuration"]["job_manifest"]["spec"]["template"]["spec"]
    assert pod["enableServiceLinks"] is False


def test_all_of_compose_waits_for_the_database_and_shares_one_place() -> None:
    for name in OURS:
        service = COMPOSE["services"][name]
        assert service["network_mode"] == "service:place", name
        waits = service["depends_on"]
        done = {"db": {"condition": "service_healthy"}}
        assert waits.items() >= (done if name == "prepare" else COMPOSE["x-forlopp"]["depends_on"]).items(), name
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert COMPOSE["services"]["db"]["networks"] == ["inside"]
    named = {volume.split(":")[0] for one in COMPOSE["services"].values() for volume in one.get("volumes", [])}
    assert {name for name in named if not name.startswith(".")} == set(COMPOSE["volumes"])


def test_nothing_is_named_in_kubernetes_that_is_not_made() -> None:
    files = {path.name for path in (DEPLOY / "kubernetes").iterdir()}
    maps = {f"ConfigMap/{one['name']}" for one in KUSTOMIZATION["configMapGenerator"]}
    named = {name for one in KUSTOMIZATION["configMapGenerator"] for name in one.get("files", [])}
    assert files == {*KUSTOMIZATION["resources"], *named, "kustomization.yaml"}
    made = {f"{one['kind']}/{one['metadata']['name']}" for one in RESOURCES} | maps | BY_HAND
    for place, pod in pods():
        volumes = {one["name"]: one for one in pod.get("volumes", [])}
        for one in volumes.values():
            if "configMap" in one:
                assert f"ConfigMap/{one['configMap']['name']}" in made, place
            if "persistentVolumeClaim" in one:
                assert f"PersistentVolumeClaim/{one['persistentVolumeClaim']['claimName']}" in made, place
        for container in pod["containers"]:
            assert {mount["name"] for mount in container["volumeMounts"]} <= set(volumes), place
            for source in container.get("envFrom", []):
                for kind, key in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
                    assert key not in source or f"{kind}/{source[key]['name']}" in made, place


def test_every_variable_that_is_set_is_a_setting_that_is_documented() -> None:
    told = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    # Of the proxy, whose file says what they are, and of compose itself.
    of_others = {"FORLOPP_SITE", "FORLOPP_CLIENT", "FORLOPP_INGRESS", "FORLOPP_IMAGE", "FORLOPP_HOST"}
    for path in (one for one in DEPLOY.rglob("*") if one.is_file()):
        named = set(re.findall(r"\bFORLOPP_[A-Z_]+\b", path.read_text(encoding="utf-8")))
        assert {name for name in named - of_others if f"`{name}`" not in told} == set(), path


def test_the_proxy_speaks_no_old_tls() -> None:
    told = dict(re.findall(r"^    (ssl_\w+) (.+);$", (DEPLOY / "nginx.conf").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(told["ssl_protocols"].split()) == {"TLSv1.2", "TLSv1.3"}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(told["ssl_ciphers"])
    known = [one for one in context.get_ciphers() if one["protocol"] != "TLSv1.3"]
    assert [one["name"] for one in known] == told["ssl_ciphers"].split(":")
    assert all(one["aead"] and one["kea"] == "kx-ecdhe" for one in known)


def test_the_proxy_gives_each_session_a_pace() -> None:
    text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    found = re.search(r'"~(__Host-forlopp_session_8000=.*)" \$key;', text)
    assert found is not None
    cookies = "__Host-forlopp_csrf_8000=abc; __Host-forlopp_session_8000=k3y; other=1"
    key = re.search(found[1].replace("?<", "?P<"), cookies)
    assert key is not None
    assert key["key"] == "k3y"
    assert "limit_req zone=forlopp " in text.partition("location / {")[2].partition("}")[0]


def test_how_the_program_came_to_be_is_hidden_from_it() -> None:
    assert ".git" in (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").split()
    assert "InaccessiblePaths=-/srv/forlopp/.git" in (DEPLOY / "systemd/hardening.conf").read_text(encoding="utf-8")


def test_everything_python_compiles_is_compiled_when_the_image_is_built(monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[list[str]] = []
    monkeypatch.setenv("FORLOPP_SECRET_KEY", "")
    monkeypatch.setattr(bootstrap, "build", lambda _kind, **_told: None)
    monkeypatch.setattr(bootstrap, "call", lambda *words: called.append([str(word) for word in words]))
    bootstrap.image()
    assert {"config", "web", "tasks", "workflows", "plan"} < set(called[0])
    assert called[1][-1] == "import config.wsgi"  # reads every template
    assert "python config/bootstrap.py image" in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
