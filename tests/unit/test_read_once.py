"""The checks at a save read each diagram once, however many of them ask."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

from workflows import definitions, diagram
from workflows.engine import refusals

FORLOPP = Path(__file__).resolve().parents[2] / "bpmn" / "trygg_hemgang"


def test_a_check_reads_the_steps_of_each_diagram_once_and_asks_once_what_cannot_run() -> None:
    folder = definitions.read(FORLOPP)
    drawn = sum(name.endswith(".bpmn") for name in folder.sources)
    with (
        mock.patch.object(diagram, "_lanes", wraps=diagram._lanes) as read,
        mock.patch.object(refusals, "CHECKS", [mock.Mock(return_value=[])]) as asked,
    ):
        assert definitions.checked(folder).compiled is not None
    assert read.call_count <= drawn
    assert asked[0].call_count <= drawn


def test_nothing_is_kept_afterwards() -> None:
    text = definitions.read(FORLOPP).sources["trygg_hemgang.bpmn"].encode()
    with diagram.read_once():
        root = diagram.parse(text)
        assert diagram.elements(root) is diagram.elements(root)
    assert diagram.elements(root) is not diagram.elements(root)
    node = next(iter(diagram.flow_nodes(root)))
    node.set("name", "Ett annat namn")
    assert diagram.elements(root)[node.get("id", "")].name == "Ett annat namn"
