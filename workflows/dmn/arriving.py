"""Values from outside as their declared type: JSON has no dates, so ISO text is read where a date is declared."""

from collections.abc import Callable

from workflows.dmn.parts import ModelRun
from workflows.feel import temporal
from workflows.feel.errors import Nothing
from workflows.feel.nodes import TypeRef

_READERS: dict[str, Callable[[str], object]] = {
    "date": temporal.read_date,
    "time": temporal.read_time,
    "dateTime": temporal.read_datetime,
    "date and time": temporal.read_datetime,
    "dayTimeDuration": temporal.read_duration,
    "days and time duration": temporal.read_duration,
    "yearMonthDuration": temporal.read_duration,
    "years and months duration": temporal.read_duration,
}


def arrived(value: object, wanted: TypeRef | None, run: ModelRun) -> object:
    """The value with its texts read as dates, times and durations wherever the type says so; a misread is null."""
    if wanted is None:
        return value
    run.spend(1)  # a value may hold the same part many times over
    if wanted.name == "list" and wanted.parts:
        inner = wanted.parts[0]
        return [arrived(item, inner, run) for item in value] if isinstance(value, list) else arrived(value, inner, run)
    if isinstance(value, str):
        reader = _READERS.get(wanted.name)
        return value if reader is None else _read(reader, value, run)
    if isinstance(value, dict) and wanted.keys:
        parts = dict(zip(wanted.keys, wanted.parts, strict=True))
        return {key: arrived(item, parts.get(key), run) for key, item in value.items()}
    return value


def _read(reader: Callable[[str], object], text: str, run: ModelRun) -> object:
    try:
        return reader(text)
    except Nothing as reason:
        run.note(reason.message_sv)
        return None
