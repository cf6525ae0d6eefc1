"""Addresses that are looked up once are those that Django would give."""

import uuid

from django.urls import reverse, set_script_prefix

from web import addresses


def test_an_address_is_as_django_gives_it() -> None:
    ids = uuid.uuid4(), uuid.uuid4()
    for each in ids:
        assert addresses.url("tasks:task", each) == reverse("tasks:task", args=[each])
    assert addresses.url("tasks:inbox") == reverse("tasks:inbox") == "/uppgifter/"
    assert addresses.url("tasks:start_form", "elva", ids[0]) == reverse("tasks:start_form", args=["elva", ids[0]])
    assert addresses.static("web/forlopp.css") == "/static/web/forlopp.css"


def test_a_product_that_lies_under_a_path_has_addresses_of_its_own() -> None:
    try:
        set_script_prefix("/vard/")
        assert addresses.url("tasks:inbox") == "/vard/uppgifter/"
    finally:
        set_script_prefix("/")
    assert addresses.url("tasks:inbox") == "/uppgifter/"
