"""Changes what is assumed when it is reckoned what a förlopp gives; what was assumed before is kept."""

from __future__ import annotations

import math
from datetime import datetime

from django.db import IntegrityError, transaction

from followup.models import AssumptionRevision
from people.models import Staff
from workflows.models import ProcessDefinition

MOST = 1e12


class Unclear(Exception):
    """Skriv ett tal, och varför det gäller."""


class Changed(Exception):
    """En kollega har ändrat samma antagande. Se vad som står nu, och ändra igen om det behövs."""


def change(
    *, definition: ProcessDefinition, key: str, value: float, why: str, seen: int, by: Staff, now: datetime
) -> AssumptionRevision:
    """The next revision; `seen` is how many there were on the page."""
    why = " ".join(why.split())[:500]
    if not why or not math.isfinite(value) or abs(value) > MOST:
        raise Unclear
    about = {"definition": definition, "key": key}
    try:
        with transaction.atomic():
            return AssumptionRevision.objects.create(**about, number=seen + 1, value=value, why=why, at=now, by=by)
    except IntegrityError:
        raise Changed from None
