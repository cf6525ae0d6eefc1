"""No identity number reaches a log, however it came into the message."""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

import gunicorn.config
import pytest
from django.test import RequestFactory

from config import gunicorn_conf, logs
from config.logs import redact


@pytest.mark.parametrize(
    "number", ["19121212-1212", "191212121212", "121212-1212", "1212121212", "121212+1212", "19701063-2391"]
)
def test_identity_numbers_are_removed(number: str) -> None:
    assert redact(f"person {number} saknas") == "person [identitet borttagen] saknas"


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T09:30:00+01:00",
        "ärende 3f2504e0-4f89-41d3-9a0c-0305e82c3301",
        "port 8000, process 123456",
        "01a200cc-014b-750a-a11f-123456789012",
    ],
)
def test_times_and_opaque_ids_are_left_alone(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("formatter", [logs.Line(), logs.Json()], ids=["line", "json"])
def test_an_error_is_told_by_place_and_kind_and_quotes_nothing(formatter: logging.Formatter) -> None:
    name = "Marga" + "reta"
    try:
        try:
            raise ValueError(f"Failing row contains ({name}, 191212121212)")
        except ValueError as error:
            raise RuntimeError(f"about {name}") from error
    except RuntimeError:
        record = made("workflows.prov", "fel för %s", ("121212-1212",), sys.exc_info())
    line = formatter.format(record)
    assert "Margareta" not in line
    assert "1212" not in line
    assert all(word in line for word in ("RuntimeError", "ValueError", "test_config_logs.py"))


def made(name: str, text: str, values: tuple[object, ...] = (), error: Any = None) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, __file__, 1, text, values, error, "prov")


def told(record: logging.LogRecord) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(logs.Json().format(record))
    return found


def test_a_line_of_production_is_an_object_with_what_it_is_about_and_when() -> None:
    mark = logs.request_id.set("abc123")
    line = told(made("workflows.prov", "delivery %s: %s\n", ("7", "nere")))
    logs.request_id.reset(mark)
    assert line["time"].endswith("+00:00")
    del line["time"], line["process"]
    about = {"level": "ERROR", "logger": "workflows.prov", "request": "abc123"}
    assert line == about | {"event": "delivery %s: %s\n", "message": "delivery 7: nere\n"}


def test_nobody_can_write_a_line_of_their_own() -> None:
    line = logs.Line().format(made("workflows.prov", "nej: %s", ("x\r\n2026-11-28 INFO allt är bra",)))
    assert len(line.splitlines()) == 1


@pytest.mark.parametrize(
    ("text", "values", "said"),
    [
        ("Error handling request %s", ("/personer/?sok=Margareta",), "Error handling request …"),
        ("Booting worker with pid: %s", (4711,), "Booting worker with pid: 4711"),
        ("Invalid request from ip=1.2.3.4: Margareta", (), "test_config_logs.prov:1"),
        ("%d of %d", (1,), "%d of %d"),
    ],
)
def test_of_what_libraries_say_only_numbers_are_told(text: str, values: tuple[object, ...], said: str) -> None:
    assert told(made("gunicorn.error", text, values))["message"] == said


def test_a_request_is_told_by_its_page_and_never_by_its_address() -> None:
    record = made("django.request", "Not Found: %s", ("/personer/Margareta/",))
    record.request, record.status_code = RequestFactory().get("/personer/Margareta/"), 404
    line = told(record)
    assert (line["event"], line["message"]) == ("request", "404 GET no page")


def test_the_web_servers_own_lines_are_written_so_too(tmp_path: Path) -> None:
    chosen = gunicorn.config.Config()
    chosen.set("errorlog", str(tmp_path / "web.log"))
    log = gunicorn_conf.Logger(chosen)
    log.error("Error handling request %s", "/personer/?sok=Margareta")
    log.warning("Invalid request from ip=1.2.3.4: Margareta 191212121212")
    written = (tmp_path / "web.log").read_text()
    assert "Margareta" not in written
    assert [json.loads(line)["logger"] for line in written.splitlines()] == ["gunicorn.error"] * 2
    assert not log.access_log_enabled
    closed(log)


def test_the_web_server_starts_when_a_line_for_each_request_is_asked_for(tmp_path: Path) -> None:
    chosen = gunicorn.config.Config()
    chosen.set("accesslog", str(tmp_path / "lines"))
    log = gunicorn_conf.Logger(chosen)
    log.access_log.info("12")
    assert (tmp_path / "lines").read_text() == "12\n"
    closed(log)


def closed(log: gunicorn_conf.Logger) -> None:
    """Gunicorn's loggers are everyone's."""
    for one in (log.error_log, log.access_log):
        for handler in list(one.handlers):
            one.removeHandler(handler)
            handler.close()


NOT_CAUGHT = """
import logging, threading, warnings
from config import logs
logs.begin(logs.configuration(as_json=True))
warnings.warn("Margareta", RuntimeWarning)
thread = threading.Thread(target=lambda: {}["Margareta"]); thread.start(); thread.join()
class Left:
    def __del__(self): raise ValueError("Margareta")
Left()
import asyncio
async def main():
    asyncio.get_running_loop().create_future().set_exception(OSError("Margareta"))
    await asyncio.sleep(0)
asyncio.run(main())
raise OSError("Margareta")
"""


def test_what_nobody_caught_in_a_process_a_thread_or_when_it_was_forgotten_is_told_by_kind() -> None:
    ran = subprocess.run([sys.executable, "-c", NOT_CAUGHT], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert "Margareta" not in ran.stderr + ran.stdout
    said = [json.loads(line)["message"].split(" at ")[0] for line in ran.stderr.splitlines()]
    kinds = ["RuntimeWarning", "not caught: KeyError", "not caught: ValueError", "not caught: OSError"]
    assert [one for one in said if not one.startswith("base_events")] == kinds
    assert len(said) == 5


def test_all_our_rooms_are_ours_to_quote() -> None:
    rooms = {path.parent.name for path in Path(logs.__file__).parents[1].glob("*/__init__.py")}
    assert rooms - {"benchmarks", "tests"} == logs.OURS
