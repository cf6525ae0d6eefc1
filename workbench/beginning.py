"""What a new förlopp begins as: settings, a diagram with a lane for each profession, and a page about it. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import quoteattr

from workflows import definitions
from workflows.definitions import CONFIG, Folder
from workflows.diagram import LANE_PREFIX

WIDTH, LANE_HEIGHT, LEFT, TOP = 1_000, 160, 60, 40
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" \
xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" \
xmlns:di="http://www.omg.org/spec/DD/20100524/DI" \
xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" \
id="{id}_definitions" targetNamespace="http://forlopp.invalid/bpmn">
"""
_LETTERS = str.maketrans({"å": "a", "ä": "a", "ö": "o", "Å": "a", "Ä": "a", "Ö": "o", "é": "e", "ü": "u"})


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody says of a förlopp that is to be; `professions` are keys and names, who starts it first."""

    title: str
    purpose: str
    owner: str
    sphere: str
    retention: str
    professions: Sequence[tuple[str, str]]


def key_of(title: str) -> str:
    """ "Trygg hemgång" -> trygg_hemgang: the name of a förlopp's folder, and of its process."""
    plain = unicodedata.normalize("NFKD", title.translate(_LETTERS)).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:50].strip("_")
    return key if key[:1].isalpha() else f"forlopp_{key}".strip("_")


def folder(wish: Wish) -> Folder:
    """One step for the first profession, between a start and an end: it can be tried as it is."""
    key = key_of(wish.title)
    first, first_name = wish.professions[0]
    form = {
        "title": "Första steget",
        "fields": [{"key": "anteckning", "type": "text", "label": "Vad har ni kommit fram till?", "required": True}],
    }
    start = {
        "title": f"Starta {wish.title[:1].lower()}{wish.title[1:]}",
        "fields": [{"key": "skal", "type": "text", "label": "Varför startas förloppet?", "required": True}],
    }
    files = {
        CONFIG: _settings(wish, key, first),
        f"{key}.bpmn": _diagram(wish, key),
        "forms/start_forlopp.json": _json(start),
        "forms/forsta_steget.json": _json(form),
        "README.md": f"# {wish.title}\n\n{wish.purpose}\n\n## Roller\n\n"
        + "".join(f"- {name}\n" for _, name in wish.professions or [(first, first_name)]),
    }
    read = definitions.from_sources(
        {name: text for name, text in files.items() if name != "README.md"}, Path(f"{key}.zip")
    )
    return Folder(read.config, read.sources, read.findings, {"README.md": files["README.md"]})


def with_settings(bare: Folder, *, owner: str) -> Folder:
    """A diagram that came alone, with the settings that a förlopp has; what nobody has said yet is empty."""
    if CONFIG in bare.sources:
        return bare
    title, process = bare.title or "Nytt förlopp", str(bare.config.get("process", ""))
    key = key_of(title)
    lines = [f"key = {_text(key)}", f"title = {_text(title)}", f"process = {_text(process)}", f"owner = {_text(owner)}"]
    lines += ['retention = "P10Y"', 'sphere = "bada"', "visible_to = []", "start_by = []"]
    sources = {**bare.sources, CONFIG: "\n".join(lines) + "\n"}
    read = definitions.from_sources(sources, Path(f"{key}.zip"), list(bare.findings))
    return Folder(read.config, read.sources, read.findings, bare.papers)


def _settings(wish: Wish, key: str, first: str) -> str:
    everyone = ", ".join(_text(profession) for profession, _ in wish.professions)
    return f"""# {wish.title}: inställningar som en processägare kan läsa och ändra.
key = {_text(key)}
title = {_text(wish.title)}
process = {_text(key)}
owner = {_text(wish.owner)}
legal_basis = []
retention = {_text(wish.retention)}    # hur länge ärendet sparas när det är avslutat
sphere = {_text(wish.sphere)}        # sol, hsl eller bada
visible_to = [{everyone}]
start_by = [{_text(first)}]

[parameters]
"""


