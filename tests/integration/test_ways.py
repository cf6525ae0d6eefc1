"""Which ways ärenden go is counted as it happens and shown of no fewer than five; what was led past them is told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from followup.models import Tally, Trail, Variant, VariantCount, What
from followup.services import counting, ways
from people.models import Individual, Staff
from tests import pages
from tests.integration.test_flow_counting import HOUR, NOW, begin, count_all, do, publish
from tests.integration.test_flow_page import show, went
from workflows.models import UserTask
from workflows.services import instances, mending, timers

pytestmark = pytest.mark.django_db
PAGE, OFF = "/uppfoljning/prov/vagar/", "/uppfoljning/prov/avvikelser/"


@pytest.fixture
def client() -> Client:
    return pages.logged_in(pages.staff("pia", "processagare"))


def test_each_way_has_its_number_share_and_time_and_is_drawn(client: Client, anna: Staff, berit: Individual) -> None:
    publish()
    for _ in range(6):
        went(berit, anna, "ja", "")
    for _ in range(5):
        went(berit, anna, "ja")
    count_all()
    page = show(client, PAGE)
    assert '<td class="num">100 %</td><td class="num">6</td><td class="num">13 timmar</td>' in page
    (ended,) = Variant.objects.all()
    under_way = Trail.objects.values_list("digest", flat=True).distinct().get()
    assert Variant.objects.get().steps.keys() == {"s", "u1", "x1", "u2", "end_a"}
    shown = show(client, f"{PAGE}{ended.digest}/")
    assert "<li>Ring hem" in shown
    assert "<li>Besök" in shown
    assert "<dt>Ärenden</dt><dd>6</dd>" in shown
    assert "<dt>Pågått, median</dt>" in show(client, f"{PAGE}{under_way}/")
    assert "Berit" not in page + shown


def test_a_way_that_few_have_gone_is_told_to_those_only_who_may_see_them(
    client: Client, anna: Staff, berit: Individual
) -> None:
    publish()
    for answers in [("ja", "")] * 8:
        went(berit, anna, *answers)
    rare = went(berit, anna, "ja")
    instances.cancel(instance=rare, by=anna, reason="Fel.", now=timezone.now())
    count_all()
    page = show(client, PAGE)
    assert "Väg 1" not in page  # of eight and one: one would be told by subtraction
    assert "Alla andra vägar" in page
    assert "Avbrutet av en person" not in page
    digest = Variant.objects.get(outcome="a").digest
    assert client.get(f"{PAGE}{digest}/").status_code == 404
    pages.join(anna, "enhetschef")
    head = pages.logged_in(anna)
    assert "Avbrutet av en person" in show(head, PAGE)
    assert head.get(f"{PAGE}{digest}/").status_code == 200


def test_what_a_person_did_past_the_diagram_is_counted_once_of_an_arende(anna: Staff, berit: Individual) -> None:
    publish()
    for _ in range(2):
        moved = begin(berit, anna)
        for target in ("u2", "u1"):
            place = moved.user_tasks.get(state="open")
            mending.move(
                instance=moved, task_id=place.engine_task_id, target=target, reason="Fel väg.", by=anna, now=NOW
            )
        do(moved, "ja", anna, NOW + timedelta(hours=1))
        do(moved, "", anna, NOW + timedelta(hours=2))
    count_all(limit=3)
    (way,) = VariantCount.objects.all()
    assert (way.count, way.is_off, way.is_late) == (2, True, False)
    rows = Tally.objects.filter(is_month=False, what=What.MOVED).values_list("element_id", "count")
    assert sorted(rows) == [("u1", 2), ("u2", 2)]


def test_what_the_diagram_did_not_foresee_is_told_by_step_and_of_no_fewer_than_five(
    client: Client, anna: Staff, berit: Individual
) -> None:
    publish()
    at = timezone.now() - timedelta(days=10)
    for number in range(16):
        instance = begin(berit, anna, at)
        if number < 6:
            UserTask.objects.filter(instance=instance).update(due_at=at)
        if number in (0, 6, 7, 8, 9, 10):
            key = instance.user_tasks.get(state="open").engine_task_id
            mending.skip(instance=instance, task_id=key, reason="Gjort.", by=anna, now=at + HOUR)
        else:
            do(instance, "nej", anna, at + HOUR)
        if number == 0:
            instances.cancel(instance=instance, by=anna, reason="Fel.", now=at + HOUR)
        else:
            timers.fire(instance_id=instance.pk, now=at + timedelta(days=4))
    count_all()
    page = show(client, OFF)
    assert '<th scope="row">Hoppades över</th><td>Ring hem<br><span class="soft">Samordnare</span></td>' in page
    assert '<td class="num">6</td> </tr>' in page.replace("</td></tr>", "</td> </tr>")
    assert '<th scope="row">Avbröts av en person</th><td>Hela ärendet</td><td class="num">färre än 5</td>' in page
    assert "<dt>Gick som diagrammet säger</dt><dd>62 %</dd>" in page
    assert '<td class="num">5</td><td class="num">10</td><td class="num">50 %</td>' in page
    assert "Berit" not in page


def test_those_that_began_before_anybody_followed_them_are_followed_from_their_beginning(
    anna: Staff, berit: Individual
) -> None:
    publish()
    old, over = begin(berit, anna), begin(berit, anna)
    do(old, "ja", anna, NOW)
    do(over, "ja", anna, NOW)
    do(over, "", anna, NOW)
    count_all()
    Trail.objects.all().delete()
    Variant.objects.all().delete()
    do(old, "", anna, NOW)
    count_all()
    assert Variant.objects.get().steps.keys() == {"s", "u1", "x1", "u2", "end_a"}
    assert VariantCount.objects.get().count == 1


def test_ways_that_are_too_many_are_counted_together(
    anna: Staff, berit: Individual, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "MOST", 1)
    publish()
    for answers in (("ja", ""), ("ja", ""), ("ja",), ()):
        instance = went(berit, anna, *answers)
        if len(answers) < 2:
            instances.cancel(instance=instance, by=anna, reason="Fel.", now=timezone.now())
    count_all()
    found = VariantCount.objects.values_list("variant__digest", "count")
    assert sorted(count for digest, count in found if not digest) in ([2], [1, 1])
    assert sorted(count for digest, count in found if digest) == [2]


def test_the_pages_cost_the_same_however_much_has_happened(client: Client, anna: Staff, berit: Individual) -> None:
    publish()
    for _ in range(5):
        went(berit, anna, "ja", "")
        went(berit, anna, "ja")
    count_all()
    digest = Variant.objects.get().digest
    addresses = (PAGE, f"{PAGE}{digest}/", OFF)
    few = [_asked(client, one) for one in addresses]
    for _ in range(10):
        went(berit, anna, "ja", "")
        went(berit, anna, "ja")
    count_all()
    assert [_asked(client, one) for one in addresses] == few
    assert counting.run_waiting(now=timezone.now()) is False


def _asked(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    assert not any("historyentry" in query["sql"] for query in asked)
    return len(asked)


def test_odd_addresses_are_answered(client: Client, anna: Staff, berit: Individual) -> None:
    publish()
    for odd in ("?version=999999&manader=x", "?fran=9999-99&till=0000-00", "?del=finns-inte"):
        assert [client.get(f"{one}{odd}").status_code for one in (PAGE, OFF)] == [200, 200]
    assert client.get(f"{PAGE}finns_inte/").status_code == 404
    nurse = pages.logged_in(pages.staff("siri", "sjukskoterska"))
    assert [nurse.get(one).status_code for one in (PAGE, OFF, f"{PAGE}x/")] == [404] * 3
