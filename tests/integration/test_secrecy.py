"""What is encrypted is read by the program alone, by keys that change while everybody works; a lost key is told."""

from __future__ import annotations

import io
import json
import uuid
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from config import doctor, rotating
from integrations.models import Batch, BatchContent
from people.models import Individual, Staff
from people.signin.factors import FactorAdapter, _earlier
from tasks.services import drafts
from tests import forlopp, notis, pages
from web import secrecy
from workflows.models import InboxMessage, UserTask
from workflows.services import inbox

pytestmark = pytest.mark.django_db
WORDS = ("Kvastgatan", "070-174", "yrselanfall", "196101182803", "Hej! Vi kommer", "B-raden", "JBSWY3DPEHPK3PXP")


@pytest.fixture(autouse=True)
def apart(settings: Settings, tmp_path: Any) -> None:
    settings.FORLOPP_VAR = tmp_path


@pytest.fixture
def kept(task: UserTask, anna: Staff, berit: Individual) -> None:
    """Something in every column that is encrypted."""
    Individual.objects.filter(pk=berit.pk).update(street_address="Kvastgatan 7", phone="070-174 06 10")
    drafts.save(
        task=task, written={"b": "yrselanfall", "a": ["x"]}, by=anna, page=uuid.uuid4(), number=1, seen=None,
        now=timezone.now(),
    )  # fmt: skip
    forlopp.publish()
    inbox.receive(source="prov", message_id="1", raw=forlopp.message("borja", svar="yrselanfall"), now=timezone.now())
    row = InboxMessage.objects.get()
    row.corrections.create(number=1, raw=b"yrselanfall", reason="fel", by=anna, at=timezone.now())
    batch = Batch.objects.create(system="hemtjanst", name="a.csv", seen_at=timezone.now())
    BatchContent.objects.create(batch=batch, raw=b"B-raden", report=b"B-raden")
    notis.dispatch(berit)
    TOTP.activate(anna, "JBSWY3DPEHPK3PXP")


def lying() -> str:
    """Every column that is encrypted, as who reads the database sees it."""
    told = []
    columns = {model._meta.db_table: [field.column for field in fields] for model, fields in secrecy.columns()}
    with connection.cursor() as cursor:
        for table, names in (columns | {Authenticator._meta.db_table: ["data"]}).items():
            cursor.execute(f"SELECT {', '.join(names)} FROM {connection.ops.quote_name(table)}")  # noqa: S608
            told += [bytes(one) if isinstance(one, memoryview) else one for row in cursor.fetchall() for one in row]
    return " ".join(one.decode("utf-8", "replace") if isinstance(one, bytes) else str(one) for one in told)


def read() -> list[Any]:
    """All that is encrypted, as the program reads it."""
    found: list[Any] = []
    for model, fields in secrecy.columns():
        rows = model._default_manager.order_by("pk").values_list(*(field.attname for field in fields))
        found += [bytes(one) if isinstance(one, memoryview) else one for row in rows for one in row]
    found.append(TOTP(Authenticator.objects.get(type="totp")).validate_code("000000"))
    return found


def told_by_doctor() -> list[tuple[str, str]]:
    return [(finding.verdict, finding.says) for finding in doctor.encryption()]


@pytest.mark.usefixtures("kept")
def test_nothing_of_it_can_be_read_in_the_database_and_all_of_it_by_the_program(anna: Staff) -> None:
    there = lying()
    assert [word for word in WORDS if word in there] == []
    assert there.count("enc:1:prov:") >= 9
    found = read()
    assert "Kvastgatan 7" in found
    assert {"b": "yrselanfall", "a": ["x"]} in found
    assert [*next(one for one in found if isinstance(one, dict))] == ["b", "a"]
    assert told_by_doctor() == [("ok", "1 nyckel; det som ska vara krypterat är det med prov")]


