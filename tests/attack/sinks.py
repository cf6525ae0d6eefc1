"""Every place of a diagram and of process.toml where an expression can be written: checked when saved, then run."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.sax.saxutils import escape

from tests.attack.entrances import NOW, VARIABLES, Entrance, attribute
from tests.unit.engine_bpmn import chain, flow, process
from workflows import definitions, engine, safe_xml

CONFIG = {"key": "p", "title": "P", "process": "p", "owner": "o", "retention": "P1Y"}
START, END = '<startEvent id="s"/>', '<endEvent id="e"/>'


def run(body: str, config: dict[str, Any] | None = None) -> list[str]:
    """What the checks say of a diagram, and what a new ärende of it says when everything in it happens."""
    data = process(body.encode("utf-8", "replace").decode())
    folder = definitions.Folder({**CONFIG, **(config or {})}, {"p.bpmn": data.decode()})
    findings = definitions.checked(folder).findings
    said = [finding.message for finding in findings]
    if any(finding.code == "unsupported" for finding in findings):
        return said
    try:
        compiled = engine.compile_process({"p.bpmn": safe_xml.parse(data)}, "p")
        said += _lived(engine.Definition(json.loads(json.dumps(compiled))))
    except engine.EngineError as error:
        said += [str(error), error.message]
    except engine.NotCompilable as error:
        said += [str(error), *(finding.message for finding in error.findings)]
    except safe_xml.UnsafeXml as error:
        said += [error.message]
    return said


def _lived(definition: engine.Definition) -> list[str]:
    def decide(decision_id: str, *_: Any, **__: Any) -> Any:
        return decision_id

    execution = engine.Execution.start(definition, variables=dict(VARIABLES), now=NOW, decide=decide)
    for days in (0, 40_000):
        state = json.loads(json.dumps(execution.dump(), allow_nan=False))
        execution = engine.Execution.restore(definition, state, decide=decide)
        execution.fire(now=NOW + timedelta(days=days))
        for task in execution.waiting().user_tasks[:1]:
            execution.complete(task.id, {"svar": 1}, now=NOW)
        for task in execution.waiting().service_tasks[:1]:
            execution.answer(task.id, {"svar": 1}, now=NOW)
    thrown = [[item.name, item.payload] for item in execution.thrown()]
    return [json.dumps([execution.dump()["variables"], thrown], ensure_ascii=False)]


def _between(element: str, element_id: str = "x") -> str:
    return START + element + END + chain("s", element_id, "e")


def _extended(tag: str, extension: str, inside: str = "") -> str:
    return f'<{tag} id="x" name="X"><extensionElements>{extension}</extensionElements>{inside}</{tag}>'


def _script(text: str, extension: str = "") -> str:
    return (
        f'<scriptTask id="x"><extensionElements>{extension}<spiffworkflow:properties><spiffworkflow:property name="resultat"'
        f' value="y"/></spiffworkflow:properties></extensionElements><script>{escape(text)}</script></scriptTask>'
    )


def _timer(tag: str, text: str) -> str:
    return _between(
        f'<intermediateCatchEvent id="x"><timerEventDefinition id="xt"><{tag}>{escape(text)}</{tag}>'
        "</timerEventDefinition></intermediateCatchEvent>"
    )


def _boundary(text: str) -> str:
    return (
        START + '<userTask id="u" name="U"/>'
        '<boundaryEvent id="x" attachedToRef="u" cancelActivity="false"><timerEventDefinition id="xt">'
        f'<timeCycle>{escape(text)}</timeCycle></timerEventDefinition></boundaryEvent><endEvent id="f"/>'
        + END + chain("s", "u", "e") + chain("x", "f")
    )  # fmt: skip


def _conditional(text: str) -> str:
    return _between(
        '<intermediateCatchEvent id="x"><conditionalEventDefinition id="xc"><condition>'
        f"{escape(text)}</condition></conditionalEventDefinition></intermediateCatchEvent>"
    )


def _gateway(text: str, kind: str = "exclusiveGateway") -> str:
    return (
        START + f'<{kind} id="x" default="x_e"/>' + END + '<endEvent id="f"/>'
        + flow("s", "x") + flow("x", "f", escape(text)) + flow("x", "e")
    )  # fmt: skip


def _several(cardinality: str = "3", completion: str = "", collection: str = "") -> str:
    over = f"<loopDataInputRef>{escape(collection)}</loopDataInputRef>" if collection else ""
    many = "" if collection else f"<loopCardinality>{escape(cardinality)}</loopCardinality>"
    until = f"<completionCondition>{escape(completion)}</completionCondition>" if completion else ""
    return _between(
        '<userTask id="x" name="X"><multiInstanceLoopCharacteristics isSequential="true">'
        f"{many}{over}{until}</multiInstanceLoopCharacteristics></userTask>"
    )


def _loop(text: str) -> str:
    return _between(
        '<manualTask id="x"><standardLoopCharacteristics loopMaximum="3">'
        f"<loopCondition>{escape(text)}</loopCondition></standardLoopCharacteristics></manualTask>"
    )


def _ad_hoc(text: str) -> str:
    return _between(
        f'<adHocSubProcess id="x"><userTask id="u" name="U"/><completionCondition>{escape(text)}</completionCondition>'
        "</adHocSubProcess>"
    )


def _parameter(text: str) -> str:
    return _between(
        _extended(
            "serviceTask",
            '<spiffworkflow:serviceTaskOperator id="x.y" resultVariable="svar"><spiffworkflow:parameters>'
            f'<spiffworkflow:parameter id="p" type="str" value={attribute(text)}/></spiffworkflow:parameters>'
            "</spiffworkflow:serviceTaskOperator>",
        )
    )


def _payload(text: str, *, tag: str = "endEvent") -> str:
    payload = f"<spiffworkflow:messagePayload>{escape(text)}</spiffworkflow:messagePayload>"
    if tag == "sendTask":
        send = f'<sendTask id="x" messageRef="m_info"><extensionElements>{payload}</extensionElements></sendTask>'
        return _between(send)
    return (
        START + f'<endEvent id="e"><messageEventDefinition id="xm" messageRef="m_info"><extensionElements>{payload}'
        "</extensionElements></messageEventDefinition></endEvent>" + chain("s", "e")
    )  # fmt: skip


def _escalation(text: str) -> str:
    return (
        START + '<endEvent id="e"><escalationEventDefinition id="xe" escalationRef="esc"><extensionElements>'
        f"<spiffworkflow:payloadExpression>{escape(text)}</spiffworkflow:payloadExpression></extensionElements>"
        "</escalationEventDefinition></endEvent>" + chain("s", "e")
    )  # fmt: skip


def _property(name: str, text: str) -> str:
    return _between(
        _extended(
            "userTask",
            f'<spiffworkflow:properties><spiffworkflow:property name="{name}" value={attribute(text)}/>'
            "</spiffworkflow:properties>",
        )
    )


def _correlation(text: str) -> str:
    """A message that is kept apart by an expression of its own, as BPMN allows."""
    return _between(
        '<receiveTask id="x" messageRef="m_info"><correlationPropertyRetrievalExpression messageRef="m_info">'
        f"<messagePath>{escape(text)}</messagePath></correlationPropertyRetrievalExpression></receiveTask>"
    )


BODIES: dict[str, Callable[[str], str]] = {
    "gateway condition": _gateway,
    "inclusive gateway condition": lambda text: _gateway(text, "inclusiveGateway"),
    "conditional event": _conditional,
    "timer date": lambda text: _timer("timeDate", text),
    "timer duration": lambda text: _timer("timeDuration", text),
    "timer cycle": _boundary,
    "loop cardinality": lambda text: _several(cardinality=text),
    "loop collection": lambda text: _several(collection=text),
    "completion condition": lambda text: _several(completion=text),
    "loop condition": _loop,
    "ad hoc completion": _ad_hoc,
    "script": lambda text: _between(_script(text)),
    "script context": lambda text: _between(_script("{y: " + text + "}")),
    "pre-script": lambda text: _between(
        _extended("userTask", f"<spiffworkflow:preScript>{escape(text)}</spiffworkflow:preScript>")
    ),
    "post-script": lambda text: _between(
        _extended("userTask", f"<spiffworkflow:postScript>{escape(text)}</spiffworkflow:postScript>")
    ),
    "service parameter": _parameter,
    "message payload": _payload,
    "message payload of a send task": lambda text: _payload(text, tag="sendTask"),
    "escalation payload": _escalation,
    "correlation": _correlation,
    "due": lambda text: _property("forfaller", text),
    "why": lambda text: _property("varfor", "Därför att {" + text + "}."),
    "priority": lambda text: _property("prioritet", text),
    "escalate after": lambda text: _property("eskalera_efter", text),
}
CONFIGS: dict[str, Callable[[str], dict[str, Any]]] = {
    "key of a message": lambda text: {"messages": {"info": {"key": "id", "value": text, "ttl": "P1D"}}},
    "known": lambda text: {"known": [{"label": "Känt", "value": text}]},
    "time to live": lambda text: {"messages": {"info": {"key": "id", "value": "a.b", "ttl": text}}},
    "retention": lambda text: {"retention": text},
}
PLAIN_BODY = _between('<userTask id="x" name="X"/>')


def _in_diagram(body: Callable[[str], str]) -> Entrance:
    return lambda text: run(body(text))


def _in_settings(made: Callable[[str], dict[str, Any]]) -> Entrance:
    return lambda text: run(PLAIN_BODY, made(text))


SINKS: dict[str, Entrance] = {
    **{f"diagram {name}": _in_diagram(body) for name, body in BODIES.items()},
    **{f"process.toml {name}": _in_settings(made) for name, made in CONFIGS.items()},
}
