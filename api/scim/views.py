"""The addresses of SCIM; a token with the right katalog, and what is not there is answered as what may not be seen."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from api.problems import Problem, parsed
from api.scim import resources
from api.scim.resources import Unfit
from api.services import clients
from people.models import DirectoryEntry, DirectoryGroup, Staff
from people.services import directory, groups
from people.services.directory import TakenByAnother

SCOPE = "katalog"
SOURCE = "scim"
MOST = 200
MEDIA = "application/scim+json"
FILTER = re.compile(r'(userName|externalId|displayName)\s+eq\s+"([^"]*)"', re.IGNORECASE)
FIELDS = {"username": "staff__username", "externalid": "external_id"}


class Refused(Exception):
    """With a status and words for the directory's people."""

    def __init__(self, status: int, says: str, kind: str = "") -> None:
        super().__init__(says)
        self.status, self.says, self.kind = status, says, kind


def edge(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Who calls, what is sent, and how what is wrong is answered."""

    @wraps(view)
    def guarded(request: HttpRequest, *words: Any, **named: Any) -> HttpResponse:
        try:
            return view(request, _caller(request), *words, **named)
        except Refused as refused:
            return _error(refused.status, refused.says, refused.kind)
        except Unfit as unfit:
            return _error(400, str(unfit), "invalidValue")
        except TakenByAnother:
            return _error(409, "The HSA-id or userName belongs to somebody else.", "uniqueness")
        except Problem:
            return _error(400, "The body is not JSON that can be kept.", "invalidSyntax")

    return guarded


@edge
def users(request: HttpRequest, by: Staff) -> HttpResponse:
    """List and find; make."""
    if request.method == "POST":
        known = resources.told(_body(request))
        if _entries().filter(staff__username=known.get("username")).exists():
            raise Refused(409, "There is a user with that userName.", "uniqueness")
        somebody = resources.somebody(known, frozenset())
        staff, _ = directory.follow(source=SOURCE, told=somebody, by=by, now=timezone.now())
        return _answer(resources.user(_entries().get(staff=staff), _base(request)), 201)
    _only(request, "GET")
    rows = _entries().order_by("pk")
    if wanted := _filter(request):
        rows = rows.filter(**{FIELDS.get(wanted[0], "pk__isnull"): wanted[1] if wanted[0] in FIELDS else True})
    return _listed(request, rows, lambda entry: resources.user(entry, _base(request)))


@edge
def user(request: HttpRequest, by: Staff, key: uuid.UUID) -> HttpResponse:
    """Show, replace, change; remove closes the account and keeps who it was."""
    entry = _entries().filter(staff__public_id=key).first()
    if entry is None:
        raise Refused(404, "There is no such user.")
    now = timezone.now()
    if request.method == "DELETE":
        directory.leave(source=SOURCE, external_id=entry.external_id, by=by, now=now)
        return HttpResponse(status=204)
    if request.method in ("PUT", "PATCH"):
        sent = _body(request)
        known = resources.told(sent) if request.method == "PUT" else resources.patched(sent)
        # Its ids are what we know it by: they stay.
        known = resources.kept(entry) | known | {"external_id": entry.external_id, "username": entry.staff.username}
        told = resources.somebody(known, groups.rights(entry.staff))
        directory.follow(source=SOURCE, told=told, by=by, now=now)
        entry = _entries().get(pk=entry.pk)
    else:
        _only(request, "GET")
    return _answer(resources.user(entry, _base(request)))


@edge
def all_groups(request: HttpRequest, by: Staff) -> HttpResponse:
    if request.method == "POST":
        sent = _body(request)
        name = resources.name_of_group(sent)
        if DirectoryGroup.objects.filter(name=name).exists():
            raise Refused(409, "There is a group with that displayName.", "uniqueness")
        made = groups.make(name=name, external_id=str(sent.get("externalId") or "")[:200])
        groups.change(group=made, what="add", keys=resources.ids(sent.get("members") or []), by=by, now=timezone.now())
        return _answer(resources.group(made, _base(request), with_members=True), 201)
    _only(request, "GET")
    rows = DirectoryGroup.objects.order_by("pk")
    if wanted := _filter(request):
        field = {"displayname": "name", "externalid": "external_id"}.get(wanted[0])
        rows = rows.filter(**{field: wanted[1]}) if field else rows.none()
    shows = "members" not in request.GET.get("excludedAttributes", "")
    return _listed(request, rows, lambda one: resources.group(one, _base(request), with_members=shows))


@edge
def group(request: HttpRequest, by: Staff, key: uuid.UUID) -> HttpResponse:
    found = DirectoryGroup.objects.filter(public_id=key).first()
    if found is None:
        raise Refused(404, "There is no such group.")
    now = timezone.now()
    if request.method == "DELETE":
        groups.remove(group=found, by=by, now=now)
        return HttpResponse(status=204)
    if request.method == "PUT":
        keys = resources.ids(_body(request).get("members") or [])
        groups.change(group=found, what="replace", keys=keys, by=by, now=now)
    elif request.method == "PATCH":
        for what, keys in resources.members(_body(request)):
            groups.change(group=found, what=what, keys=keys, by=by, now=now)
    else:
        _only(request, "GET")
    shows = "members" not in request.GET.get("excludedAttributes", "")
    return _answer(resources.group(found, _base(request), with_members=shows))


@edge
def about(_request: HttpRequest, _by: Staff) -> HttpResponse:
    """What of SCIM there is."""
    no = {"supported": False}
    return _answer(
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": {"supported": True},
            "bulk": no | {"maxOperations": 0, "maxPayloadSize": 0},
            "filter": {"supported": True, "maxResults": MOST},
            "changePassword": no,
            "sort": no,
            "etag": no,
            "authenticationSchemes": [
                {
                    "type": "oauthbearertoken",
                    "name": "Token",
                    "description": "A token of an API client with the right katalog.",
                }
            ],
        }
    )


@edge
def missing(_request: HttpRequest, _by: Staff) -> HttpResponse:
    raise Refused(404, "There is nothing here.")


def _caller(request: HttpRequest) -> Staff:
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    now = timezone.now()
    caller = clients.known(text.strip(), now=now) if kind.lower() == "bearer" else None
    if caller is None:
        raise Refused(401, "The token is missing, wrong or old.")
    try:
        clients.pace(caller.client, now=now)
    except clients.TooFast as fast:
        raise Refused(429, f"Too many calls; wait {int(fast.seconds) + 1} seconds.") from None
    if not caller.may(SCOPE):
        raise Refused(404, "There is nothing here.")
    return caller.staff


def _entries() -> Any:
    return DirectoryEntry.objects.select_related("staff").filter(source=SOURCE, removed_at=None)


def _filter(request: HttpRequest) -> tuple[str, str] | None:
    told = request.GET.get("filter", "").strip()
    if not told:
        return None
    found = FILTER.fullmatch(told)
    if found is None:
        raise Refused(400, "Only userName, externalId or displayName eq can be asked for.", "invalidFilter")
    return found[1].casefold(), found[2]


def _listed(request: HttpRequest, rows: Any, shown: Callable[[Any], dict[str, Any]]) -> HttpResponse:
    first = max(1, _whole(request.GET.get("startIndex"), 1))
    count = min(MOST, max(0, _whole(request.GET.get("count"), 100)))
    found = [shown(one) for one in rows[first - 1 : first - 1 + count]]
    told = {"schemas": [resources.LIST], "totalResults": rows.count(), "startIndex": first, "itemsPerPage": len(found)}
    return _answer({**told, "Resources": found})


def _whole(told: str | None, default: int) -> int:
    return int(told) if told and told.isdecimal() and len(told) < 10 else default


def _body(request: HttpRequest) -> Any:
    if request.content_type not in (MEDIA, "application/json"):
        raise Refused(415, f"Send {MEDIA}.")
    return parsed(request.body)


def _only(request: HttpRequest, method: str) -> None:
    if request.method != method:
        raise Refused(405, "That cannot be done here.")


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/scim/v2")


def _answer(told: dict[str, Any], status: int = 200) -> HttpResponse:
    return JsonResponse(told, status=status, content_type=MEDIA)


def _error(status: int, says: str, kind: str = "") -> HttpResponse:
    told = {"schemas": [resources.ERROR], "status": str(status), "detail": says} | ({"scimType": kind} if kind else {})
    answer = _answer(told, status)
    if status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer
