"""The first hour: from an empty page to a published förlopp. What has been done is read from the draft itself."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from lxml import etree

from workbench import drafting, trying
from workbench.models import Draft, DraftState, Review
from workflows import connectors, diagram, dmn, outline, published, routine, safe_xml
from workflows.definitions import main_file
from workflows.diagram import NAMESPACES, tag

SOURCE = Path(__file__).with_name("first_hour.toml")
PROFESSIONS = 3


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """`todo` are sentences of what to do; `place` is the name of the page where it is done, `file` what it opens."""

    key: str
    title: str
    todo: Sequence[str]
    go: str
    place: str
    file: str = ""
    is_done: bool = False


class Stand:
    """How far a draft has come, each thing read when it is first asked."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self.folder = drafting.folder(draft)
        self.file = main_file(self.folder.config, self.folder.sources)

    @cached_property
    def root(self) -> etree._Element | None:
        try:
            return diagram.parse(self.folder.sources.get(self.file, "").encode())
        except safe_xml.UnsafeXml:
            return None

    @cached_property
    def around(self) -> outline.Around:
        return routine.around(self.folder.sources, {})

    def nodes(self, *names: str) -> list[etree._Element]:
        return list(self.root.iter(*(tag(name) for name in names))) if self.root is not None else []

    def has_professions(self) -> bool:
        elements = diagram.elements(self.root).values() if self.root is not None else ()
        return len({one.lane for one in elements if one.type == "userTask" and one.lane}) >= PROFESSIONS

    def has_table(self) -> bool:
        """One of its own, in which somebody has written what it answers."""
        for name, text in self.folder.sources.items():
            if name.endswith(".dmn") and not drafting.is_shared(name):
                try:
                    model = dmn.load(text.encode(), published.other_tables(self.folder.sources, name))
                except dmn.DmnError:
                    continue
                if any(
                    isinstance(one.logic, dmn.DecisionTable) and len(one.logic.rules) > 1
                    for one in model.decisions.values()
                ):
                    return True
        return False

    def asks_table(self) -> bool:
        asked = {diagram.extension_text(node, "calledDecisionId") for node in self.nodes("businessRuleTask")}
        return bool(asked & self.around.decisions.keys())

    def has_choice(self) -> bool:
        """A gateway of whose ways one has a condition."""
        conditions = {
            flow.get("sourceRef")
            for flow in self.nodes("sequenceFlow")
            if flow.findtext("./bpmn:conditionExpression", "", NAMESPACES).strip()
        }
        return any(node.get("id") in conditions for node in self.nodes("exclusiveGateway", "inclusiveGateway"))

    def has_rows(self) -> bool:
        """A form, used by a task, with a group that is repeated."""
        keys = [diagram.properties(node).get("formKey") or str(node.get("id")) for node in self.nodes("userTask")]
        forms = (self.around.forms.get(key) for key in keys)
        return any(asked.type == "list" and asked.item for form in forms if form is not None for asked in form.fields)

    def has_time(self) -> bool:
        timers = self.nodes("timerEventDefinition")
        return any((part.text or "").strip() for timer in timers for part in timer)

    def has_system(self) -> bool:
        operators = [node.find(".//spiff:serviceTaskOperator", NAMESPACES) for node in self.nodes("serviceTask")]
        return any(one is not None and one.get("id") in connectors.operations() for one in operators)

    def is_sound(self) -> bool:
        return drafting.checked(self.draft).compiled is not None

    def has_scenario(self) -> bool:
        """One that passes as the draft stands."""
        names = [name for name in self.folder.papers if name.startswith(trying.SCENARIOS)]
        whole = trying.version(self.draft) if names else None
        return whole is not None and any(trying.result(name, whole, self.folder.papers).is_passed for name in names)

    def is_asked(self) -> bool:
        answers = (Review.Outcome.ASKED, Review.Outcome.APPROVED)
        return self.draft.reviews.filter(outcome__in=answers).exists()

    def is_published(self) -> bool:
        return self.draft.state == DraftState.PUBLISHED


CHECKS: dict[str, Callable[[Stand], bool]] = {
    "professioner": Stand.has_professions,
    "fragor": Stand.has_rows,
    "tabell": Stand.has_table,
    "beslut": Stand.asks_table,
    "val": Stand.has_choice,
    "tid": Stand.has_time,
    "system": Stand.has_system,
    "kontroll": Stand.is_sound,
    "prova": Stand.has_scenario,
    "granska": Stand.is_asked,
    "publicerat": Stand.is_published,
}


def lessons(draft: Draft) -> list[Lesson]:
    """All of them, each with whether it has been done."""
    stand = Stand(draft)
    return [
        Lesson(
            key=one["key"],
            title=one["title"],
            todo=one["todo"],
            go=one["go"],
            place=one["place"],
            file=stand.file if one["place"] == "workbench:words" else "",
            is_done=CHECKS[one["key"]](stand),
        )
        for one in _told()
    ]


def titles() -> list[str]:
    return [one["title"] for one in _told()]


@lru_cache(maxsize=1)
def _told() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(SOURCE.read_text(encoding="utf-8"))["lesson"]
    return found
