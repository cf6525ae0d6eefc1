"""What systems have handed over, and is handed over, for the pages that show it; their addresses by name."""

from __future__ import annotations

import uuid

from django.utils import timezone
from playwright.sync_api import Page

from integrations.batches import arriving, importing
from integrations.models import HomeCareOrder, KeyFigure, KeyFigureMunicipality
from integrations.socialstyrelsen import preparing, versions
from integrations.socialstyrelsen.facts import month_before
from people.models import Individual
from tests import notis
from workflows.models import Incident


def addresses() -> dict[str, str]:
    return _files() | _key_figures() | _statistics() | _messages()


def _files() -> dict[str, str]:
    """Rows that home care and the vaccination register have handed over, of which some are about nobody here."""
    rows = [{"besok_id": "B-1", "person_ref": str(uuid.UUID(int=1)), "datum": "2026-11-21", "status": "utebliven"}]
    now = timezone.now()
    batch, _ = arriving.receive_page(system="hemtjanst", kind="besok", rows=rows, cursor="1", since="", now=now)
    importing.read(batch, now=now)
    stop = Incident.objects.get(page=importing.page(batch))
    Incident.objects.filter(pk=stop.pk).update(group="it_drift")
    paid = {"personnummer": "inget", "datum": "2026-11-20", "vaccin": "influensa", "pris": "250"}
    rows = [paid | {"vaccination_id": "V-1"}, paid | {"vaccination_id": "V-2", "personnummer": "193805142381"}]
    run, _ = arriving.receive_page(system="ekonomi", kind="vaccination", rows=rows, cursor="1", since="", now=now)
    importing.read(run, now=now)
    return {
        "invoices": "/integrationer/ekonomi/fakturor/",
        "invoices of a file": f"/integrationer/ekonomi/fakturor/{run.public_id}/",
        "files of a system": "/integrationer/hemtjanst/filer/",
        "file": f"/integrationer/hemtjanst/filer/{batch.public_id}/",
        "stop with a page": f"/stopp/{stop.public_id}/",
    }


def _messages() -> dict[str, str]:
    """One that arrived, perhaps twice, and one that could not be sent."""
    sent = notis.dispatch(None, may_be_double=True)
    notis.dispatch(None, state="20_ej_skickat", reason="avbojt", sent_at=None, address="", text="")
    address = "/integrationer/notis/meddelanden/"
    return {"messages": address, "message to somebody": f"{address}{sent.key}/"}


def _key_figures() -> dict[str, str]:
    """One with values below zero, one changed and withheld, and one that is no more."""
    now = timezone.now()
    for code, title in (("1880", "Örebro"), ("0000", "Riket")):
        KeyFigureMunicipality.objects.create(code=code, title=title)
    told = {"N1": "Nettokostnadsavvikelse äldreomsorg (påhittat)", "N2": "Personalkontinuitet (påhittat)"}
    made = [KeyFigure.objects.create(key=key, title=title, fetched_at=now) for key, title in told.items()]
    KeyFigure.objects.create(key="N3", title="Utskrivningsklara (påhittat)", fetched_at=now, gone_at=now)
    for figure, (ours, country) in zip(made, ((-4.2, 0.5), (14.0, None)), strict=True):
        rows = [("1880", 1, ours + 1, False), ("1880", 2, ours, True), ("0000", 1, country, True)]
        for code, revision, value, is_current in rows:
            for gender in "TK":
                figure.values.create(
                    municipality=code,
                    year=2025,
                    gender=gender,
                    value=value,
                    status="" if value is not None else "Private",
                    revision=revision,
                    is_current=is_current,
                    told_at=now,
                )
    return {"key figures": "/nyckeltal/", "key figures of women": "/nyckeltal/?kon=kvinnor"}


def _statistics() -> dict[str, str]:
    """A month where rows of two wait and that of a third deviates."""
    now = timezone.now()
    period = month_before(timezone.localdate(now))
    for one in Individual.objects.all()[:3]:
        HomeCareOrder.objects.create(
            key=f"S-{one.pk}",
            individual=one,
            service="hemtjanst" if one.pk % 2 else "okant",
            minutes_a_week=600,
            starts_on=period,
            status="ny",
            told_at=now,
        )
    month = preparing.prepare(versions.get("hslf-2016-86"), period, now=now)
    base = "/integrationer/socialstyrelsen/statistik/"
    return {"statistics": base, "statistics of a month": f"{base}{month.public_id}/"}


def open_message(page: Page) -> None:
    """With its reason."""
    page.get_by_label("Varför behöver du se innehållet?").fill("Prov")
    page.get_by_role("button", name="Visa").click()
