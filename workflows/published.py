"""A published version ready to use, kept in memory per process: compiled diagrams, decisions, forms, settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any
from uuid import UUID

from workflows import diagram, dmn, engine, explained, feel
from workflows.diagram import DEVIATION, NOT_NEEDED
from workflows.forms import definition as form_definition
from workflows.forms import not_done
from workflows.models import ProcessVersion
from workflows.routes import Routes

SHARED = "_shared/"


@dataclass(frozen=True)
class MessageRule:
    """How one message of a förlopp is matched: `[messages.<catch_name>]` of process.toml."""

    catch_name: str
    arrives_as: str
    key_name: str
    value: str
    ttl: str
    deliver_to_all: bool
    once: bool
    told: str = ""
    """What the staff may say has happened, in the place of a system; "" when only systems and förlopp send it."""


@dataclass
class Published:
    """One version. Immutable but for the forms, which are read when first asked for."""

    key: str
    title: str
    config: Mapping[str, Any]
    sources: Mapping[str, str]
    definition: engine.Definition
    decisions: Mapping[str, dmn.Model]
    messages: Mapping[str, MessageRule]
    _forms: dict[str, form_definition.Form] = field(default_factory=dict)

    @cached_property
    def is_told(self) -> bool:
        """Whether somebody of the staff may tell its ärenden of something."""
        return any(rule.told for rule in self.messages.values())

    def decide(self, decision_id: str, variables: Mapping[str, Any], now: datetime) -> engine.Decided:
        """The decision's plain value, and how it came about. Raises EngineError for an unknown or failing decision."""
        model = self.decisions.get(decision_id)
        if model is None:
            raise engine.EngineError(decision_id, "no-decision", f"Beslutstabellen {decision_id} finns inte.")
        try:
            result = dmn.evaluate(model, decision_id, dict(variables), now=now)
            how = explained.explanation(model, decision_id, result)
            return engine.Decided(feel.to_plain(result.value), how, explained.remarks(how))
        except dmn.DmnError as error:
            name = explained.at_fault(model, error, decision_id)
            raise engine.EngineError(decision_id, "decision", f"Beslutet ”{name}”: {error.message_sv}") from None
        except feel.FeelError as error:
            raise engine.EngineError(decision_id, "decision", f"Beslutet {decision_id}: {error}") from None

    def form(self, key: str) -> form_definition.Form:
        """The form of a user task. Raises KeyError when the version has none by that key."""
        if key not in self._forms:
            name = form_file(key)
            self._forms[key] = form_definition.load(
                self.sources[name].encode(), shared=self._shared_form, filename=name
            )
        return self._forms[key]

    @cached_property
    def words(self) -> dict[str, str]:
        """What a code that answers some question is called there; not where two questions call it by other words."""
        found: dict[str, set[str]] = {}
        names = [name for name in self.sources if name.removeprefix(SHARED).startswith("forms/")]
        for name in names:
            for asked in self.form(form_key(name)).walk():
                for choice in asked.choices:
                    found.setdefault(str(choice.value), set()).add(choice.label)
        return {code: labels.pop() for code, labels in found.items() if len(labels) == 1}

    @cached_property
    def routes(self) -> Routes:
        """The ways through it, for the sentences of the pages; read when first asked for."""
        texts = [text for name, text in self.sources.items() if name.endswith(".bpmn")]
        return Routes.of(self.definition.elements, [diagram.parse(text.encode()) for text in texts])

    def has_form(self, key: str) -> bool:
        return form_file(key) in self.sources

    def could_not_form(self, key: str, *, is_urgent: bool) -> form_definition.Form:
        """What is asked of one who tried in vain to do a task with this form."""
        reasons = self.form(key).could_not if self.has_form(key) else ()
        heard = self.definition.hears_anywhere(DEVIATION)
        return not_done.could_not(reasons, is_urgent=is_urgent, hears_deviations=heard)

    def not_needed_form(self, key: str, element_id: str) -> form_definition.Form | None:
        """What is asked when a task is not needed; None where the process owner has not said that a person may say so.

        They say so with reasons in the form, or with an event on the edge of the step.
        """
        reasons = self.form(key).not_needed if self.has_form(key) else ()
        is_drawn = NOT_NEEDED in self.definition.codes_at(element_id)
        return not_done.not_needed(reasons) if reasons or is_drawn else None

    def _shared_form(self, key: str) -> bytes:
        return self.sources[form_file(key)].encode()


def form_file(key: str) -> str:
    """The file of a form key: "x" -> forms/x.json, "_shared/x" -> _shared/forms/x.json."""
    if key.startswith(SHARED):
        return f"{SHARED}forms/{key.removeprefix(SHARED)}.json"
    return f"forms/{key}.json"


def form_key(file: str) -> str:
    """The key of a form's file, the inverse of `form_file`."""
    prefix = SHARED if file.startswith(SHARED) else ""
    return prefix + file.removeprefix(SHARED).removeprefix("forms/").removesuffix(".json")


def message_rules(config: Mapping[str, Any]) -> dict[str, MessageRule]:
    """The rules of process.toml by the name the diagram uses."""
    return {
        name: MessageRule(
            catch_name=name,
            arrives_as=rule.get("from", name),
            key_name=rule.get("key", ""),
            value=rule.get("value", ""),
            ttl=rule.get("ttl", ""),
            deliver_to_all=rule.get("deliver", "one") == "all",
            once=bool(rule.get("once", False)),
            told=str(rule.get("told", "")),
        )
        for name, rule in _tables(config.get("messages")).items()
    }


def other_tables(sources: Mapping[str, str], name: str) -> Iterator[bytes]:
    """The decision files that one of them may import."""
    return (text.encode() for other, text in sources.items() if other.endswith(".dmn") and other != name)


def _tables(found: object) -> dict[str, Any]:
    """The tables of a table; what else somebody wrote there is told of by the checks."""
    return {name: rule for name, rule in found.items() if isinstance(rule, dict)} if isinstance(found, dict) else {}


def assemble(config: Mapping[str, Any], sources: Mapping[str, str], compiled: Mapping[str, Any]) -> Published:
    """A version from its stored parts; also used by the checks and the scenarios, without a database."""
    decisions: dict[str, dmn.Model] = {}
    for name, text in sources.items():
        if name.endswith(".dmn"):
            model = dmn.load(text.encode(), other_tables(sources, name))
            decisions.update(dict.fromkeys((*model.decisions, *model.services), model))
    return Published(
        key=config["key"],
        title=config["title"],
        config=config,
        sources=sources,
        definition=_definition(config, sources, compiled),
        decisions=decisions,
        messages=message_rules(config),
    )


def _definition(
    config: Mapping[str, Any], sources: Mapping[str, str], compiled: Mapping[str, Any]
) -> engine.Definition:
    """What an earlier engine compiled is compiled again from the diagrams, which are the same."""
    if compiled["format"] != engine.FORMAT:
        roots = {name: diagram.parse(text.encode()) for name, text in sources.items() if name.endswith(".bpmn")}
        compiled = engine.compile_process(roots, config["process"], is_published=True)
    return engine.Definition(compiled)


@lru_cache(maxsize=64)
def _by_id(public_id: UUID) -> Published:
    version = ProcessVersion.objects.get(public_id=public_id)
    return assemble(version.config, version.sources, version.compiled)


def of(version_public_id: UUID) -> Published:
    """The version with this public id; read from the database once per process."""
    return _by_id(version_public_id)
