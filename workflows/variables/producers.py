"""Which steps give which names a value, and of what shape."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from workflows import diagram, feel
from workflows.diagram import Element, local
from workflows.feel import nodes
from workflows.variables import answers, places
from workflows.variables.course import Course
from workflows.variables.shapes import ANY, Shape, context, list_of

_CATCHERS = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent", "receiveTask"})
_OTHER_VARIABLES = ("messageVariable", "variableName", "signalVariable", "errorVariable", "escalationVariable")


@dataclass(frozen=True, slots=True)
class Produced:
    """`node` gives `name` a value, of `shape` when that is known at once, else of what `tree` or `decision` says."""

    name: str
    node: str
    shape: Shape = ANY
    tree: nodes.Node | None = None
    decision: str = ""


MOVES = (diagram.INTO, diagram.OUT_OF)


def of_course(course: Course) -> list[Produced]:
    found: list[Produced] = []
    for root in course.diagrams.values():
        elements = diagram.elements(root)
        for node in diagram.flow_nodes(root):
            found += _of_node(node, course)
            found += _of_element(elements[node.get("id", "")], node, course)
        found += _data_objects(root)
    return found


def is_opaque(script: nodes.Node) -> bool:
    """A script whose names cannot be told by reading it."""
    return not isinstance(script, nodes.ContextOf)


def script_tree(text: str) -> nodes.Node | None:
    try:
        return feel.parse(text).root
    except feel.FeelError:
        return None


def _of_element(element: Element, node: etree._Element, course: Course) -> Iterator[Produced]:
    if element.type in {"userTask", "manualTask"} or (element.type == "startEvent" and not element.event):
        answered = form_shape(element, course)
        if element.type == "userTask" or answered != ANY:
            several = places.loop_of(node, "multiInstance") is not None
            yield Produced(element.id, element.id, list_of(answered) if several else answered)
    elif element.type in _CATCHERS and element.message and not diagram.extension_text(node, "messageVariable"):
        origin = f"meddelandet {element.message}"
        yield Produced(element.message, element.id, Shape("context", origin=origin))


def form_shape(element: Element, course: Course) -> Shape:
    used = course.forms.get(element.properties.get("formKey") or element.id)
    return replace(answers.of_form(used.form, used.file), closed=used.is_whole) if used is not None else ANY


def _of_node(node: etree._Element, course: Course) -> Iterator[Produced]:
    node_id, kind = node.get("id", ""), local(node)
    if kind == "serviceTask":
        yield from _service(node, node_id, course)
    elif kind == "businessRuleTask":
        decision = diagram.extension_text(node, "calledDecisionId")
        name = diagram.result_variable(node) or decision
        if name:
            yield Produced(name, node_id, decision=decision)
    for name in _OTHER_VARIABLES:
        written = diagram.extension_text(node, name)
        if written:
            yield Produced(written, node_id)
    yield from _scripts(node, node_id)
    yield from _loop(node, node_id)


def _service(node: etree._Element, node_id: str, course: Course) -> Iterator[Produced]:
    operator = node.find("./bpmn:extensionElements/spiff:serviceTaskOperator", diagram.NAMESPACES)
    name = operator.get("resultVariable", "") if operator is not None else ""
    if operator is None or not name:
        return
    service = course.services.get(operator.get("id", ""))
    # A person may have done it by hand, so there may be other keys and other values than the example's.
    shape = context(
        dict.fromkeys(service.example if service else (), ANY), closed=False, origin=f"svaret från {operator.get('id')}"
    )
    yield Produced(name, node_id, shape)


def _scripts(node: etree._Element, node_id: str) -> Iterator[Produced]:
    own = places.scripts_of(node)
    result = diagram.result_variable(node) if local(node) == "scriptTask" else ""
    for text in own:
        tree = script_tree(text)
        if result:
            yield Produced(result, node_id, tree=tree)
        elif isinstance(tree, nodes.ContextOf):
            for index, entry in enumerate(tree.entries):
                # Entries see those above them, so what is read is the context so far, and then its key.
                above = nodes.ContextOf(tree.position, tree.entries[: index + 1])
                yield Produced(entry.key, node_id, tree=nodes.Path(entry.position, above, entry.key))


def _loop(node: etree._Element, node_id: str) -> Iterator[Produced]:
    """What a step done for each of several gives together: a list, under its own name unless another is said."""
    several = places.loop_of(node, "multiInstance")
    if several is None:
        return
    target = several.find("./bpmn:loopDataOutputRef", diagram.NAMESPACES)
    name = (target.text or "").strip() if target is not None else ""
    if name or local(node) != "userTask":
        yield Produced(name or node_id, node_id, list_of(ANY))


def _data_objects(root: etree._Element) -> Iterator[Produced]:
    names = diagram.data_names(root)
    moved = [
        item for node in diagram.flow_nodes(root) for kind in MOVES for item in diagram.moved_data(node, kind, names)
    ]
    for written in {*names.values(), *(name for name, _ in moved)} - {""}:
        yield Produced(written, "")
    for name in ("dataObject", "dataObjectReference", "dataStoreReference"):
        for node in root.iter(diagram.tag(name)):
            for written in {node.get("id", ""), node.get("name", "")} - {""}:
                yield Produced(written, "")
