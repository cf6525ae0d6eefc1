"""From the names and values of a posted form to nested answers, and the row buttons on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.http import QueryDict

from workflows.forms.answers import Path, least
from workflows.forms.shapes import Field, Form

ADD, REMOVE, UPDATE, ROWS, SHOWN = "_add:", "_remove:", "_update", "_rows:", "_shown"
FIND, PICK, SOUGHT = "_find:", "_pick:", "_sought:"

PAGES_OWN = (ADD, REMOVE, UPDATE, ROWS, SHOWN, FIND, PICK, SOUGHT, "csrfmiddlewaretoken", "action", "slutfor", "utkast")

Fields = tuple[Field, ...]
Raw = dict[str, Any]


def name(path: Path) -> str:
    """The name of the control for an answer: mal-0-maldatum."""
    return "-".join(str(part) for part in path)


def posted(form: Form, post: QueryDict) -> Raw:
    """All that was written in a form; what is no answer to it is left out."""
    return raw(form.fields, post)


def unknown(form: Form, post: QueryDict) -> int:
    """How many names are neither the form's nor the page's own."""
    known = {field.key for field in form.fields}
    return sum(name.partition("-")[0] not in known and not name.startswith(PAGES_OWN) for name in post)


def raw(fields: Fields, post: QueryDict, at: Path = ()) -> Raw:
    """The posted answers as they were written, blank rows included."""
    return {field.key: _one(field, post, (*at, field.key)) for field in fields if not field.computed}


def seen(fields: Fields, post: QueryDict, written: Raw) -> Raw:
    """What was written, without the questions that have a default and were not on the page yet.

    A post that is no page's is taken as it is.
    """
    if SHOWN not in post:
        return written
    there = {*post, *post.getlist(SHOWN)}
    waits = {field.key for field in fields if field.show_if and field.default}
    return {key: value for key, value in written.items() if key not in waits or key in there}


def _one(field: Field, post: QueryDict, path: Path) -> object:
    control = name(path)
    if field.type == "list":
        return [raw(field.item, post, (*path, number)) for number in range(_row_count(field, post, control))]
    if field.type == "multi":
        return post.getlist(control)
    if field.type == "bool" and not field.required:
        return control in post and post[control] != "false"
    return post.get(control, "")


def _row_count(field: Field, post: QueryDict, control: str) -> int:
    """The number the page wrote; a post without it (a script) is counted by its names."""
    written = post.get(ROWS + control, "")
    if written.isdecimal():
        count = int(written[:4])
    else:
        places = (key[len(control) + 1 :].partition("-")[0] for key in post if key.startswith(f"{control}-"))
        count = max((int(place[:4]) + 1 for place in places if place.isdecimal()), default=0)
    return min(count, field.max_items + 1)


def row_action(fields: Fields, post: QueryDict, data: Raw, *, new_row: Callable[[Field], Raw]) -> str | None:
    """Carries out the pressed button on `data`; the id to put the cursor in, '' for an update, None for no button."""
    for key in post:
        if key == UPDATE:
            return ""
        if key.startswith(FIND):
            return f"id_{key.removeprefix(FIND)}"
        if key.startswith(PICK):
            return _pick(fields, data, key.removeprefix(PICK), post.get(key, ""))
        if key.startswith((ADD, REMOVE)):
            found = {name(path): (field, rows) for field, rows, path in lists(fields, data)}
            return _carry_out(key, found, new_row)
    return None


def _pick(fields: Fields, data: Raw, control: str, value: str) -> str:
    """One who was found becomes the answer."""
    for field, level, path in about_staff(fields, data):
        if name(path) == control:
            level[field.key] = value
    return f"id_{control}"


def about_staff(fields: Fields, data: Mapping[str, Any], at: Path = ()) -> Iterator[tuple[Field, Any, Path]]:
    """Every question about a member of staff, with the answers that it stands among."""
    for field in fields:
        rows = data.get(field.key)
        if field.is_about_staff:
            yield field, data, (*at, field.key)
        elif field.type == "list" and isinstance(rows, list):
            for number, row in enumerate(rows):
                yield from about_staff(field.item, row, (*at, field.key, number))


def _carry_out(key: str, found: dict[str, tuple[Field, list[Raw]]], new_row: Callable[[Field], Raw]) -> str:
    action, control, number = (*key.split(":"), "")[:3]
    if control not in found:
        return ""
    field, rows = found[control]
    if f"{action}:" == ADD and len(rows) < field.max_items:
        rows.append(new_row(field))
        return f"id_{control}-{len(rows) - 1}"
    if f"{action}:" == REMOVE and number.isdecimal() and int(number[:4]) < len(rows):
        del rows[int(number[:4])]
    return f"id_{control}_add"


def padded(fields: Fields, data: Mapping[str, Any]) -> Raw:
    """A copy with the rows that must be there, so that the page and the errors speak of the same rows."""
    result = dict(data)
    for field in fields:
        rows = result.get(field.key)
        if field.type == "list":
            written = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
            written += [{}] * (least(field) - len(written))
            result[field.key] = [padded(field.item, row) for row in written]
    return result


def lists(fields: Fields, data: Raw, at: Path = ()) -> Iterator[tuple[Field, list[Raw], Path]]:
    """Every list on the page with its rows."""
    for field in fields:
        rows = data.get(field.key)
        if field.type != "list" or not isinstance(rows, list):
            continue
        yield field, rows, (*at, field.key)
        for number, row in enumerate(rows):
            yield from lists(field.item, row, (*at, field.key, number))
