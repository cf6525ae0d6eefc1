"""From what a provider says to what somebody may be here, and what the file of it may say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from people.identities import configuration, mapping
from people.identities.shape import Provider, level_of

BASE = {"kind": "oidc", "title": "SITHS", "issuer": "https://idp.example.se", "client_id": "forlopp"}
UPPDRAG = {"commissionHsaId": "SE1", "commissionName": "Dag", "healthCareUnitName": "Norr"}
WHO = {"given_name": "Siri", "family_name": "Strand (påhittad)", "acr": "http://id.sambi.se/loa/loa3"}


def provider(*rights: dict[str, Any], **more: Any) -> Provider:
    return Provider.model_validate(BASE | {"rights": list(rights)} | more)


def right(profession: str = "sjukskoterska", unit: str = "norr", **when: str) -> dict[str, Any]:
    return {"when": when, "profession": profession, "unit": unit}


@pytest.mark.parametrize("told", [[UPPDRAG], json.dumps([UPPDRAG]), UPPDRAG, json.dumps(UPPDRAG)])
def test_uppdrag_come_as_a_list_as_json_or_alone(told: Any) -> None:
    found = mapping.identity(WHO | {"allCommissions": told}, provider(right(commissionHsaId="SE1")))
    assert [(one.key, one.name, one.unit, one.rights) for one in found.commissions] == [
        ("SE1", "Dag", "Norr", (("sjukskoterska", "norr"),))
    ]
    assert found.level == 3


def test_the_one_that_was_chosen_there_is_told_beside_the_person() -> None:
    found = mapping.identity(WHO | UPPDRAG, provider(right(commissionHsaId="SE1")))
    assert [one.key for one in found.commissions] == ["SE1"]


def test_all_of_a_rule_must_hold_in_the_uppdrag_or_the_person() -> None:
    rules = provider(right(commissionHsaId="SE1", healthcareProfessionalLicense="SJ"))
    licensed = WHO | {"allCommissions": [UPPDRAG], "healthcareProfessionalLicense": ["LK", "SJ"]}
    assert mapping.identity(licensed, rules).commissions
    with pytest.raises(mapping.NothingHere):
        mapping.identity(WHO | {"allCommissions": [UPPDRAG]}, rules)


def test_of_groups_each_unit_is_an_uppdrag() -> None:
    rules = provider(right(groups="a"), right("samordnare", groups="a"), right(unit="soder", groups="b"))
    found = mapping.identity(WHO | {"groups": ["a", "b"]}, rules).commissions
    assert [(one.key, len(one.rights)) for one in found] == [("enhet:norr", 2), ("enhet:soder", 1)]


def test_who_has_no_name_is_refused() -> None:
    with pytest.raises(mapping.Nameless):
        mapping.identity({"groups": "a"}, provider(right(groups="a")))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
)
NAMES = st.sampled_from(["allCommissions", "commissionHsaId", "given_name", "groups", "acr", "employeeHsaId"])


@given(st.dictionaries(NAMES, JSON))
def test_whatever_a_provider_says_somebody_is_known_or_refused(claims: dict[str, Any]) -> None:
    try:
        found = mapping.identity(claims, provider(right(groups="a"), right(commissionHsaId="SE1")))
    except mapping.Refused:
        return
    assert found.commissions
    assert all(one.rights for one in found.commissions)


@pytest.mark.parametrize(
    ("told", "level"),
    [
        ("http://id.sambi.se/loa/loa3", 3),
        ("http://id.elegnamnden.se/loa/1.0/loa4", 4),
        ("http://id.elegnamnden.se/loa/1.0/loa3-uncertified", 0),
        ("urn:example:loa-2", 2),
        ("loa3", 3),
        ("3", 3),
        ("", 0),
        ("loa9", 0),
        ("aloa3", 0),
    ],
)
def test_how_sure_a_log_in_is(told: str, level: int) -> None:
    assert level_of(told) == level


def test_a_provider_may_call_it_otherwise_and_have_a_level_of_its_own() -> None:
    one = provider(levels={"hog": "loa3"}, level="loa2")
    assert [one.level_told(told) for told in ("hog", "lag", "loa4")] == [3, 2, 4]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[levels]\nhsl = 3", "levels.hsl: Ska vara loa1"),
        ("[leveler]\nhsl = 'loa3'", "leveler: Inställningen finns inte."),
        ("[session]\nidle_minutes = 1", "session.idle_minutes: Är för litet."),
        ("[session]\nidle_minutes = 'tio'", "session.idle_minutes: Ska vara ett heltal."),
        ("[providers.siths]\nkind = 'ldap'\ntitle = 'a'", "providers.siths.kind: Ska vara något av"),
        ("[providers.siths]\nkind = 'oidc'\ntitle = 'a'", "providers.siths: En oidc-leverantör behöver issuer"),
        ("[providers.'Å']\nkind = 'oidc'\ntitle = 'a'", "providers.Å: Namnet ska vara små bokstäver"),
        (
            "[providers.s]\nkind='oidc'\ntitle='a'\nclient_id='f'\nissuer='http://idp.example.se'",
            "providers.s.issuer: Ska vara en adress som börjar med https://.",
        ),
        (
            "[providers.s]\nkind='oidc'\ntitle='a'\nclient_id='f'\nissuer='https://i.se'\nclient_secret='hemligt'",
            "providers.s.client_secret: En hemlighet står aldrig i filen.",
        ),
        (
            "[providers.s]\nkind='oidc'\ntitle='a'\nclient_id='f'\nissuer='https://i.se'\nclient_secret={file='/x'}",
            "providers.s.client_secret: Filen med värdet går inte att läsa.",
        ),
        ("[[", "filen: Filen är inte giltig TOML"),
    ],
)
def test_what_is_wrong_in_the_file_is_told_in_swedish(text: str, says: str, tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "sign_in.toml"
    path.write_text(text, encoding="utf-8")
    settings.FORLOPP_SIGN_IN = str(path)
    configuration._read.cache_clear()
    try:
        found = configuration.problems()
    finally:
        configuration._read.cache_clear()
    assert any(one.startswith(says) for one in found), found
    assert "hemligt" not in " ".join(found)


def test_the_file_that_comes_with_the_program_can_be_followed(settings: Settings) -> None:
    settings.FORLOPP_SIGN_IN = str(settings.BASE_DIR / "config" / "sign_in.toml")
    configuration._read.cache_clear()
    try:
        assert configuration.problems() == []
        asked = configuration.get()
    finally:
        configuration._read.cache_clear()
    assert (asked.levels.hsl, asked.levels.sol, asked.local.second_factor) == (3, 2, True)
