"""Reads of drafts: which there are, the förlopp in one, what the checks say of it."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from django.db.models import Q, QuerySet

from people.models import Staff
from workbench.models import Draft, DraftFile, DraftState, Plan, Saving
from workflows import definitions, packages, published, rights
from workflows.definitions import CONFIG, Checked, Folder
from workflows.findings import Finding

CLOSED = (DraftState.PUBLISHED, DraftState.DISCARDED)
SHOWN = (DraftState.REVIEW, DraftState.PLANNED, DraftState.PUBLISHED)
"""What somebody has asked another to look at."""


@dataclass(frozen=True)
class Kind:
    """A kind of file in a draft: what it is called, and the page that edits it."""

    key: str
    title: str
    page: str


DIAGRAM = Kind("diagram", "Diagram", "workbench:diagram")
FORM = Kind("formular", "Formulär", "workbench:form")
TABLE = Kind("tabell", "Beslutstabeller", "workbench:table")
SETTINGS = Kind("installningar", "Inställningar", "workbench:settings")
TEXT = Kind("text", "Texter", "workbench:text")
SCENARIO = Kind("scenario", "Scenarier", "workbench:scenario")
EXERCISE = Kind("ovning", "Övningar", "workbench:text")
SAMPLE = Kind("exempel", "Exempel på meddelanden", "workbench:text")
KINDS = (DIAGRAM, FORM, TABLE, SETTINGS, TEXT, SCENARIO, EXERCISE, SAMPLE)


def visible(staff: Staff) -> QuerySet[Draft]:
    """The drafts that the staff member may change, and for those who publish what they have been shown."""
    rows = Draft.objects.select_related("created_by", "changed_by", "base__definition").defer(
        "base__sources", "base__compiled", "base__config"
    )
    held = set(staff.professions)
    if rights.OWNER in held:
        return rows
    theirs = Q(owner__in=held) & ~Q(owner="")
    return rows.filter(theirs | Q(state__in=SHOWN) if rights.PUBLISHER in held else theirs)


def may_change(staff: Staff, draft: Draft) -> bool:
    """Those who change förlopp, and the profession that owns this one."""
    return rights.holds(staff, rights.OWNER, draft.owner)


def find(staff: Staff, ref: uuid.UUID) -> Draft | None:
    """None when missing or not for the staff member."""
    return visible(staff).filter(ref=ref).first()


def planned(key: str) -> list[Plan]:
    """What is approved of a förlopp and will be published, or should have been."""
    rows = Plan.objects.filter(draft__key=key, state__in=(Plan.State.WAITING, Plan.State.FAILED))
    return list(rows.select_related("draft").order_by("due_at"))


def texts(draft: Draft) -> dict[str, str]:
    return dict(draft.files.order_by("name").values_list("name", "text"))


def folder(draft: Draft) -> Folder:
    """The förlopp as files, read anew."""
    return folder_of(draft.key, texts(draft))


def folder_of(key: str, files: Mapping[str, str]) -> Folder:
    """The förlopp in these files, read as a package is."""
    papers = {name: text for name, text in files.items() if packages.PAPERS.fullmatch(name)}
    sources = {name: text for name, text in files.items() if name not in papers}
    if key == published.SHARED.rstrip("/"):
        read = definitions.from_sources(sources, Path(key))
        return Folder(read.config, sources, read.findings, papers)
    read = definitions.from_sources(sources, Path(f"{key}.zip"))
    if read.key and read.key != key and CONFIG in sources:
        told = f"”key” ska vara ”{key}”: det är förloppets namn, som ärenden och andra förlopp känner det under."
        read.findings.append(Finding(CONFIG, "key", "error", "other-key", told))
    return Folder(read.config, sources, read.findings, papers)


def checked(draft: Draft) -> Checked:
    """What the checks say of it as it stands; kept by its content, since editors ask at every save."""
    return checked_of(draft.key, texts(draft))


def checked_of(key: str, files: Mapping[str, str]) -> Checked:
    """The same of texts that have been read."""
    return _checked(key, json.dumps(dict(files), sort_keys=True))


def digest(draft: Draft) -> str:
    """SHA-256 of every file: what somebody has approved."""
    return hashlib.sha256(json.dumps(texts(draft), sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=32)
def _checked(key: str, files: str) -> Checked:
    return definitions.checked(folder_of(key, json.loads(files)))


def kind_of(name: str) -> Kind:
    """Of a file by its name."""
    if name.endswith(".bpmn"):
        return DIAGRAM
    if name.endswith(".dmn"):
        return TABLE
    if name == CONFIG:
        return SETTINGS
    if name.startswith("scenarios/"):
        return SCENARIO
    if name.startswith("exercises/"):
        return EXERCISE
    if name.startswith("samples/"):
        return SAMPLE
    return FORM if name.endswith(".json") else TEXT


def page_of(name: str) -> str:
    """The name of the address of the page that edits the file."""
    return kind_of(name).page


def is_shared(name: str) -> bool:
    """Whether the file belongs to several förlopp, and is changed in a draft of such parts only."""
    return name.startswith(published.SHARED)


def is_fixed(draft: Draft, name: str) -> bool:
    """Whether it can only be read in this draft."""
    return not draft.is_open or is_shared(name) != draft.is_shared


def listed(draft: Draft) -> list[DraftFile]:
    """The files without their texts."""
    return list(draft.files.select_related("changed_by").defer("text"))


def at_revision(draft: Draft, name: str, revision: int) -> str | None:
    """The text as it was, when it is kept: saves of one sitting are one."""
    found = draft.savings.filter(name=name, revision=revision, is_aside=False, is_removed=False).first()
    return found.text if found is not None else None


def aside(draft: Draft) -> list[Saving]:
    """What was saved on a text that another had changed; the latest first."""
    return list(draft.savings.filter(is_aside=True).select_related("by").defer("text")[:20])
