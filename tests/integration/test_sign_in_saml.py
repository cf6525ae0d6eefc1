"""Signing in by a real SAML identity provider; and answers that somebody has been at, which let nobody in (row 92)."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.utils import timezone
from lxml import etree
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from people.identities import configuration
from people.models import Assignment, Staff, StaffSession
from tests import identity, pages, saml
from tests.saml import Saml

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database,
    pytest.mark.skipif(bool(saml.MISSING), reason=saml.MISSING or ""),
]
A, P, D = (
    "{urn:oasis:names:tc:SAML:2.0:assertion}",
    "{urn:oasis:names:tc:SAML:2.0:protocol}",
    "{http://www.w3.org/2000/09/xmldsig#}",
)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Saml]:
    with saml.running(tmp_path_factory.mktemp("idp")) as found:
        yield found


@pytest.fixture
def idp(running: Saml, client: Client) -> Iterator[Saml]:
    identity.house()
    with configuration.told(**saml.told(running.metadata)):
        running.meets(client)
        running.knows("siri", saml.siri())
        yield running


def test_who_comes_for_the_first_time_is_made_with_what_their_uppdrag_gives(idp: Saml, client: Client) -> None:
    answer = idp.log_in(client, "siri")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    staff = identity.who(client)
    assert staff is not None
    assert (staff.first_name, staff.last_name, staff.hsa_id) == ("Siri", "Strand (påhittad)", "SE2321000000-9001")
    assert Assignment.objects.get(staff=staff).commission == identity.SITHS
    row = StaffSession.objects.get(session_key=client.session.session_key)
    assert (row.level, row.commission) == (3, identity.SITHS)
    link = SocialAccount.objects.get()
    assert (link.provider, link.uid, link.extra_data) == ("kort", "SE2321000000-9001", {})


def test_who_comes_again_is_the_same(idp: Saml, client: Client) -> None:
    idp.log_in(client, "siri")
    other = Client()
    idp.log_in(other, "siri")
    assert identity.who(client) == identity.who(other) is not None


def test_a_weak_log_in_is_refused_with_what_to_do(idp: Saml, client: Client) -> None:
    idp.knows("svag", saml.siri() | {"acr": identity.LOA2})
    answer = idp.log_in(client, "svag")
    assert answer.status_code == 403
    assert "Logga in med SITHS" in pages.text(answer)


def test_who_has_no_uppdrag_here_is_refused(idp: Saml, client: Client) -> None:
    idp.knows("annan", saml.siri(**{saml.COMMISSION: ["SE2321000000-1XYZ"]}))
    assert idp.log_in(client, "annan").status_code == 403
    assert not Staff.objects.exists()


def refused(client: Client, answer: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    found = saml.post(client, answer)
    assert found.status_code == 401
    assert "Inloggningen kunde inte godkännas" in pages.text(found)
    assert identity.who(client) is None
    assert not Staff.objects.exists()
    for word in ("Siri", "Strand", "9001", "Mallory"):
        assert word not in caplog.text


def _text(xml: str, old: str, new: str) -> str:
    assert old in xml
    return xml.replace(old, new)


def _wrapped(place: Callable[[etree._Element, etree._Element, etree._Element], None]) -> Callable[[str], str]:
    """A forged assertion, and the signed one where somebody hopes that only the signature is looked for."""

    def change(xml: str) -> str:
        root = etree.fromstring(xml.encode())
        signed = root.find(f"{A}Assertion")
        assert signed is not None
        forged = copy.deepcopy(signed)
        forged.set("ID", "forged")
        signature = forged.find(f"{D}Signature")
        assert signature is not None
        forged.remove(signature)
        for value in forged.iter(f"{A}AttributeValue"):
            value.text = (value.text or "").replace("9001", "6666").replace("Siri", "Mallory")
        own = root.find(f"{D}Signature")
        if own is not None:
            root.remove(own)
        place(root, signed, forged)
        return etree.tostring(root).decode()

    return change


def _before(root: etree._Element, signed: etree._Element, forged: etree._Element) -> None:
    signed.addprevious(forged)


def _after(root: etree._Element, signed: etree._Element, forged: etree._Element) -> None:
    signed.addnext(forged)


def _in_extensions(root: etree._Element, signed: etree._Element, forged: etree._Element) -> None:
    root.replace(signed, forged)
    extensions = etree.Element(f"{P}Extensions")
    extensions.append(signed)
    root.insert(1, extensions)


def _around(root: etree._Element, signed: etree._Element, forged: etree._Element) -> None:
    root.replace(signed, forged)
    forged.append(signed)


def _in_object(root: etree._Element, signed: etree._Element, forged: etree._Element) -> None:
    own = signed.find(f"{D}Signature")
    assert own is not None
    signature = copy.deepcopy(own)
    root.replace(signed, forged)
    box = etree.SubElement(signature, f"{D}Object")
    box.append(signed)
    forged.insert(1, signature)


def _same_id(root: etree._Element, signed: etree._Element, forged: etree._Element) -> None:
    forged.set("ID", signed.get("ID", ""))
    signed.addprevious(forged)


def _unsigned(xml: str) -> str:
    root = etree.fromstring(xml.encode())
    for signature in list(root.iter(f"{D}Signature")):
        parent = signature.getparent()
        assert parent is not None
        parent.remove(signature)
    return etree.tostring(root).decode()


def _by_another(xml: str, folder: Path) -> str:
    key, certificate = saml.pair(folder)
    root = etree.fromstring(_unsigned(xml).encode())
    assertion = root.find(f"{A}Assertion")
    assert assertion is not None
    made = OneLogin_Saml2_Utils.add_sign(etree.tostring(assertion), key, certificate)
    root.replace(assertion, etree.fromstring(made))
    return etree.tostring(root).decode()


CHANGES: dict[str, Callable[[str], str]] = {
    "another person": lambda xml: _text(xml, "SE2321000000-9001", "SE2321000000-6666"),
    "another NameID": lambda xml: _text(xml, "siri-at-the-provider", "chef-at-the-provider"),
    "another level": lambda xml: _text(xml, "loa/loa3", "loa/loa4"),
    "no signature": _unsigned,
    "a document type": lambda xml: f'<!DOCTYPE r [<!ENTITY x "9001">]>{xml.partition("?>")[2] or xml}',
    "forged before": _wrapped(_before),
    "forged after": _wrapped(_after),
    "signed in the extensions": _wrapped(_in_extensions),
    "signed within the forged": _wrapped(_around),
    "signed within the signature": _wrapped(_in_object),
    "both by one name": _wrapped(_same_id),
    "not XML": lambda _xml: "hej",
    "empty": lambda _xml: "",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_an_answer_that_somebody_has_been_at(
    change: Callable[[str], str], idp: Saml, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    refused(client, saml.changed(idp.answer(client, "siri"), change), caplog)


def test_a_comment_which_no_signature_covers_makes_nobody_another(idp: Saml, client: Client) -> None:
    answer = idp.answer(client, "siri")
    saml.post(client, saml.changed(answer, lambda xml: _text(xml, "SE2321000000-9001", "SE2321000000-9<!-- -->001")))
    staff = identity.who(client)
    assert staff is None or staff.hsa_id == "SE2321000000-9001"
    assert set(SocialAccount.objects.values_list("uid", flat=True)) <= {"SE2321000000-9001"}


def test_signed_by_another(idp: Saml, client: Client, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    refused(client, saml.changed(idp.answer(client, "siri"), lambda xml: _by_another(xml, tmp_path)), caplog)


def test_signed_as_nobody_signs_any_more(idp: Saml, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    idp.knows("gammal", saml.siri() | {"is_old": True})
    refused(client, idp.answer(client, "gammal"), caplog)


def test_an_answer_twice_lets_in_once(idp: Saml, client: Client) -> None:
    answer = idp.answer(client, "siri")
    assert saml.post(client, answer).status_code == 302
    assert saml.post(client, answer).status_code == 401


def test_an_answer_that_another_browser_asked_for(idp: Saml, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    answer = idp.answer(client, "siri")
    refused(Client(), answer, caplog)


def test_an_old_answer(idp: Saml, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    answer = idp.answer(client, "siri")
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        refused(client, answer, caplog)


def test_an_answer_for_another_service(idp: Saml, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    answer = idp.answer(client, "siri")
    with configuration.told(**saml.told(idp.metadata, entity_id="https://journal.example.se")):
        refused(client, answer, caplog)


def test_what_is_no_answer_at_all(idp: Saml, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    refused(client, {"SAMLResponse": "%%%"}, caplog)
    refused(client, {}, caplog)
    assert client.get(saml.POSTED).status_code == 405
    assert client.post("/logga-in/saml/annan/svar/").status_code == 404


def test_asked_to_sign_in_again_it_is_asked_and_a_new_log_in_is_enough(idp: Saml, client: Client) -> None:
    asked = client.get(f"{saml.BEGIN}?igen=1").headers["Location"]
    packed = re.search(r"SAMLRequest=([^&]+)", asked)
    assert packed is not None
    assert b'ForceAuthn="true"' in OneLogin_Saml2_Utils.decode_base64_and_inflate(unquote(packed[1]))
    assert saml.post(client, idp.answer(client, "siri", begin=f"{saml.BEGIN}?igen=1")).status_code == 302


def test_an_old_log_in_there_is_not_a_new_one(idp: Saml, client: Client, caplog: pytest.LogCaptureFixture) -> None:
    answer = idp.answer(client, "siri", begin=f"{saml.BEGIN}?igen=1")
    with time_machine.travel(timezone.now() + timedelta(minutes=7)):
        refused(client, answer, caplog)


def test_requests_are_signed_where_we_have_a_key(idp: Saml, client: Client, tmp_path: Path) -> None:
    saml.pair(tmp_path)
    files = {"private_key": tmp_path / "key.pem", "certificate": tmp_path / "cert.pem"}
    keys = {name: {"file": str(path)} for name, path in files.items()}
    with configuration.told(**saml.told(idp.metadata, **keys)):
        assert "Signature=" in client.get(saml.BEGIN).headers["Location"]
        assert b"KeyDescriptor" in client.get(saml.METADATA).content
