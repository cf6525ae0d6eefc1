"""What one test leaves in the database the next does not find."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import TransactionTestCase
from django.utils import timezone

from people.models import AccessLog, Individual, Staff
from people.services import access
from tests import databases, pages
from workflows.models import ProcessInstance

pytestmark = pytest.mark.django_db(transaction=True)


def test_all_that_a_test_has_made_is_gone_and_what_came_with_the_migrations_is_there() -> None:
    anna, berit, permissions = pages.staff("anna", "samordnare"), pages.person(), Permission.objects.count()
    pages.publish()
    pages.start(berit, anna)
    access.record(staff=anna, individual=berit, action="read", object_type="task", object_id="42", now=timezone.now())
    databases.empty(TransactionTestCase())
    with connection.cursor() as cursor:
        cursor.execute(databases._with_rows())
        assert cursor.fetchall() == []
    assert [one.objects.count() for one in (Staff, Individual, ProcessInstance, AccessLog)] == [0, 0, 0, 0]
    assert Permission.objects.count() == permissions > 0


def test_what_the_database_refuses_it_refuses_after_it_has_been_emptied() -> None:
    databases.empty(TransactionTestCase())
    with connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role" if connection.vendor == "postgresql" else "PRAGMA foreign_keys")
        assert cursor.fetchone()[0] in {"origin", 1}