@pytest.mark.usefixtures("kept")
def test_another_key_takes_over_row_by_row_and_the_former_is_needed_no_more(settings: Settings) -> None:
    before, old = read(), settings.FORLOPP_DATA_KEYS
    settings.FORLOPP_DATA_KEYS = f"{secrecy.new_key('ny')},{old}"
    assert read() == before
    assert told_by_doctor()[0][0] == "warning"
    said = io.StringIO()
    call_command("rotate_keys", stdout=said)
    assert "rader krypterades med nyckeln ny" in said.getvalue()
    settings.FORLOPP_DATA_KEYS = settings.FORLOPP_DATA_KEYS.split(",")[0]
    assert read() == before
    assert "enc:1:prov:" not in lying()
    assert told_by_doctor()[0][0] == "ok"
    assert rotating.rotate(tell=lambda *_: None) == 0


@pytest.mark.usefixtures("kept")
def test_what_lay_open_before_an_upgrade_is_read_and_then_encrypted(berit: Individual) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE people_individual SET street_address = 'Kvastgatan 7' WHERE id = %s", [berit.pk])
        cursor.execute("UPDATE workflows_inboxmessage SET raw = %s", [b'{"a": "yrselanfall"}'])
        cursor.execute("UPDATE tasks_draft SET written = %s", [json.dumps({"a": "yrselanfall"})])
    Authenticator.objects.update(data={"secret": _earlier().encrypt(b"JBSWY3DPEHPK3PXP").decode()})
    assert Individual.objects.get(pk=berit.pk).street_address == "Kvastgatan 7"
    assert bytes(InboxMessage.objects.get().raw) == b'{"a": "yrselanfall"}'
    assert FactorAdapter().decrypt(Authenticator.objects.get().data["secret"]) == "JBSWY3DPEHPK3PXP"
    assert any("okrypterat" in says for _, says in told_by_doctor())
    assert rotating.rotate(tell=lambda *_: None) == 4
    assert [word for word in WORDS if word in lying()] == []
    assert FactorAdapter().decrypt(Authenticator.objects.get().data["secret"]) == "JBSWY3DPEHPK3PXP"


def test_what_was_stopped_goes_on_where_it_was(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rotating, "BATCH", 2)
    for number in ("193805142381", "193902282387", "196101182803", "194001232380"):
        pages.person(number)
    settings.FORLOPP_DATA_KEYS = f"{secrecy.new_key('ny')},{settings.FORLOPP_DATA_KEYS}"
    heard: list[int] = []

    def stop(_table: str, so_far: int) -> None:
        heard.append(so_far)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotating.rotate(tell=stop)
    assert heard == [2]
    assert rotating.rotate(tell=lambda *_: None) == 2
    assert lying().count("enc:1:ny:") == 4


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("name", ["ny", "prov"])
def test_a_lost_key_is_told_by_name_and_nothing_is_written_over(settings: Settings, name: str) -> None:
    """Or one of the same name with another content."""
    before, settings.FORLOPP_DATA_KEYS = lying(), f"{name}:{Fernet.generate_key().decode()}"
    [(verdict, says)] = told_by_doctor()
    assert verdict == "error"
    assert "nyckeln prov" in says
    with pytest.raises(CommandError, match="Nyckeln prov saknas"):
        call_command("rotate_keys")
    assert lying() == before


@pytest.mark.parametrize("told", ["", "a", "a:kort", f"a:{'x' * 43}=,a:{'y' * 43}=", "A B:x"])
def test_keys_that_cannot_be_read_are_told_without_being_shown(settings: Settings, told: str) -> None:
    settings.FORLOPP_DATA_KEYS = told
    [(verdict, says)] = told_by_doctor()
    assert (verdict, "FORLOPP_DATA_KEYS" in says) == ("error", True)
    assert "xxx" not in says


def test_what_is_encrypted_is_not_searched_for_by_mistake(berit: Individual) -> None:
    with pytest.raises(FieldError):
        Individual.objects.filter(street_address="Provgatan 1").exists()
    with pytest.raises(FieldError):
        Individual.objects.filter(street_address__contains="Prov").exists()
    assert Individual.objects.exclude(street_address="").exists()


def test_a_new_key_is_made_to_be_put_first() -> None:
    said = io.StringIO()
    call_command("rotate_keys", new="b2027", stdout=said)
    assert secrecy.read(said.getvalue().strip()).first == "b2027"
