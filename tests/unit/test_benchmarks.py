"""What is promised to be measured is measured, and what is told of it is what was measured."""

from collections.abc import Iterator

import pytest

from benchmarks import figures, measure, table
from benchmarks.figures import Figure

PROMISED = {
    "completion_cpu_ms",
    "completion_statements",
    "completions_per_s_1",
    "completions_per_s_4",
    "starts_per_s",
    "http_step_cpu_ms",
    "http_steps_per_s",
    "http_steps_per_s_1",
    "step_ms_at_10",
    "step_ms_at_1000",
    "step_ms_at_10000",
    "inbox_ms_at_1k",
    "inbox_ms_at_100k",
    "inbox_ms_at_1m",
    "tick_ms_at_1k",
    "tick_ms_at_100k",
    "tick_ms_at_1m",
    "timer_lateness_p99_s",
    "migrations_per_s",
    "bytes_per_instance",
    "worker_rss_mb",
    "visits_s",
    "visits_mb",
    "alarm_to_task_p95_s",
    "webhooks_per_s",
    "webhook_p99_ms",
}


def test_every_promised_figure_was_measured_on_both_databases() -> None:
    results = table.read()
    assert set(results) == {"sqlite", "postgresql"}
    assert figures.missing(results) == []
    for found in results.values():
        assert set(found) == set(figures.UNITS)
        assert set(found) >= PROMISED
        assert all(set(figure) - {"note"} == {"ours", "naive", "limit", "unit"} for figure in found.values())


def test_the_page_tells_what_was_measured() -> None:
    """`make bench` and `make fix` write the table."""
    assert table.markdown(table.read()) in table.PAGE.read_text(encoding="utf-8")


def test_a_figure_that_cannot_be_had_loses_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> Iterator[Figure]:
        yield Figure("http_step_cpu_ms", 7.0)
        raise RuntimeError("the web server does not answer")

    found = measure.taken({"http": fails, "migrations": lambda: [Figure("migrations_per_s", 300.0)]})
    assert {figure.name: figure.ours for figure in found} == {
        "http_step_cpu_ms": 7.0,
        "http_steps_per_s_1": None,
        "http_steps_per_s": None,
        "worker_rss_mb": None,
        "migrations_per_s": 300.0,
    }
    assert "the web server does not answer" in capsys.readouterr().err
    results = {"sqlite": {figure.name: figure.as_json() for figure in found}}
    assert figures.missing(results) == [
        f"sqlite: {name}" for name in ("http_steps_per_s_1", "http_steps_per_s", "worker_rss_mb")
    ]
    assert "| `worker_rss_mb` | MB | – | – | – |" in table.markdown(results)
