"""A step that is done several times, in words: for each of a list, or again as long as something holds. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from workbench.diagram_work import Impossible, Work
from workbench.xml_text import Node
from workflows import diagram
from workflows.diagram import NAMESPACES

TOGETHER, IN_TURN, WHILE = "samtidigt", "i_tur", "medan"
KINDS = {
    "": "En gång",
    TOGETHER: "En gång för var och en, alla samtidigt",
    IN_TURN: "En gång för var och en, i tur och ordning",
    WHILE: "Om och om igen, så länge något stämmer",
}
_NAME = re.compile(r"[^\W\d]\w*")
EACH, AGAIN = "multiInstanceLoopCharacteristics", "standardLoopCharacteristics"
_BEFORE = (
    *("documentation", "extensionElements", "incoming", "outgoing", "ioSpecification", "property"),
    *("dataInputAssociation", "dataOutputAssociation", "resourceRole", "performer", "potentialOwner"),
)


@dataclass(frozen=True)
class Repeat:
    """`over` is the list, or what must hold; `row` what one of the list is called in the step."""

    kind: str = ""
    over: str = ""
    row: str = ""


def read(node: etree._Element) -> Repeat:
    """What a step says; a number of times in place of a list is the diagram's to show."""
    each = node.find(f"./bpmn:{EACH}", NAMESPACES)
    if each is not None:
        item = each.find("./bpmn:inputDataItem", NAMESPACES)
        row = (item.get("name") or item.get("id") or "") if item is not None else ""
        over = (each.findtext("./bpmn:loopDataInputRef", "", NAMESPACES) or "").strip()
        return Repeat(IN_TURN if each.get("isSequential") == "true" else TOGETHER, over, row)
    again = node.find(f"./bpmn:{AGAIN}", NAMESPACES)
    if again is not None:
        return Repeat(WHILE, (again.findtext("./bpmn:loopCondition", "", NAMESPACES) or "").strip())
    return Repeat()


def put(text: str, element: str, wanted: Repeat) -> str:
    """Where the step is repeated in the same way already, the rest of what it says of that stays."""
    work = Work(text, element)
    if wanted.kind not in KINDS:
        raise Impossible("Välj hur många gånger steget görs.")
    if wanted.row and not _NAME.fullmatch(wanted.row):
        raise Impossible("Det som raden heter har bara bokstäver, siffror och understreck.")
    stands = next((each for each in work.home.children if each.name in (EACH, AGAIN)), None)
    tag = "" if not wanted.kind else AGAIN if wanted.kind == WHILE else EACH
    if tag and not wanted.over and (stands is None or stands.name != tag or _over(stands)):
        raise Impossible("Skriv vad som ska stämma." if tag == AGAIN else "Skriv vilken lista det gäller.")
    if stands is not None and stands.name == tag:
        _mend(work, stands, wanted)
        return work.finish()
    if stands is not None:
        work.text.remove(stands)
        text = work.finish()
        work = Work(text, element)
    if tag:
        _put_new(work, tag, wanted)
    return work.finish()


def _over(stands: Node) -> str:
    child = stands.child("loopCondition") or stands.child("loopDataInputRef")
    return child.text.strip() if child is not None else ""


def _put_new(work: Work, tag: str, wanted: Repeat) -> None:
    told = _element(work, "loopCondition", wanted.over) if tag == AGAIN else _list(work, wanted)
    turn = ' isSequential="true"' if wanted.kind == IN_TURN else ""
    made = f"<{work.prefix}{tag}{turn}>{told}</{work.prefix}{tag}>"
    before = [each for each in work.home.children if each.name in _BEFORE]
    if before:
        work.text.put_after(before[-1], made)
    else:
        work.text.put_first(work.home, made)


def _list(work: Work, wanted: Repeat) -> str:
    return _element(work, "loopDataInputRef", wanted.over) + (_row(work, wanted.row) if wanted.row else "")


def _row(work: Work, row: str) -> str:
    key = work.free_id(row)
    name = f" name={quoteattr(row)}" if key != row else ""
    return f"<{work.prefix}inputDataItem id={quoteattr(key)}{name} />"


def _mend(work: Work, stands: Node, wanted: Repeat) -> None:
    if wanted.kind != WHILE and (wanted.kind == IN_TURN) != (stands.get("isSequential") == "true"):
        work.text.set(stands, "isSequential", "true" if wanted.kind == IN_TURN else None)
    if not wanted.over:
        return  # a number of times, which the diagram shows
    _say(work, stands, "loopCondition" if wanted.kind == WHILE else "loopDataInputRef", wanted.over)
    if wanted.kind != WHILE:
        _mend_list(work, stands, wanted.row)


def _mend_list(work: Work, stands: Node, row: str) -> None:
    count, item = stands.child("loopCardinality"), stands.child("inputDataItem")
    if count is not None:
        work.text.remove(count)
    called = (item.get("name") or item.get("id")) if item is not None else ""
    if called == row:
        return
    if item is not None:
        work.text.remove(item)
    after = stands.child("loopDataOutputRef") or stands.child("loopDataInputRef")
    if row and after is not None:
        work.text.put_after(after, _row(work, row))
    elif row:
        work.text.put_first(stands, _row(work, row))


def _say(work: Work, stands: Node, name: str, text: str) -> None:
    child = stands.child(name)
    if child is not None:
        work.text.put_text(child, text)
    else:
        work.text.put_first(stands, _element(work, name, text))


def _element(work: Work, name: str, text: str) -> str:
    return f"<{work.prefix}{name}>{escape(text)}</{work.prefix}{name}>"


def may(node_type: str) -> bool:
    """Whether such a step can be done several times."""
    return node_type in diagram.TASKS | (diagram.SCOPES - {"process"})
