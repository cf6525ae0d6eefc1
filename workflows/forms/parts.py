"""The parts of a form's JSON, read one by one: texts, fields, choices, lists, rules and included forms."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from workflows import feel
from workflows.findings import Finding, Severity
from workflows.forms import expressions, prefixes
from workflows.forms.shapes import TYPES, Bound, Choice, Field, Rule, Shared, Source

TIMES = ("date", "dt", "time", "duration")
COMMON_KEYS = frozenset(
    {"key", "type", "label", "required", "person_reads", "help", "heading", "show_if", "default", "computed"}
)
EXTRA_KEYS: dict[str, frozenset[str]] = {
    **{name: frozenset({"min", "max"}) for name in ("str", "text", "dec", "money", *TIMES)},
    "int": frozenset({"min", "max", "choices"}),
    "enum": frozenset({"choices"}),
    "multi": frozenset({"choices", "min", "max"}),
    "scale": frozenset({"min", "max", "low", "high"}),
    "ref": frozenset({"of"}),
    "list": frozenset({"item", "item_label", "min_items", "max_items", "rules"}),
}
INCLUDE_KEYS = frozenset({"type", "form", "only", "prefix", "default", "required", "heading", "show_if"})
RULE_KEYS = frozenset({"check", "field", "message"})
CHOICE_KEYS = frozenset({"value", "label"})
REFERENCES = ("unit", "staff")
MAX_DEPTH = 4
MAX_FIELDS = 300
MAX_ROWS = 100
MAX_STEPS = 11


class Parts:
    """One reading of one form: where findings gather and which shared forms are being read right now."""

    def __init__(self, *, filename: str, shared: Shared, decode: Callable[[Source], Mapping[str, Any]]) -> None:
        self.filename = filename
        self.findings: list[Finding] = []
        self._shared = shared
        self._decode = decode
        self._including: list[str] = []
        self._depth = 0
        self._count = 0

    def report(self, element: str, code: str, message: str, severity: Severity = "error") -> None:
        self.findings.append(Finding(self.filename, element, severity, code, message))

    def unknown_keys(self, content: Mapping[str, Any], known: frozenset[str], element: str) -> None:
        for name in content:
            if name not in known:
                self.report(element, "form_unknown_key", f"”{name}” är inte en egenskap som finns här.")

    def text(self, content: Mapping[str, Any], name: str, element: str, *, required: bool = False) -> str:
        value = content.get(name, "")
        if not isinstance(value, str):
            self.report(element, "form_not_text", f"”{name}” ska vara text inom citattecken.")
            return ""
        if required and not value.strip():
            self.report(element, "form_missing_key", f"”{name}” saknas.")
        return value.strip()

    def flag(self, content: Mapping[str, Any], name: str, element: str) -> bool:
        value = content.get(name, False)
        if not isinstance(value, bool):
            self.report(element, "form_not_bool", f"”{name}” ska vara true eller false.")
            return False
        return value

    def expression(self, content: Mapping[str, Any], name: str, element: str) -> str:
        text = self.text(content, name, element)
        if text and (problem := expressions.problem(text)):
            self.report(element, "form_feel", f"”{name}” går inte att läsa: {problem}")
            return ""
        return text

    def number(self, content: Mapping[str, Any], name: str, element: str, fallback: int) -> int:
        value: object = content.get(name, fallback)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_ROWS:
            self.report(element, "form_not_number", f"”{name}” ska vara ett heltal mellan 0 och {MAX_ROWS}.")
            return fallback
        return value

    def objects(self, value: object, name: str, element: str) -> list[Mapping[str, Any]]:
        if not isinstance(value, list | tuple) or not all(isinstance(entry, Mapping) for entry in value):
            self.report(element, "form_not_list", f"”{name}” ska vara en lista av objekt: [{{ … }}].")
            return []
        return list(value)

    def fields(self, value: object, element: str, rules: list[Rule]) -> tuple[Field, ...]:
        """The fields of one level; rules of included forms are added to `rules`."""
        found: list[Field] = []
        if self._depth >= MAX_DEPTH:
            self.report(element, "form_too_deep", f"Listor i listor får vara högst {MAX_DEPTH} nivåer.")
            return ()
        self._depth += 1
        for entry in self.objects(value, "fields" if self._depth == 1 else "item", element):
            if entry.get("type") == "include":
                found.extend(self._include(entry, element, rules))
            elif field := self._field(entry, element):
                found.append(field)
        self._depth -= 1
        return tuple(found)

    def _field(self, content: Mapping[str, Any], parent: str) -> Field | None:
        key, kind = content.get("key"), content.get("type")
        element = ".".join(name for name in (parent, key if isinstance(key, str) else "?") if name)
        self._count += 1
        if self._count > MAX_FIELDS:
            self._too_many(element)
            return None
        if not isinstance(key, str) or not isinstance(kind, str) or kind not in TYPES:
            self._nameless(element, key, kind)
            return None
        self.unknown_keys(content, COMMON_KEYS | EXTRA_KEYS.get(kind, frozenset()), element)
        return Field(
            key=key,
            type=kind,
            label=self.text(content, "label", element, required=True),
            required=self.flag(content, "required", element),
            person_reads=self.flag(content, "person_reads", element),
            help=self.text(content, "help", element),
            heading=self.text(content, "heading", element),
            show_if=self.expression(content, "show_if", element),
            default=self.expression(content, "default", element),
            computed=self.expression(content, "computed", element),
            **self._special(content, kind, element),
        )

    def _too_many(self, element: str) -> None:
        if self._count == MAX_FIELDS + 1:
            self.report(element, "form_too_many_fields", f"Ett formulär får ha högst {MAX_FIELDS} fält.")

    def _nameless(self, element: str, key: object, kind: object) -> None:
        if not isinstance(key, str):
            self.report(element, "form_missing_key", "Fältet saknar ”key”.")
        elif kind is None:
            self.report(element, "form_missing_key", "Fältet saknar ”type”.")
        else:
            known = ", ".join(TYPES)
            self.report(element, "form_unknown_type", f"Typen ”{kind}” finns inte. De som finns: {known}, include.")

    def _special(self, content: Mapping[str, Any], kind: str, element: str) -> dict[str, Any]:
        extra = EXTRA_KEYS.get(kind, frozenset())
        result: dict[str, Any] = {}
        if kind == "scale":
            result["choices"] = self._scale(content, element)
        elif "min" in extra:
            result |= {name: self._bound(content, name, kind, element) for name in ("min", "max")}
        if kind in ("enum", "multi") or (kind == "int" and "choices" in content):
            result["choices"] = self._choices(content, kind, element)
        if kind == "ref":
            result["of"] = self._of(content, element)
        if kind == "list":
            result |= self._list(content, element)
        return result

    def _bound(self, content: Mapping[str, Any], name: str, kind: str, element: str) -> Bound:
        value: object = content.get(name)
        if value is None:
            return None
        if isinstance(value, str):
            return self.expression(content, name, element) or None
        if isinstance(value, bool) or not isinstance(value, int | float) or kind in TIMES:
            wanted = "ett FEEL-uttryck inom citattecken" if kind in TIMES else "ett tal"
            self.report(element, "form_bad_bound", f"”{name}” ska vara {wanted}.")
            return None
        return value

    def _choices(self, content: Mapping[str, Any], kind: str, element: str) -> tuple[Choice, ...]:
        choices: list[Choice] = []
        for entry in self.objects(content.get("choices", ()), "choices", element):
            self.unknown_keys(entry, CHOICE_KEYS, element)
            value: object = entry.get("value")
            fits = isinstance(value, int) or (isinstance(value, str) and kind != "int" and value)
            if not isinstance(value, int | str) or isinstance(value, bool) or not fits:
                self.report(element, "form_bad_choice", "Varje val ska ha ett ”value” (text, eller heltal för int).")
                continue
            choices.append(Choice(value, self.text(entry, "label", element, required=True)))
        if not choices:
            self.report(element, "form_no_choices", "”choices” saknas: ange minst ett val.")
        if len({type(choice.value) for choice in choices}) > 1:
            message = "Valen ska ha antingen text eller heltal som ”value”, inte båda."
            self.report(element, "form_mixed_choices", message, "warning")
        if len({str(choice.value) for choice in choices}) < len(choices):
            self.report(element, "form_duplicate_choice", "Samma ”value” finns två gånger bland valen.")
        return tuple(choices)

    def reasons(self, content: Mapping[str, Any], code: str) -> tuple[Choice, ...]:
        """The process owner's own reasons, by a code; none when nothing is said of it."""
        return self._choices({"choices": content[code]}, "enum", code) if code in content else ()

    def _scale(self, content: Mapping[str, Any], element: str) -> tuple[Choice, ...]:
        """One choice for each step; the ends say what they mean."""
        ends = content.get("min"), content.get("max")
        low, high = (end if isinstance(end, int) else 0 for end in ends)
        if not all(type(end) is int for end in ends) or not 1 <= high - low < MAX_STEPS:
            message = f"En skala har ”min” och ”max” som är heltal, med högst {MAX_STEPS} steg."
            self.report(element, "form_bad_bound", message)
            return ()
        said = {low: self.text(content, "low", element), high: self.text(content, "high", element)}
        return tuple(
            Choice(step, f"{step} – {said[step]}" if said.get(step) else str(step)) for step in range(low, high + 1)
        )

    def _of(self, content: Mapping[str, Any], element: str) -> str:
        value = self.text(content, "of", element, required=True)
        if value and value not in REFERENCES:
            self.report(element, "form_bad_reference", f"”of” ska vara {' eller '.join(REFERENCES)}, inte ”{value}”.")
        return value

    def _list(self, content: Mapping[str, Any], element: str) -> dict[str, Any]:
        if "computed" in content:
            self.report(element, "form_computed_list", "En lista kan inte räknas ut med ”computed”.")
        rules: list[Rule] = []
        item = self.fields(content.get("item"), element, rules)
        rules.extend(self.rules(content.get("rules"), element))
        low = self.number(content, "min_items", element, 0)
        high = self.number(content, "max_items", element, MAX_ROWS)
        if low > high:
            self.report(element, "form_bad_bound", "”min_items” är större än ”max_items”.")
        label = self.text(content, "item_label", element) or self.text(content, "label", element)
        return {"item": item, "rules": tuple(rules), "min_items": low, "max_items": high, "item_label": label}

    def rules(self, value: object, element: str) -> list[Rule]:
        found: list[Rule] = []
        for entry in self.objects(value, "rules", element) if value is not None else ():
            self.unknown_keys(entry, RULE_KEYS, element or "rules")
            check = self.expression(entry, "check", element or "rules")
            message = self.text(entry, "message", element or "rules", required=True)
            if not entry.get("check"):
                self.report(element or "rules", "form_missing_key", "Regeln saknar ”check”.")
            if check:
                found.append(Rule(check, message, self.text(entry, "field", element or "rules")))
        return found

    def _include(self, content: Mapping[str, Any], element: str, rules: list[Rule]) -> tuple[Field, ...]:
        self.unknown_keys(content, INCLUDE_KEYS, element or "include")
        name = self.text(content, "form", element or "include", required=True)
        self._count += 1
        if self._count > MAX_FIELDS:
            self._too_many(element)
            return ()
        source = self._included(name, element) if name else None
        if source is None:
            return ()
        self._including.append(name)
        self._depth -= 1  # the fields of an included form stand on the level that includes it
        inner: list[Rule] = []
        fields = self.fields(source.get("fields"), element, inner)
        inner.extend(self.rules(source.get("rules"), element))
        self._depth += 1
        self._including.pop()
        chosen = self._only(content, fields, name, element)
        keys = {field.key for field in chosen}
        left_out = {field.key for field in fields} - keys
        inner = [rule for rule in inner if not left_out & (expressions.names(rule.check) | {rule.field})]
        chosen = self._prefilled(content, chosen, name, element)
        chosen = self._needed(content, chosen, name, element)
        chosen, kept = self._prefixed(content, chosen, tuple(inner), element or name)
        rules.extend(kept)
        return self._adapted(content, chosen, element)

    def _prefilled(
        self, content: Mapping[str, Any], fields: tuple[Field, ...], name: str, element: str
    ) -> tuple[Field, ...]:
        """What the including form knows the answers to start from."""
        defaults: object = content.get("default", {})
        if not isinstance(defaults, Mapping):
            self.report(
                element or name, "form_bad_default", '”default” för en del är ett objekt: {"fråga": "uttryck"}.'
            )
            return fields
        keys = {field.key for field in fields}
        texts = {key: self.expression(defaults, key, element or name) for key in defaults if key in keys}
        for key in defaults.keys() - keys:
            self.report(element or name, "form_unknown_field", f"”{name}” har inget fält ”{key}”.")
        return tuple(dataclasses.replace(field, default=texts.get(field.key, field.default)) for field in fields)

    def _needed(
        self, content: Mapping[str, Any], fields: tuple[Field, ...], name: str, element: str
    ) -> tuple[Field, ...]:
        """What the including form does not go on without: a question, or one of a list's rows as `list.question`."""
        for path in self._names(content, "required", name, element):
            key, _, inner = path.partition(".")
            found = next((field for field in fields if field.key == key), None)
            if found is None or (inner and inner not in {field.key for field in found.item}):
                self.report(element or name, "form_unknown_field", f"”{name}” har inget fält ”{path}”.")
                continue
            if inner:
                item = (dataclasses.replace(one, required=one.required or one.key == inner) for one in found.item)
                needed = dataclasses.replace(found, item=tuple(item))
            else:
                needed = dataclasses.replace(
                    found, required=True, min_items=max(found.min_items, int(found.type == "list"))
                )
            fields = tuple(needed if field is found else field for field in fields)
        return fields

    def _names(self, content: Mapping[str, Any], key: str, name: str, element: str) -> list[str]:
        told = content.get(key) or []
        if isinstance(told, list | tuple) and all(isinstance(one, str) for one in told):
            return list(told)
        self.report(element or name, "form_not_list", f"”{key}” ska vara en lista av fältnamn.")
        return []

    def _prefixed(
        self, content: Mapping[str, Any], fields: tuple[Field, ...], rules: tuple[Rule, ...], element: str
    ) -> tuple[tuple[Field, ...], tuple[Rule, ...]]:
        prefix = self.text(content, "prefix", element)
        if not prefix:
            return fields, rules
        names = {field.key: prefix + field.key for field in fields}
        try:
            return prefixes.fields(fields, names), prefixes.rules(rules, names)
        except feel.FeelError as problem:
            self.report(element, "form_prefix", f"Delen kan inte få förledet ”{prefix}”: {problem}")
            return fields, rules

    def _included(self, name: str, element: str) -> Mapping[str, Any] | None:
        if name in self._including:
            self.report(element or name, "form_include_loop", f"”{name}” infogar sig själv.")
            return None
        try:
            return self._decode(self._shared(name))
        except (LookupError, OSError):
            self.report(element or name, "form_include_missing", f"Formulärdelen ”{name}” finns inte.")
        except (ValueError, RecursionError) as problem:
            self.report(element or name, "form_unreadable", f"Formulärdelen ”{name}”: {problem}")
        return None

    def _only(
        self, content: Mapping[str, Any], fields: tuple[Field, ...], name: str, element: str
    ) -> tuple[Field, ...]:
        wanted = content.get("only")
        if wanted is None:
            return fields
        if not isinstance(wanted, list | tuple):
            self.report(element or name, "form_not_list", "”only” ska vara en lista av fältnamn.")
            return fields
        known = {field.key for field in fields}
        for key in wanted:
            if not isinstance(key, str) or key not in known:
                self.report(element or name, "form_unknown_field", f"”{name}” har inget fält ”{key}”.")
        return tuple(field for field in fields if field.key in wanted)

    def _adapted(self, content: Mapping[str, Any], fields: tuple[Field, ...], element: str) -> tuple[Field, ...]:
        condition = self.expression(content, "show_if", element or "include")
        heading = self.text(content, "heading", element or "include")
        if condition:
            fields = tuple(
                dataclasses.replace(
                    field, show_if=f"({condition}) and ({field.show_if})" if field.show_if else condition
                )
                for field in fields
            )
        if heading and fields:
            fields = (dataclasses.replace(fields[0], heading=heading), *fields[1:])
        return fields
