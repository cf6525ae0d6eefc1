"""Keeps what rows tell: the same again is nothing, something else a new revision, an older file comes too late."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.db.models import QuerySet

from integrations.batches.report import ACCEPTED, CHANGED, UNCHANGED
from integrations.models import Batch, Told
from people import statements

LATER = "En senare fil säger något annat; den gäller."


@dataclass(frozen=True)
class Known:
    """The current revision of a key."""

    revision: int
    digest: str
    batch_id: int | None
    line: int


def digest(values: Mapping[str, Any]) -> str:
    """Of what was said: how it was written, and columns that are added later, make no change."""
    told = "\x1f".join(f"{name}={value}" for name, value in values.items() if value not in (None, ""))
    return blake2b(told.encode(), digest_size=16).hexdigest()


def keep(
    current: QuerySet[Any], rows: Sequence[tuple[Known | None, Sequence[Told]]], *, batch: Batch, now: datetime
) -> list[tuple[str, str]]:
    """Store what is new of one chunk, in the caller's transaction; an outcome and a note for each row.

    `current` are the model's current rows. A row is one or several objects (its parts) with one key, digest and line;
    beside it what `known` told of the key.
    """
    outcomes: list[tuple[str, str]] = []
    replaced: list[str] = []
    written: list[Told] = []
    for known, parts in rows:
        what, note, revision = _judged(known, parts[0], batch)
        outcomes.append((what, note))
        if revision:
            for part in parts:
                part.batch_id, part.revision, part.told_at = batch.pk, revision, now
            written += parts
            replaced += [parts[0].key] if revision > 1 else []
    if replaced:
        current.filter(key__in=replaced).update(is_current=False)
    if written:
        # In the order of their keys, so that two who write the same rows wait for each other and do not lock.
        written.sort(key=_key)
        statements.insert(written)
    return outcomes


def known(rows: QuerySet[Any]) -> dict[str, Known]:
    """What is held now, by key; the rows are current ones."""
    found = rows.values_list("key", "revision", "digest", "batch_id", "line")
    return {key: Known(*rest) for key, *rest in found}


def _judged(known: Known | None, row: Told, batch: Batch) -> tuple[str, str, int]:
    """Outcome, note, and the revision to write; 0 when there is nothing to write."""
    if known is None:
        return ACCEPTED, "", 1
    if known.digest == row.digest:
        # The same file read again says of its own rows what it said the first time.
        is_own = (known.batch_id, known.line) == (batch.pk, row.line)
        return (ACCEPTED if known.revision == 1 else CHANGED) if is_own else UNCHANGED, "", 0
    if known.batch_id is not None and known.batch_id > batch.pk:
        return UNCHANGED, LATER, 0
    return CHANGED, "", known.revision + 1


def _key(row: Told) -> str:
    return row.key
