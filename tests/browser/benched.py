"""Settings and scenarios of a draft, in the states that people meet, as examples.py wants them."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

from people.models import Staff
from tests import workbench


def wrong(page: Page) -> None:
    page.get_by_label("period_dagar", exact=True).fill("många")
    page.get_by_role("button", name="Spara inställningarna").click()
    page.locator(".error-summary").wait_for()


def open_rows(page: Page) -> None:
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")


def pages_of(pia: Staff) -> list[tuple[Any, ...]]:
    """Names, addresses and what to do there first."""
    made = workbench.draft(pia)
    workbench.tried(made, pia)
    here, scenario = f"/verkstad/{made.ref}", "scenario/scenarios/01_startar.toml"
    return [
        ("settings of a draft", f"{here}/installningar/process.toml", open_rows),
        ("settings with an error", f"{here}/installningar/process.toml", wrong),
        ("scenario", f"{here}/{scenario}", open_rows),
        ("answers of a scenario", f"{here}/{scenario}?steg=1"),
    ]
