"""What the editors can choose from: professions, forms, decisions, called processes, messages and steps of systems."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from people.models import Profession
from workbench import drafting, trying
from workbench.models import Draft
from workflows import connectors, diagram, dmn, published, strict_json
from workflows.definitions import Folder
from workflows.feel import functions

Json = dict[str, Any]


def to_editors(draft: Draft) -> Json:
    """By kind; each with the key that the file has, and what it is called on screen."""
    folder = drafting.folder(draft)
    return {
        "professions": [{"key": key, "title": name} for key, name in Profession.objects.values_list("key", "name")],
        "forms": sorted(_forms(folder), key=lambda form: str(form["title"])),
        "decisions": list(_decisions(folder)),
        "processes": list(_processes(folder)),
        "messages": list(_messages(folder)),
        "operations": [_operation(name, one) for name, one in sorted(connectors.operations().items())],
        "functions": _functions(),
        "parameters": sorted(folder.config.get("parameters", {})),
    }


@lru_cache(maxsize=1)
def _functions() -> list[Json]:
    """What expressions may call: how it is called, and what it gives in a sentence."""
    return [
        {"name": one.name, "signature": one.signatures[0].text if one.signatures else one.name, "help": one.summary}
        for one in functions.catalogue()
    ]


def titles(folder: Folder) -> dict[str, str]:
    """What forms, tables and scenarios are called, by file."""
    told = {str(one["file"]): str(one["title"]) for one in (*_forms(folder), *_decisions(folder))}
    return told | {name: trying.title_of(text) for name, text in folder.papers.items() if name.endswith(".toml")}


def _forms(folder: Folder) -> Iterable[Json]:
    for name, text in folder.sources.items():
        if name.endswith(".json"):
            key = published.form_key(name)
            try:
                found = strict_json.parse(text)
            except ValueError:
                found = None
            title = found.get("title") if isinstance(found, dict) else None
            yield {"key": key, "title": str(title or key), "file": name}


def _decisions(folder: Folder) -> Iterable[Json]:
    for name, text in folder.sources.items():
        if name.endswith(".dmn"):
            try:
                model = dmn.load(text.encode(), published.other_tables(folder.sources, name))
            except dmn.DmnError:
                continue
            for key, decision in model.decisions.items():
                yield {"id": key, "title": decision.name or key, "file": name}


def _processes(folder: Folder) -> Iterable[Json]:
    for name, root in diagram.readable(folder.sources).items():
        for process in diagram.processes(root):
            yield {"id": process.get("id", ""), "title": process.get("name") or process.get("id"), "file": name}


def _messages(folder: Folder) -> Iterable[Json]:
    for name, rule in published.message_rules(folder.config).items():
        yield {"name": name, "arrives_as": rule.arrives_as, "key_name": rule.key_name, "value": rule.value}


def _operation(name: str, operation: connectors.Operation) -> Json:
    return {
        "key": name,
        "title": operation.title,
        "system": operation.system,
        "params": [{"name": key, "type": kind} for key, kind in operation.params.items()],
        "returns": dict(operation.returns),
        "errors": dict(operation.errors),
        "example": operation.example,
    }
