"""Addresses that are looked up once are those that Django would give."""

import uuid

from django.urls import reverse

from web import addresses, jinja


def test_an_address_is_as_django_gives_it() -> None:
    ids = uuid.uuid4(), uuid.uuid4()
    for each in ids:
        assert addresses.url("tasks:task", each) == reverse("tasks:task", args=[each])
    assert addresses.url("tasks:inbox") == reverse("tasks:inbox") == "/uppgifter/"
    assert addresses.url("tasks:start_form", "elva", ids[0]) == reverse("tasks:start_form", args=["elva", ids[0]])
    assert addresses.static("web/forlopp.css") == "/static/web/forlopp.css"


def test_what_stands_the_same_on_every_page_is_written_when_the_template_is_read() -> None:
    source = "{{ url('tasks:inbox') }} {{ static('web/forlopp.css') }} {{ url('tasks:task', id) }} {{ url('no:such') }}"
    made = jinja.loaded().compile(source, raw=True)
    assert "/uppgifter/ /static/web/forlopp.css " in made
    assert "'tasks:task'" in made
    assert "'no:such'" in made
