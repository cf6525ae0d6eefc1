"""The pages of publishing, in the states that people meet, as examples.py wants them."""

from __future__ import annotations

from typing import Any

from people.models import Staff
from tests import releases
from tests.browser import first


def pages_of(pia: Staff) -> list[tuple[Any, ...]]:
    """Names, addresses and what to do there first."""
    asked, planned, failed = releases.of_each_kind(pia)
    return [
        ("review that waits for an answer", f"/verkstad/{asked.ref}/granska/", first.later_and_some),
        ("publication at a time", f"/verkstad/{planned.ref}/granska/"),
        ("draft that will be published", f"/verkstad/{planned.ref}/"),
        ("publication that could not be made", f"/verkstad/{failed.ref}/granska/"),
        ("trial in an area", "/forlopp/paminnelse/"),
        ("trial in more areas", "/verkstad/galla/paminnelse/1/"),
        ("trial that ends", "/verkstad/tillbaka/paminnelse/1/", first.nothing_chosen),
    ]
