"""BPMN files as other tools write them: made by us, in the habits of each, for the tests that open and save them.

The habits are those of the public formats: prefixes, ids, extension elements and pictures. No file of others is here.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from workflows import diagram, safe_xml

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI = "http://www.omg.org/spec/BPMN/20100524/DI"
XSD = "http://www.w3.org/2001/XMLSchema"
SPACES = {
    "bpmndi": DI,
    "omgdc": "http://www.omg.org/spec/DD/20100524/DC",
    "omgdi": "http://www.omg.org/spec/DD/20100524/DI",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}


def _plain(key: str) -> str:
    return f"Activity_{key}"


@dataclass(frozen=True)
class Dialect:
    """How one tool writes: `p` is its prefix of BPMN with the colon, `task` and `inside` what it adds to a step."""

    name: str
    p: str = "bpmn:"
    spaces: dict[str, str] = field(default_factory=dict)
    head: str = ""
    task: str = ""
    inside: str = ""
    shape: str = ""
    number: str = "{}"
    is_executable: str = "true"
    condition: str = "=belopp &gt; 100"
    as_id: Callable[[str], str] = _plain


def _uuid(key: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, key))


DIALECTS = (
    Dialect(
        "camunda 7",
        spaces={"camunda": "http://camunda.org/schema/1.0/bpmn"},
        head='exporter="Camunda Modeler" exporterVersion="5.0.0"',
        task=' camunda:assignee="${initiator}" camunda:formKey="embedded:app:forms/x.html"',
        inside='<camunda:formData><camunda:formField id="belopp" label="Belopp" type="long" /></camunda:formData>'
        '<camunda:executionListener class="se.exempel.Lyssnare" event="start" />',
        condition="${belopp &gt; 100}",
    ),
    Dialect(
        "camunda 8",
        spaces={
            "zeebe": "http://camunda.org/schema/zeebe/1.0",
            "modeler": "http://camunda.org/schema/modeler/1.0",
        },
        head='modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.5.0"',
        inside='<zeebe:formDefinition formId="x" /><zeebe:assignmentDefinition candidateGroups="omsorg" />'
        '<zeebe:ioMapping><zeebe:input source="=belopp" target="summa" /></zeebe:ioMapping>',
    ),
    Dialect(
        "signavio",
        p="",
        spaces={"signavio": "http://www.signavio.com"},
        head='exporter="Signavio Process Editor, http://www.signavio.com" typeLanguage="http://www.w3.org/2001/XMLSchema"',
        inside='<signavio:signavioMetaData metaKey="bgcolor" metaValue="#ffffcc" />'
        '<signavio:signavioLabel align="center" ref="text_name" x="50.0" y="40.0" />',
        number="{}.0",
        is_executable="false",
        as_id=lambda key: f"sid-{_uuid(key).upper()}",
    ),
    Dialect(
        "bizagi",
        p="",
        spaces={"xsd": "http://www.w3.org/2001/XMLSchema"},
        inside='<bizagi:BizagiExtensions xmlns:bizagi="http://www.bizagi.com/bpmn20"><bizagi:BizagiProperties>'
        '<bizagi:BizagiProperty name="bgColor" value="#ECEFFF" /></bizagi:BizagiProperties></bizagi:BizagiExtensions>',
        shape="<extension />",
        is_executable="false",
        as_id=lambda key: f"Id_{_uuid(key)}",
    ),
    Dialect(
        "bpmn.io",
        spaces={
            "bioc": "http://bpmn.io/schema/bpmn/biocolor/1.0",
            "color": "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
        },
        head='exporter="bpmn-js (https://demo.bpmn.io)" exporterVersion="17.0.0"',
        shape=' bioc:stroke="#205022" bioc:fill="#c8e6c9" color:background-color="#c8e6c9"',
    ),
    Dialect(
        "trisotech",
        p="semantic:",
        spaces={
            "trisobpmn": "http://www.trisotech.com/2014/triso/bpmn",
            "triso": "http://www.trisotech.com/2015/triso/modeling",
        },
        head='exporter="Workflow Modeler" expressionLanguage="http://www.omg.org/spec/DMN/20180521/FEEL/"',
        task=' triso:taskKind="vård"',
        inside='<triso:modified on="2026-01-01T00:00:00.000Z" by="okänd" />',
        as_id=lambda key: f"_{_uuid(key)}",
    ),
)
Block = tuple[str, Any]
"""A step with its name, or a gateway with its branches, each a row of blocks."""


class Writer:
    """Writes one process of blocks."""

    def __init__(self, dialect: Dialect, *, has_picture: bool = True) -> None:
        self.dialect, self.has_picture = dialect, has_picture
        self.nodes: list[str] = []
        self.picture: list[str] = []
        self.count = 0

    def file(self, blocks: Sequence[Block], name: str = "Process") -> str:
        """The whole text."""
        d = self.dialect
        start = self._node("startEvent", "Start")
        end = self._node("endEvent", "")
        last = self._row(blocks, start)
        self._flow(last, end)
        spaces = {**SPACES, **d.spaces, d.p.rstrip(":"): BPMN}
        head = " ".join(f"xmlns{':' if key else ''}{key}={quoteattr(value)}" for key, value in spaces.items())
        plane = f'<bpmndi:BPMNPlane id="plane" bpmnElement={quoteattr(d.as_id("process"))}>{"".join(self.picture)}'
        drawing = f'<bpmndi:BPMNDiagram id="diagram">{plane}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
        return (
            '<?xml version="1.0" encoding="UTF-8"?>\n<!-- från ett annat verktyg -->\n'
            f'<{d.p}definitions {head} id="definitions" targetNamespace="http://exempel.invalid/{d.name[:4]}" {d.head}>'
            f"<{d.p}process id={quoteattr(d.as_id('process'))} name={quoteattr(name)} "
            f'isExecutable="{d.is_executable}">{"".join(self.nodes)}</{d.p}process>'
            f"{drawing if self.has_picture else ''}</{d.p}definitions>"
        )

    def _row(self, blocks: Iterable[Block], before: str, condition: str = "") -> str:
        for kind, content in blocks:
            before, condition = self._block(kind, content, before, condition), ""
        return before

    def _block(self, kind: str, content: str | Sequence[Sequence[Block]], before: str, condition: str) -> str:
        node = self._node(kind, content if isinstance(content, str) else "Vilken väg?")
        self._flow(before, node, condition)
        if isinstance(content, str):
            return node
        join = self._node(kind, "")
        for number, branch in enumerate(content):
            told = self.dialect.condition if kind == "exclusiveGateway" and number else ""
            self._flow(self._row(branch, node, told), join)
        return join

    def _node(self, kind: str, name: str) -> str:
        d, self.count = self.dialect, self.count + 1
        key = d.as_id(f"n{self.count}")
        is_step = kind.endswith(("Task", "task"))
        extra = f"<{d.p}extensionElements>{d.inside}</{d.p}extensionElements>" if is_step and d.inside else ""
        told = f"<{d.p}documentation>{escape('Gör så: a < b & c')}</{d.p}documentation>" if is_step else ""
        self.nodes.append(
            f"<{d.p}{kind} id={quoteattr(key)} name={quoteattr(name)}{d.task if is_step else ''}>"
            f"{told}{extra}</{d.p}{kind}>"
        )
        x, y = (d.number.format(number) for number in (100 + 150 * self.count, 100))
        attributes, content = (d.shape, "") if d.shape.startswith(" ") else ("", d.shape)
        self.picture.append(
            f"<bpmndi:BPMNShape id={quoteattr(key + '_di')} bpmnElement={quoteattr(key)}{attributes}>{content}"
            f'<omgdc:Bounds x="{x}" y="{y}" width="{d.number.format(100)}" height="{d.number.format(80)}" />'
            "</bpmndi:BPMNShape>"
        )
        return key

    def _flow(self, source: str, target: str, condition: str = "") -> None:
        d, self.count = self.dialect, self.count + 1
        key = d.as_id(f"f{self.count}")
        text = (
            f'<{d.p}conditionExpression xsi:type="{d.p}tFormalExpression">{condition}</{d.p}conditionExpression>'
            if condition
            else ""
        )
        self.nodes.append(
            f"<{d.p}sequenceFlow id={quoteattr(key)} sourceRef={quoteattr(source)} targetRef={quoteattr(target)}>"
            f"{text}</{d.p}sequenceFlow>"
        )
        points = "".join(f'<omgdi:waypoint x="{d.number.format(n)}" y="{d.number.format(140)}" />' for n in (100, 200))
        self.picture.append(
            f"<bpmndi:BPMNEdge id={quoteattr(key + '_di')} bpmnElement={quoteattr(key)}>{points}</bpmndi:BPMNEdge>"
        )


def meaning(text: str) -> dict[str, Any]:
    """What a file says, by element: prefixes, order of elements, blanks, comments and where things are drawn apart."""
    root = safe_xml.parse(text.encode())
    found: dict[str, Any] = {"": sorted(pair for pair in _pairs(root) if not _is_maker(*pair))}
    for node in root.iterdescendants("{*}*"):
        if node.get("id") and not _is_drawn(node):
            parent = node.getparent()
            found[node.get("id", "")] = (parent.get("id") if parent is not None else "", _told(node))
    return found


def drawn(text: str) -> dict[str, list[tuple[str, str]]]:
    """Which elements have a picture, with what another tool has said of its looks."""
    root = safe_xml.parse(text.encode())
    shapes = root.iter(f"{{{DI}}}BPMNShape", f"{{{DI}}}BPMNEdge")
    return {
        node.get("bpmnElement", ""): sorted(pair for pair in _pairs(node) if pair[0].startswith("{")) for node in shapes
    }


def _pairs(node: etree._Element) -> list[tuple[str, str]]:
    return [(str(key), str(value)) for key, value in node.attrib.items()]


def _told(node: etree._Element) -> object:
    inside = [_told(child) for child in node.iterchildren("{*}*") if not child.get("id")]
    text = " ".join((node.text or "").split())
    # The type of an expression is a name with a prefix, which may be another prefix of the same.
    pairs = ((key, value.rpartition(":")[2] if key.endswith("}type") else value) for key, value in _pairs(node))
    return (node.tag, sorted(pairs), text, sorted(inside, key=repr))


def _is_drawn(node: etree._Element) -> bool:
    return any(one.tag == f"{{{DI}}}BPMNDiagram" for one in (node, *node.iterancestors()))


def _is_maker(key: str, value: str) -> bool:
    """Which tool wrote it last, and what means the same when it is left out."""
    return key in ("exporter", "exporterVersion") or (key, value) == ("typeLanguage", XSD)


def steps(text: str) -> set[str]:
    """The ids of what one draws: steps, events, gateways and the flows between them."""
    root = diagram.parse(text.encode())
    flows = root.iter(diagram.tag("sequenceFlow"))
    return {node.get("id", "") for node in (*diagram.flow_nodes(root), *flows)}