def _diagram(wish: Wish, key: str) -> str:
    start, step, end = "start_forlopp", "forsta_steget", "slut_klart"
    lanes = [
        f'      <bpmn:lane id="{LANE_PREFIX}{profession}" name={quoteattr(name)}>'
        + ("".join(f"<bpmn:flowNodeRef>{node}</bpmn:flowNodeRef>" for node in (start, step, end)) if not at else "")
        + "</bpmn:lane>"
        for at, (profession, name) in enumerate(wish.professions)
    ]
    nodes = f"""    <bpmn:startEvent id="{start}" name="Förloppet startas">
      <bpmn:outgoing>f1</bpmn:outgoing>
    </bpmn:startEvent>
    <bpmn:userTask id="{step}" name="Första steget">
      <bpmn:incoming>f1</bpmn:incoming>
      <bpmn:outgoing>f2</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:endEvent id="{end}" name="Klart">
      <bpmn:incoming>f2</bpmn:incoming>
    </bpmn:endEvent>
    <bpmn:sequenceFlow id="f1" sourceRef="{start}" targetRef="{step}" />
    <bpmn:sequenceFlow id="f2" sourceRef="{step}" targetRef="{end}" />
"""
    return (
        HEAD.format(id=key)
        + '  <bpmn:collaboration id="samarbete">\n'
        + f'    <bpmn:participant id="kommunen" name="Kommunen" processRef="{key}" />\n'
        + "  </bpmn:collaboration>\n"
        + f'  <bpmn:process id="{key}" name={quoteattr(wish.title)} isExecutable="true">\n'
        + '    <bpmn:laneSet id="banor">\n'
        + "\n".join(lanes)
        + "\n    </bpmn:laneSet>\n"
        + nodes
        + "  </bpmn:process>\n"
        + "\n".join(_shapes(wish, start, step, end))
        + "\n</bpmn:definitions>\n"
    )


def _shapes(wish: Wish, start: str, step: str, end: str) -> Iterator[str]:
    middle = TOP + LANE_HEIGHT // 2
    yield '  <bpmndi:BPMNDiagram id="bild"><bpmndi:BPMNPlane id="plan" bpmnElement="samarbete">'
    yield _box("kommunen", LEFT, TOP, WIDTH, LANE_HEIGHT * len(wish.professions), is_lane=True)
    for at, (profession, _) in enumerate(wish.professions):
        yield _box(
            f"{LANE_PREFIX}{profession}", LEFT + 30, TOP + at * LANE_HEIGHT, WIDTH - 30, LANE_HEIGHT, is_lane=True
        )
    yield _box(start, LEFT + 92, middle - 18, 36, 36)
    yield _box(step, LEFT + 200, middle - 40, 120, 80)
    yield _box(end, LEFT + 400, middle - 18, 36, 36)
    yield _edge("f1", middle, LEFT + 128, LEFT + 200)
    yield _edge("f2", middle, LEFT + 320, LEFT + 400)
    yield "  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>"


def _box(name: str, x: int, y: int, width: int, height: int, *, is_lane: bool = False) -> str:
    flat = ' isHorizontal="true"' if is_lane else ""
    bounds = f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}" />'
    return f'    <bpmndi:BPMNShape id="{name}_di" bpmnElement="{name}"{flat}>{bounds}</bpmndi:BPMNShape>'


def _edge(name: str, y: int, start: int, end: int) -> str:
    points = "".join(f'<di:waypoint x="{x}" y="{y}" />' for x in (start, end))
    return f'    <bpmndi:BPMNEdge id="{name}_di" bpmnElement="{name}">{points}</bpmndi:BPMNEdge>'


def _text(value: str) -> str:
    """As TOML writes it, which is as JSON does but for a character that no name has."""
    return json.dumps(value.replace("\x7f", ""), ensure_ascii=False)


def _json(form: Mapping[str, object]) -> str:
    return json.dumps(form, ensure_ascii=False, indent=1) + "\n"
