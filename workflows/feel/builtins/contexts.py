"""Context functions (DMN 1.5 §10.3.4.11), is defined() and get or else()."""

# ruff: noqa: ARG001  every built-in is handed the run, also those that need nothing of it

from workflows.feel.builtins.registry import Running, builtin
from workflows.feel.errors import Nothing

Context = dict[str, object]
_MAX_KEYS = 50


@builtin("get value", "m: context, key: string", "context: context, key: string")
def get_value(run: Running, context: Context, key: str) -> object:
    if key not in context:
        raise Nothing("Det finns ingen uppgift med den nyckeln.")  # which may itself be about a person
    return context[key]


@builtin("get value", "context: context, keys: list")
def get_value_along(run: Running, context: Context, keys: list[object]) -> object:
    found: object = context
    for key in keys:
        if not isinstance(found, dict) or not isinstance(key, str):
            return None
        found = found.get(key)
    return found


@builtin("get entries", "m: context", "context: context")
def get_entries(run: Running, context: Context) -> list[object]:
    run.elements(3 * len(context))
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context", "entries: list")
def to_context(run: Running, entries: list[object]) -> Context:
    run.elements(len(entries))
    made: Context = {}
    for entry in entries:
        if not isinstance(entry, dict) or "value" not in entry:
            raise Nothing("Varje post ska ha key och value.")
        key = entry.get("key")
        if not isinstance(key, str) or key in made:
            raise Nothing("Nycklarna ska vara texter och olika.")
        made[key] = entry["value"]
    return made


@builtin("context put", "context: context, key: string, value: any")
def context_put(run: Running, context: Context, key: str, value: object) -> Context:
    return _put(run, context, [key], value)


@builtin("context put", "context: context, keys: list, value: any")
def context_put_along(run: Running, context: Context, keys: list[object], value: object) -> Context:
    if not keys or len(keys) > _MAX_KEYS:
        raise Nothing("Listan med nycklar är tom eller för lång.")
    return _put(run, context, keys, value)


def _put(run: Running, context: Context, keys: list[object], value: object) -> Context:
    key, *rest = keys
    if not isinstance(key, str):
        raise Nothing("Nycklarna ska vara texter.")
    run.elements(len(context) + 1)
    if not rest:
        return {**context, key: value}
    inner = context.get(key, {})
    if not isinstance(inner, dict):
        raise Nothing("En av nycklarna leder till något som inte är en kontext.")
    return {**context, key: _put(run, inner, rest, value)}


@builtin("context merge", "contexts: list")
def context_merge(run: Running, contexts: list[object]) -> Context:
    made: Context = {}
    for context in contexts:
        if not isinstance(context, dict):
            raise Nothing("Listan innehåller annat än kontexter.")
        run.elements(len(context))
        made.update(context)
    return made


@builtin("is defined", "value: any")
def is_defined(run: Running, value: object) -> bool:
    return value is not None


@builtin("get or else", "value: any, default: any")
def get_or_else(run: Running, value: object, default: object) -> object:
    return default if value is None else value
