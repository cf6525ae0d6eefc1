"""How a decision came about, as it is kept with the history: what `dmn.explained` tells, with names, and bounded.

{"decision": id, "name": text, "answer": value, "tables": […], "reads": {…}, "notes": […],
 "required": {id: {"name", "answer", "tables", …}}}
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workflows import dmn
from workflows.dmn.model import DecisionTable

MAX_BYTES = 20_000


def explanation(model: dmn.Model, decision_id: str, result: dmn.Result) -> dict[str, Any]:
    """The whole of it, at most MAX_BYTES: rows that did not fit go first, then the decisions it is built on."""
    found: dict[str, Any] = {"decision": decision_id, "name": name_of(model, decision_id), **dmn.explained(result)}
    found["required"] = {key: {"name": name_of(model, key), **part} for key, part in found["required"].items()}
    if _size(found) > MAX_BYTES:
        for part in (found, *found["required"].values()):
            for table in part["tables"]:
                table["rows"] = [row for row in table["rows"] if row["hit"]]
    if _size(found) > MAX_BYTES:
        found["required"] = {}
    if _size(found) > MAX_BYTES:
        found |= {"tables": [], "reads": {}, "notes": []}
    return found


def remarks(found: Mapping[str, Any]) -> tuple[str, ...]:
    """What the process owner should know of a decision that gave no answer; no values."""
    if found["answer"] is not None:
        return ()
    if found["tables"] and not any(row["hit"] for table in found["tables"] for row in table["rows"]):
        return ("Ingen rad i tabellen träffade, så beslutet gav inget svar.",)
    return ("Beslutet gav inget svar.", *(note["message"] for note in found.get("notes", ())))


def sentence(found: Mapping[str, Any]) -> str:
    """One line: `th_mottagning = "mottas": rad 5 (Sorts identitet: "personnummer")`."""
    answer = f"{found['decision']} = {_short(found['answer'])}"
    if not found["tables"]:
        return answer
    table = found["tables"][0]
    hits = ", ".join(str(row["row"]) for row in table["rows"] if row["hit"])
    seen = [f"{item['label']}: {_short(item['value'])}" for item in table["columns"] if "value" in item]
    return f"{answer}: {f'rad {hits}' if hits else 'ingen rad'} ({', '.join(seen)})"


def at_fault(model: dmn.Model, error: dmn.DmnError, decision_id: str) -> str:
    """The name of the decision whose table or cell the error is about, which may be one that was required."""
    for decision in model.decisions.values():
        table = decision.logic
        if error.element == decision.id:
            return decision.name
        if isinstance(table, DecisionTable):
            cells = (cell for rule in table.rules for cell in (*rule.tests, *rule.outputs))
            columns = (column.expression for column in table.inputs)
            if error.element in {table.element, *(item.element for item in (*columns, *cells))}:
                return decision.name
    return name_of(model, decision_id)


def name_of(model: dmn.Model, decision_id: str) -> str:
    decision = model.decisions.get(decision_id)
    return decision.name if decision is not None else decision_id


def _short(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _size(value: object) -> int:
    return len(_short(value).encode())
