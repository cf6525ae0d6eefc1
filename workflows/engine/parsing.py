"""Compiles BPMN into SpiffWorkflow's specs with our elements, once per published version, and back from JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.event_parsers import EventBasedGatewayParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.config import BoundaryEvent as DefaultBoundaryEvent
from SpiffWorkflow.bpmn.serializer.config import EndEvent as DefaultEndEvent
from SpiffWorkflow.bpmn.serializer.config import EventBasedGateway as DefaultEventGateway
from SpiffWorkflow.bpmn.serializer.helpers.spec import EventDefinitionConverter
from SpiffWorkflow.bpmn.specs.defaults import IntermediateCatchEvent, IntermediateThrowEvent, StartEvent
from SpiffWorkflow.spiff.parser import SpiffBpmnParser
from SpiffWorkflow.spiff.parser import event_parsers as spiff
from SpiffWorkflow.spiff.parser.task_spec import ServiceTaskParser, SpiffTaskParser
from SpiffWorkflow.spiff.serializer.config import SPIFF_CONFIG
from SpiffWorkflow.spiff.serializer.event_definition import (
    ErrorEscalationEventDefinitionConverter,
    MessageEventDefinitionConverter,
)
from SpiffWorkflow.spiff.serializer.task_spec import ScriptTaskConverter, ServiceTaskConverter, SpiffBpmnTaskConverter
from SpiffWorkflow.spiff.specs.defaults import ReceiveTask, SendTask

from workflows import diagram
from workflows.engine import elements, mends
from workflows.engine.errors import NotCompilable
from workflows.engine.rewrite import rewritten
from workflows.findings import Finding

FORMAT = 1


class _Events:
    """Event definitions of ours in the place of SpiffWorkflow's."""

    node: Any

    def parse_timer_event(self, event: Any) -> Any:
        name = self.node.get("id")
        for tag, kind in (
            ("timeDate", elements.Timer),
            ("timeDuration", elements.Timer),
            ("timeCycle", elements.Cycle),
        ):
            found = event.find(f"./bpmn:{tag}", diagram.NAMESPACES)
            if found is not None:
                return kind(name, (found.text or "").strip())
        raise ValidationException("timer without time", node=self.node)

    def parse_message_event(self, message_event: Any) -> Any:
        definition = super().parse_message_event(message_event)  # type: ignore[misc]
        return elements.Message(definition.name, [], definition.expression, definition.message_var, [])

    def parse_error_event(self, error_event: Any) -> Any:
        found = super().parse_error_event(error_event)  # type: ignore[misc]
        return elements.Error(found.name, expression=found.expression, variable=found.variable, code=found.code)

    def parse_escalation_event(self, escalation_event: Any) -> Any:
        found = super().parse_escalation_event(escalation_event)  # type: ignore[misc]
        return elements.Escalation(found.name, expression=found.expression, variable=found.variable, code=found.code)


class _StartParser(_Events, spiff.SpiffStartEventParser):  # type: ignore[misc]
    pass


class _EndParser(_Events, spiff.SpiffEndEventParser):  # type: ignore[misc]
    pass


class _CatchParser(_Events, spiff.SpiffIntermediateCatchEventParser):  # type: ignore[misc]
    pass


class _ThrowParser(_Events, spiff.SpiffIntermediateThrowEventParser):  # type: ignore[misc]
    pass


class _BoundaryParser(_Events, spiff.SpiffBoundaryEventParser):  # type: ignore[misc]
    pass


class _SendParser(_Events, spiff.SpiffSendTaskParser):  # type: ignore[misc]
    pass


class _ReceiveParser(_Events, spiff.SpiffReceiveTaskParser):  # type: ignore[misc]
    pass


