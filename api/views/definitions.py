"""What can be started and asked for: förlopp, their diagrams and forms, and the step catalogue."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from api import problems
from api.auth import ApiRequest, Needs
from api.reach import Reach, shown, version_of
from api.shapes import (
    ClientOut,
    DefinitionOut,
    DefinitionsOut,
    IncomingOut,
    MessageOfDefinition,
    StepOut,
    StepsOut,
    TaskOfDefinition,
    WholeDefinitionOut,
)
from workflows import connectors, published
from workflows.definitions import main_source
from workflows.forms import schema
from workflows.models import ProcessDefinition, StartSubscription
from workflows.services import instances

router = Router(tags=["definitions"])
BPMN = "application/xml"


@router.get("/client", response=ClientOut, auth=Needs(), summary="Who the token belongs to, and what it may")
def client(request: ApiRequest) -> ClientOut:
    """Any valid token."""
    mine, staff = request.auth.client, request.auth.staff
    return ClientOut(
        key=mine.key,
        name=str(staff),
        scopes=mine.scopes,
        definitions=mine.definitions,
        units=mine.units,
        professions=staff.professions,
        per_minute=mine.per_minute,
        burst=mine.burst,
    )


@router.get("/steps", response=StepsOut, auth=Needs("forlopp:read"), summary="The step catalogue", url_name="steps")
def steps(request: HttpRequest) -> StepsOut:  # noqa: ARG001  what Ninja gives
    """Every operation that a service task can ask a system for, and every message that a system may send."""
    return StepsOut(
        steps=[
            StepOut(
                name=one.name,
                title=one.title,
                system=one.system,
                is_local=one.local,
                params=dict(one.params),
                returns=dict(one.returns),
                errors=dict(one.errors),
                example=dict(one.example),
            )
            for _, one in sorted(connectors.operations().items())
        ],
        messages=[
            IncomingOut(name=one.name, source=one.source, title=one.title, keys=list(one.keys), fields=dict(one.fields))
            for _, one in sorted(connectors.incoming_kinds().items())
        ],
    )


@router.get("/definitions", response=DefinitionsOut, auth=Needs("forlopp:read"), summary="The förlopp one may reach")
def definitions(request: ApiRequest) -> DefinitionsOut:
    """By title, each in the version for all. Where another is tried in an area, those who live there start in it."""
    return DefinitionsOut(definitions=[DefinitionOut(**_out(found)) for found in Reach(request.auth).definitions])


@router.get("/definitions/{slug:key}", response=WholeDefinitionOut, auth=Needs("forlopp:read"), summary="One förlopp")
def definition(request: ApiRequest, key: str) -> WholeDefinitionOut:
    """With its tasks, messages and forms."""
    found = _found(request, key)
    version = version_of(found)
    start = instances.manual_start(version)
    rows = StartSubscription.objects.filter(definition=found, version=shown(found))
    starts = set(rows.values_list("message_name", flat=True))
    return WholeDefinitionOut(
        **_out(found),
        starts_by_hand=start is not None,
        start_form=start if start and version.has_form(start) else None,
        tasks=[
            TaskOfDefinition(
                element_id=one.id,
                name=one.name,
                profession=one.lane,
                form=one.properties.get("formKey") or (one.id if version.has_form(one.id) else None),
            )
            for one in version.definition.elements.values()
            if one.type == "userTask"
        ],
        messages=[
            MessageOfDefinition(name=rule.arrives_as, key=rule.key_name, starts=rule.arrives_as in starts)
            for rule in version.messages.values()
        ],
        forms=forms(version),
    )


@router.get(
    "/definitions/{slug:key}/bpmn",
    auth=Needs("forlopp:read"),
    summary="The diagram of a förlopp",
    openapi_extra={"responses": {200: {"description": "BPMN 2.0", "content": {BPMN: {"schema": {"type": "string"}}}}}},
)
def bpmn(request: ApiRequest, key: str) -> HttpResponse:
    """BPMN 2.0 XML, as it was published."""
    version = version_of(_found(request, key))
    return HttpResponse(main_source(version.config, version.sources), content_type=f"{BPMN}; charset=utf-8")


@router.get(
    "/definitions/{slug:key}/forms/{path:form}",
    response=dict[str, Any],
    auth=Needs("forlopp:read"),
    summary="A form as JSON Schema",
)
def form(request: ApiRequest, key: str, form: str) -> dict[str, Any]:
    """What may be answered: draft 2020-12. `x-checked-by-form` lists what only the form itself can judge."""
    version = version_of(_found(request, key))
    if form not in forms(version):
        raise problems.missing()
    return schema.of_form(version.form(form))


def forms(version: published.Published) -> list[str]:
    """The keys of its forms."""
    return sorted(published.form_key(name) for name in version.sources if "forms/" in name and name.endswith(".json"))


def _found(request: ApiRequest, key: str) -> ProcessDefinition:
    found = Reach(request.auth).definition(key)
    if found is None:
        raise problems.missing()
    return found


def _out(found: ProcessDefinition) -> dict[str, Any]:
    version = shown(found)
    return {
        "key": found.key,
        "title": found.title,
        "version": version.number,
        "published_at": version.published_at,
    }
