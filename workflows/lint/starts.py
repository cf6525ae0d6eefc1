"""What begins an ärende, and whom a signal concerns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from workflows import diagram
from workflows.diagram import NAMESPACES, local, tag
from workflows.engine.event_definitions import definitions
from workflows.lint.report import Report
from workflows.variables.spelling import did_you_mean

BEGUN_BY = frozenset({"message", "signal"})
INSTEAD = {
    "timer": "Ett ärende gäller en person, och klockan vet inte vem. Låt ett ärende som redan pågår vänta på tiden, "
    "med en bevakning eller en händelsestyrd delprocess som upprepas, och skicka ett meddelande eller en signal "
    "som startar det här förloppet.",
    "conditional": "Ett villkor prövas mot ett ärendes uppgifter, och före starten finns inget ärende. Låt ett ärende "
    "som redan pågår vänta på villkoret, och skicka ett meddelande eller en signal som startar det här förloppet.",
    "multiple": "Starthändelsen väntar på flera saker. Rita en starthändelse för varje.",
}
ANOTHER = "Ett ärende börjar av en människa, med ett meddelande eller med en signal, inte så här."
SAY = (
    "Säg vilka signalen ”{}” når, med egenskapen galler på signalen: arende (bara det egna ärendet, som gäller när "
    "inget står), person (personens alla ärenden) eller alla (allas ärenden, där båda sidor skriver alla)."
)


def check(root: etree._Element, report: Report) -> None:
    signals = diagram.signals(root)
    for process in diagram.processes(root):
        for start in process.findall("./bpmn:startEvent", NAMESPACES):
            _start(start, signals, report)
        _twice(process, root, report)
    _reaches(root, report)


def _start(start: etree._Element, signals: dict[str, tuple[str, str]], report: Report) -> None:
    """A person, a message or a signal begins an ärende; nothing watches for one that does not exist yet."""
    found = definitions(start)
    kind = local(found[0]).removesuffix("EventDefinition") if found else "message"
    kind = "multiple" if len(found) > 1 else kind
    if kind not in BEGUN_BY:
        report.error(start.get("id", ""), "unsupported", INSTEAD.get(kind, ANOTHER))
    elif kind == "signal" and signals.get(found[0].get("signalRef", ""), ("", diagram.INSTANCE))[1] == diagram.INSTANCE:
        text = (
            "Signalen når bara det egna ärendet, så den kan inte starta ett. Skriv galler = person på den, eller alla."
        )
        report.error(start.get("id", ""), "signal-reach", text)


def _twice(process: etree._Element, root: etree._Element, report: Report) -> None:
    """Each start is told from the others by how it is begun."""
    own = [item for item in diagram.elements(root).values() if item.scope == process.get("id")]
    begun = [(item.event, item.message or item.signal, item.id) for item in own if item.type == "startEvent"]
    count = Counter((event, name) for event, name, _ in begun)
    for event, name, key in begun:
        if count[event, name] < 2 or event not in {"", *BEGUN_BY}:
            continue
        what = f"av {'meddelandet' if event == 'message' else 'signalen'} ”{name}”" if event else "av en människa"
        report.error(key, "several-starts", f"Flera starthändelser startas {what}. Låt en starta, och välj sedan väg.")


def _reaches(root: etree._Element, report: Report) -> None:
    used = list(_used(root))
    for signal in root.iter(tag("signal")):
        key, name = signal.get("id", ""), signal.get("name", "")
        places = [node for ref, node in used if ref == key]
        if not places:
            continue
        given = diagram.properties(signal).get(diagram.REACH, "").strip()
        owner = places[0].get("id", "")
        if not given:
            report.warning(owner, "signal-reach", SAY.format(name))
        elif given not in diagram.REACHES:
            hint = did_you_mean(given, diagram.REACHES)
            report.error(owner, "signal-reach", f"Signalen ”{name}” har galler = ”{given}”, som inte finns.{hint}")
        elif given == diagram.EVERYONE and diagram.extension_text(signal, "payloadExpression"):
            for node in (node for node in places if "Throw" in local(node) or local(node) == "endEvent"):
                text = f"Signalen ”{name}” når allas ärenden och får inte bära uppgifter ur ett. Ta bort innehållet."
                report.error(node.get("id", ""), "signal-payload", text)


def _used(root: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    for node in diagram.flow_nodes(root):
        for definition in definitions(node):
            if ref := definition.get("signalRef", ""):
                yield ref, node
