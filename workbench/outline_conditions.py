"""Conditions to choose from at a gateway: what forms and tables can have answered before it, in words and as FEEL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflows import dmn, published
from workflows.dmn.model import DecisionTable
from workflows.forms.shapes import Field
from workflows.outline import Step

MOST = 200


@dataclass(frozen=True)
class Ready:
    """One condition; `group` is the step that answers it."""

    group: str
    feel: str
    said: str


def ready(steps: Sequence[Step], before: Step, answers: Mapping[str, Sequence[str]]) -> tuple[Ready, ...]:
    """Of the steps told before this one in its process, those nearest first; `answers` are of tables, by result."""
    found: list[Ready] = []
    for step in reversed(steps[: steps.index(before)]):
        if step.element.process == before.element.process:
            found += [*_of_form(step), *_of_table(step, answers)]
    return tuple(found[:MOST])


def answers(sources: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What each table with one column of answers may answer, as it is written there."""
    found: dict[str, tuple[str, ...]] = {}
    for name, text in sources.items():
        if name.endswith(".dmn"):
            try:
                model = dmn.load(text.encode(), published.other_tables(sources, name))
            except dmn.DmnError:
                continue
            for key, decision in model.decisions.items():
                if isinstance(decision.logic, DecisionTable) and len(decision.logic.outputs) == 1:
                    cells = (rule.outputs[0].text.strip() for rule in decision.logic.rules)
                    found[key] = tuple(dict.fromkeys(cell for cell in cells if cell and "\n" not in cell))
    return found


def _of_form(step: Step) -> Iterator[Ready]:
    group = f"{step.number} {step.title}".strip()
    for asked in step.form.fields if step.form is not None else ():
        for feel, said in _of_question(f"{step.id}.{asked.key}", asked):
            yield Ready(group, feel, f"”{asked.label}” {said}")


def _of_question(name: str, asked: Field) -> Iterator[tuple[str, str]]:
    if asked.type == "bool":
        yield f"{name} = true", "är ja"
        yield f"{name} = false", "är nej"
    for choice in asked.choices:
        value = f'"{choice.value}"' if isinstance(choice.value, str) else str(choice.value)
        if asked.type == "multi":
            yield f"list contains({name}, {value})", f"innehåller ”{choice.label}”"
        else:
            yield f"{name} = {value}", f"är ”{choice.label}”"
    if asked.type == "list":
        yield f"count({name}) > 0", "har minst en rad"


def _of_table(step: Step, answers: Mapping[str, Sequence[str]]) -> Iterator[Ready]:
    if step.decision in answers:
        for cell in answers[step.decision]:
            said = {"true": "ja", "false": "nej"}.get(cell, cell.replace('"', "”"))
            yield Ready(f"{step.number} {step.title}", f"{step.result} = {cell}", f"Beslutet är {said}")
