"""The pages of follow-up, of what has been counted of the ärenden that the walk has made; addresses by name."""

from __future__ import annotations

from django.utils import timezone

from followup.models import Trail
from followup.services import counting

COURSE = "/uppfoljning/hembesok/"


def addresses() -> dict[str, str]:
    while counting.run_waiting(now=timezone.now()):
        pass
    way = Trail.objects.filter(version__definition__key="hembesok").order_by("pk")[0].digest
    return {
        "follow-up": "/uppfoljning/",
        "how it goes": COURSE,
        "how it goes, for a profession": f"{COURSE}?profession=samordnare&version=1",
        "how it goes, nothing yet": f"{COURSE}?profession=lakare",
        **{
            one: f"{COURSE}{one}/"
            for one in ("effekter", "effekter/uppfoljning", "nytta", "handelselogg", "vagar", "avvikelser")
        },
        "one way": f"{COURSE}vagar/{way}/",
        "who waits": f"{COURSE}planera_besok/",
    }
