"""The forms of a förlopp as they look on a computer and a telephone, for those who write them; nothing is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from people.models import Staff
from tasks import forms
from tasks.forms import made_up
from workflows import published, rights, versions
from workflows.forms.definition import Form, FormError
from workflows.models import ProcessVersion
from workflows.models.definition import HEAVY
from workflows.views.edge import StaffRequest, staff_page

LOOKS = {"tomt": "Tomt", "ifyllt": "Med påhittade svar", "last": "Bara läsa"}
WIDTHS = {"dator": "Dator", "telefon": "Telefon"}
PERSON = {"ref": "00000000-0000-4000-8000-000000000000", "alder": 84, "skyddad": False}


@dataclass(frozen=True, kw_only=True)
class Listed:
    name: str
    title: str


@require_safe
@staff_page
def forlopp(request: StaffRequest) -> HttpResponse:
    """The forms of every förlopp that one writes, as they are published now."""
    rows = ProcessVersion.objects.select_related("definition").defer(*HEAVY).filter(pk=versions.shown())
    found = [
        (version, _listed(version)) for version in rows.order_by("definition__title") if _may(request.user, version)
    ]
    if not found:
        raise Http404
    return render(request, "tasks/forms_list.html", {"versions": found})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def preview(request: StaffRequest, key: str, name: str) -> HttpResponse:
    """One form, to try: empty, with made-up answers, or as it is read afterwards."""
    version = _version(request, key)
    form = _form(version, name)
    now = timezone.now()
    context = looked_at(request, form, _variables(version, now.isoformat()), now)
    status = 422 if context["bound"].errors else 200
    return render(request, "tasks/form_preview.html", context | {"version": version}, status=status)


def looked_at(request: StaffRequest, form: Form, variables: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What a page needs to show a form as it is chosen: empty, with made-up answers, or as it is read afterwards."""
    look, width = (_chosen(request, part, known) for part, known in (("visa", LOOKS), ("bredd", WIDTHS)))
    invented = made_up.answers(form, variables, now=now) if look != "tomt" else None
    is_sent = request.method == "POST"
    bound = forms.bind(form, variables=variables, post=request.POST if is_sent else None, answers=invented, now=now)
    is_read = bound.is_valid() or (look == "last" and not is_sent)
    return {
        "bound": bound,
        "shown": forms.readonly(form, bound.answers) if is_read else None,
        "looks": _links(request, "visa", LOOKS, look),
        "widths": _links(request, "bredd", WIDTHS, width),
        "is_sent": is_sent,
        "is_phone": width == "telefon",
    }


def _may(staff: Staff, version: ProcessVersion) -> bool:
    return rights.may_manage(staff, published.of(version.public_id).config)


def _version(request: StaffRequest, key: str) -> ProcessVersion:
    rows = ProcessVersion.objects.select_related("definition").defer(*HEAVY).filter(definition__key=key)
    number = request.GET.get("version", "")
    rows = rows.filter(number=int(number[:9])) if number.isdecimal() else rows.filter(pk=versions.shown())
    found = rows.first()
    if found is None or not _may(request.user, found):
        raise Http404
    return found


def _listed(version: ProcessVersion) -> list[Listed]:
    whole = published.of(version.public_id)
    names = [published.form_key(file) for file in whole.sources if file.endswith(".json") and "forms/" in file]
    return sorted(
        (Listed(name=name, title=whole.form(name).title) for name in names),
        key=lambda form: (form.name.startswith(published.SHARED), form.name),
    )


def _form(version: ProcessVersion, name: str) -> Form:
    whole = published.of(version.public_id)
    try:
        return whole.form(name)
    except (KeyError, FormError):
        raise Http404 from None


def _variables(version: ProcessVersion, started: str) -> dict[str, Any]:
    return from_the_start(published.of(version.public_id).config, started)


def from_the_start(config: Mapping[str, Any], started: str) -> dict[str, Any]:
    """What every ärende has from the start; what earlier steps give is not there."""
    return {
        "person": PERSON,
        "parametrar": config.get("parameters", {}),
        "arende": {"ref": PERSON["ref"], "startad": started},
        "inloggad": {"hsa_id": None},
    }


def _chosen(request: StaffRequest, part: str, known: dict[str, str]) -> str:
    wanted = request.GET.get(part, "")
    return wanted if wanted in known else next(iter(known))


def _links(request: StaffRequest, part: str, known: dict[str, str], chosen: str) -> list[tuple[str, str, bool]]:
    """Address, text and whether it is this one; the rest of what is chosen is kept."""
    found = []
    for value, text in known.items():
        query = request.GET.copy()
        query[part] = value
        found.append((f"{request.path}?{query.urlencode()}", text, value == chosen))
    return found