class _DecisionParser(SpiffTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        extensions = self.parse_extensions()
        return self.spec_class(
            self.spec,
            self.bpmn_id,
            decision_id=(extensions.get("calledDecisionId") or "").strip(),
            result_variable=diagram.result_variable(self.node),
            prescript=extensions.get("preScript"),
            postscript=extensions.get("postScript"),
            **self.bpmn_attributes,
        )


class _ScriptParser(SpiffTaskParser):  # type: ignore[misc]
    def create_task(self) -> Any:
        script = self.node.find("./bpmn:script", diagram.NAMESPACES)
        extensions = self.parse_extensions()
        return self.spec_class(
            self.spec,
            self.bpmn_id,
            script="".join(script.itertext()) if script is not None else "",
            result_variable=diagram.result_variable(self.node),
            prescript=extensions.get("preScript"),
            postscript=extensions.get("postScript"),
            **self.bpmn_attributes,
        )


class _Parser(SpiffBpmnParser):  # type: ignore[misc]
    OVERRIDE_PARSER_CLASSES = {
        **SpiffBpmnParser.OVERRIDE_PARSER_CLASSES,
        full_tag("startEvent"): (_StartParser, StartEvent),
        full_tag("endEvent"): (_EndParser, elements.EndEvent),
        full_tag("intermediateCatchEvent"): (_CatchParser, IntermediateCatchEvent),
        full_tag("intermediateThrowEvent"): (_ThrowParser, IntermediateThrowEvent),
        full_tag("boundaryEvent"): (_BoundaryParser, elements.BoundaryEvent),
        full_tag("eventBasedGateway"): (EventBasedGatewayParser, elements.EventGateway),
        full_tag("sendTask"): (_SendParser, SendTask),
        full_tag("receiveTask"): (_ReceiveParser, ReceiveTask),
        full_tag("serviceTask"): (ServiceTaskParser, elements.ServiceTask),
        full_tag("scriptTask"): (_ScriptParser, elements.ScriptTask),
        full_tag("businessRuleTask"): (_DecisionParser, elements.DecisionTask),
    }

    def _find_dependencies(self, process: Any) -> None:
        """Decisions are evaluated by our own tables; only called processes matter."""
        for call in process.iter(diagram.tag("callActivity")):
            self.process_dependencies.add(call.get("calledElement"))


class _TimerConverter(EventDefinitionConverter):  # type: ignore[misc]
    def to_dict(self, event_definition: Any) -> dict[str, Any]:
        return {"name": event_definition.name, "expression": event_definition.expression}


class _DecisionConverter(SpiffBpmnTaskConverter):  # type: ignore[misc]
    def to_dict(self, spec: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().to_dict(spec)
        return {**found, "decision_id": spec.decision_id, "result_variable": spec.result_variable}


class _ScriptConverter(ScriptTaskConverter):  # type: ignore[misc]
    def to_dict(self, spec: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().to_dict(spec)
        return {**found, "result_variable": spec.result_variable}


def _registry_config() -> dict[Any, Any]:
    config = dict(SPIFF_CONFIG)
    config.update(
        {
            elements.Timer: _TimerConverter,
            elements.Cycle: _TimerConverter,
            elements.Message: MessageEventDefinitionConverter,
            elements.Error: ErrorEscalationEventDefinitionConverter,
            elements.Escalation: ErrorEscalationEventDefinitionConverter,
            elements.ServiceTask: ServiceTaskConverter,
            elements.ScriptTask: _ScriptConverter,
            elements.DecisionTask: _DecisionConverter,
            elements.BoundaryEvent: DEFAULT_CONFIG[DefaultBoundaryEvent],
            elements.EndEvent: DEFAULT_CONFIG[DefaultEndEvent],
            elements.EventGateway: DEFAULT_CONFIG[DefaultEventGateway],
        }
    )
    for replaced in (DefaultBoundaryEvent, DefaultEndEvent, DefaultEventGateway):
        config.pop(replaced, None)
    return config


def registry() -> Any:
    """A new registry of converters; it keeps state while it works, so each thread and use has its own."""
    return BpmnWorkflowSerializer.configure(_registry_config())


def compile_process(files: Mapping[str, etree._Element], process_id: str) -> dict[str, Any]:
    """The compiled form of a process and everything it calls, as strict JSON.

    `files` are parsed diagrams by file name. Raises NotCompilable.
    """
    mends.apply()
    parser = _Parser()
    described: dict[str, Any] = {}
    for name, root in files.items():
        described.update({key: element.as_json() for key, element in diagram.elements(root).items()})
        try:
            parser.add_bpmn_xml(rewritten(deepcopy(root)), name)
        except ValidationException as error:
            raise NotCompilable([_finding(error, name)]) from None
    spec, subprocesses = _specs(parser, process_id, next(iter(files), ""))
    convert = registry()
    compiled = {
        "format": FORMAT,
        "process": process_id,
        "spec": convert.convert(spec),
        "subprocesses": {name: convert.convert(sub) for name, sub in subprocesses.items()},
        "elements": described,
    }
    result: dict[str, Any] = json.loads(json.dumps(compiled))
    return result


def _specs(parser: Any, process_id: str, file: str) -> tuple[Any, dict[str, Any]]:
    if process_id not in parser.get_process_ids():
        text = f"Det finns ingen körbar process med id {process_id}."
        raise NotCompilable([Finding(file, process_id, "error", "no-process", text)])
    try:
        return parser.get_spec(process_id), parser.get_subprocess_specs(process_id)
    except ValidationException as error:
        raise NotCompilable([_finding(error, file)]) from None
    except RecursionError:
        text = "Processer anropar varandra runt, eller så är kedjan av steg för lång."
        raise NotCompilable([Finding(file, process_id, "error", "recursion", text)]) from None


def _finding(error: ValidationException, file: str) -> Finding:
    element = str(getattr(error, "tag", "") or "")
    node_id = str(getattr(error, "id", "") or element)
    text = "Motorn kan inte köra det här: " + str(error).split(".", maxsplit=1)[0]
    return Finding(getattr(error, "file_name", "") or file, node_id, "error", "engine", text)


class Definition:
    """A compiled process ready to run; immutable, shared by all instances of a version in this process."""

    def __init__(self, compiled: Mapping[str, Any]) -> None:
        if compiled["format"] != FORMAT:
            raise ValueError(f"compiled with format {compiled['format']}, this engine reads {FORMAT}")
        mends.apply()
        restore = registry()
        self.process: str = compiled["process"]
        self.spec = restore.restore(deepcopy(compiled["spec"]))
        self.subprocesses = {name: restore.restore(deepcopy(sub)) for name, sub in compiled["subprocesses"].items()}
        self.elements: dict[str, diagram.Element] = {
            key: diagram.Element(**{"name": "", "scope": "", **value}) for key, value in compiled["elements"].items()
        }
