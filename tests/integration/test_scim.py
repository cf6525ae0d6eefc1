"""The directory over SCIM 2.0, in the calls that Entra ID and others make."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from api.scim.resources import ENTERPRISE, GROUP, USER
from api.services import clients
from people.identities import configuration
from people.models import Staff
from tests import identity, pages

pytestmark = pytest.mark.django_db
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
RIGHTS = [
    {"group": "Förlopp sjuksköterskor", "profession": "sjukskoterska", "unit": "hemsjukvard_norr"},
    {"group": "Förlopp samordnare", "profession": "samordnare", "unit": "vardsamordning"},
]


def token(*scopes: str) -> str:
    now = timezone.now()
    key = f"katalog-{uuid.uuid4().hex[:6]}"
    wanted = clients.Wanted(key=key, name="Katalogen", scopes=scopes, definitions=["*"])
    return clients.add(wanted=wanted, expires_at=now + timedelta(days=1), now=now)[1]


class Directory:
    """One that calls us, as Entra ID does."""

    def __init__(self, text: str) -> None:
        self.client = Client(headers={"Authorization": f"Bearer {text}"})

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = "" if body is None else json.dumps(body)
        found = self.client.generic(method, f"/scim/v2/{path}", data, content_type="application/scim+json")
        return found.status_code, json.loads(found.content) if found.content else None

    def make(self, name: str = "siri@kommun.se", **more: Any) -> str:
        user = {
            "schemas": [USER, ENTERPRISE],
            "externalId": f"aad-{name}",
            "userName": name,
            "active": True,
            "name": {"givenName": "Siri", "familyName": "Strand (påhittad)", "formatted": "Siri Strand"},
            "emails": [{"primary": True, "type": "work", "value": name}],
            ENTERPRISE: {"employeeNumber": f"SE2321000000-{len(name)}01"},
        }
        status, found = self.call("POST", "Users", user | more)
        assert status == 201, found
        return str(found["id"])

    def group(self, name: str, *members: str) -> str:
        body = {"schemas": [GROUP], "displayName": name, "members": [{"value": one} for one in members]}
        status, found = self.call("POST", "Groups", body)
        assert status == 201, found
        return str(found["id"])

    def patch(self, path: str, *operations: dict[str, Any]) -> tuple[int, Any]:
        return self.call("PATCH", path, {"schemas": [PATCH], "Operations": list(operations)})


@pytest.fixture
def aad() -> Iterator[Directory]:
    identity.house()
    with configuration.told(
        levels={"hsl": "", "sol": ""}, local={"second_factor": False}, directory={"rights": RIGHTS}
    ):
        yield Directory(token("katalog"))


def staff(key: str) -> Staff:
    return Staff.objects.get(public_id=key)


def test_a_user_is_made_found_and_shown(aad: Directory) -> None:
    assert aad.call("GET", 'Users?filter=userName eq "siri@kommun.se"')[1]["totalResults"] == 0
    key = aad.make()
    found = aad.call("GET", 'Users?filter=userName eq "siri@kommun.se"')[1]
    assert (found["totalResults"], found["Resources"][0]["id"]) == (1, key)
    shown = aad.call("GET", f"Users/{key}")[1]
    assert (shown["name"]["givenName"], shown["active"], shown["externalId"]) == ("Siri", True, "aad-siri@kommun.se")
    assert staff(key).hsa_id == "SE2321000000-1401"
    assert not staff(key).has_usable_password()


def test_the_same_user_twice_is_a_conflict(aad: Directory) -> None:
    aad.make()
    status, found = aad.call("POST", "Users", {"userName": "siri@kommun.se", "externalId": "x"})
    assert (status, found["scimType"]) == (409, "uniqueness")


def test_what_entra_changes_with_paths_and_words_for_no(aad: Directory) -> None:
    key = aad.make()
    aad.patch(
        f"Users/{key}",
        {"op": "Replace", "path": "name.familyName", "value": "Ström (påhittad)"},
        {"op": "Add", "path": "title", "value": "Sjuksköterska"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "ny@kommun.se"},
        {"op": "Replace", "path": "preferredLanguage", "value": "sv"},
    )
    found = staff(key)
    assert (found.last_name, found.title, found.email) == ("Ström (påhittad)", "Sjuksköterska", "ny@kommun.se")
    assert aad.patch(f"Users/{key}", {"op": "Replace", "path": "active", "value": "False"})[1]["active"] is False
    assert aad.patch(f"Users/{key}", {"op": "replace", "value": {"active": True}})[1]["active"] is True


def test_members_of_a_group_hold_what_it_gives_until_they_are_not(aad: Directory) -> None:
    key, other = aad.make(), aad.make("bo@kommun.se")
    group = aad.group("Förlopp sjuksköterskor")
    aad.patch(f"Groups/{group}", {"op": "Add", "path": "members", "value": [{"value": key}, {"value": other}]})
    assert (staff(key).professions, staff(other).professions) == (["sjukskoterska"], ["sjukskoterska"])
    aad.patch(f"Groups/{group}", {"op": "Remove", "path": f'members[value eq "{key}"]'})
    assert (staff(key).professions, staff(other).professions) == ([], ["sjukskoterska"])
    aad.patch(f"Groups/{group}", {"op": "Replace", "value": {"members": [{"value": key}]}})
    assert (staff(key).professions, staff(other).professions) == (["sjukskoterska"], [])
    assert aad.call("GET", f"Groups/{group}")[1]["members"] == [{"value": key, "type": "User"}]
    assert "members" not in aad.call("GET", f"Groups/{group}?excludedAttributes=members")[1]
    assert aad.call("DELETE", f"Groups/{group}")[0] == 204
    assert staff(key).professions == []


def test_a_group_that_no_rule_names_gives_nothing(aad: Directory) -> None:
    key = aad.make()
    aad.group("Alla anställda", key)
    assert staff(key).professions == []


def test_who_has_left_is_out_at_the_next_click_and_nobody_is_removed(aad: Directory) -> None:
    key = aad.make()
    aad.group("Förlopp samordnare", key)
    client = pages.logged_in(staff(key))
    assert client.get("/uppgifter/").status_code == 200
    aad.patch(f"Users/{key}", {"op": "Replace", "path": "active", "value": False})
    assert client.get("/uppgifter/").status_code == 302
    assert (staff(key).is_active, staff(key).professions) == (False, [])
    aad.patch(f"Users/{key}", {"op": "Replace", "path": "active", "value": True})
    assert staff(key).professions == ["samordnare"]
    assert aad.call("DELETE", f"Users/{key}")[0] == 204
    assert aad.call("GET", f"Users/{key}")[0] == 404
    assert staff(key).is_active is False
    assert aad.make() == key


def test_without_the_right_or_a_token_there_is_nothing(aad: Directory) -> None:
    key = aad.make()
    for text, status in ((token("forlopp:read"), 404), ("made-up", 401), ("", 401)):
        for method, path in (("GET", "Users"), ("GET", f"Users/{key}"), ("PATCH", f"Users/{key}"), ("POST", "Groups")):
            assert Directory(text).call(method, path, {})[0] == status


def test_what_is_sent_wrong_is_said_in_the_words_of_scim(aad: Directory) -> None:
    key = aad.make()
    bad: list[tuple[str, str, Any, int]] = [
        ("POST", "Users", [], 400),
        ("POST", "Users", {"userName": ""}, 400),
        ("POST", "Groups", {"displayName": "x" * 201}, 400),
        ("PATCH", f"Users/{key}", {"Operations": "x"}, 400),
        ("PATCH", f"Users/{key}", {"Operations": [{"op": "bort"}]}, 400),
        ("GET", 'Users?filter=title co "x"', None, 400),
        ("GET", f"Users/{uuid.uuid4()}", None, 404),
        ("GET", "Bulk", None, 404),
        ("PUT", "Users", {}, 405),
    ]
    for method, path, body, status in bad:
        found = aad.call(method, path, body)
        assert found[0] == status, (method, path, found)
        assert found[1]["status"] == str(status)
    sent = aad.client.post("/scim/v2/Users", "{", content_type="application/scim+json")
    assert sent.status_code == 400
    assert aad.client.post("/scim/v2/Users", {"userName": "x"}).status_code == 415


def test_another_persons_hsa_id_is_a_conflict(aad: Directory) -> None:
    aad.make()
    key = aad.make("eva.ek@kommun.se")
    path = f"{ENTERPRISE}:employeeNumber"
    assert aad.patch(f"Users/{key}", {"op": "Replace", "path": path, "value": "SE2321000000-1401"})[0] == 409


def test_it_says_what_it_can(aad: Directory) -> None:
    assert aad.call("GET", "ServiceProviderConfig")[1]["patch"] == {"supported": True}
