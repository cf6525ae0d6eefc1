"""What is told of Kolada, and when it is fetched from. No diagram asks anything of it."""

from __future__ import annotations

from integrations import http, systems
from integrations.kolada import beside, fetching
from integrations.systems import Job, Setting, System
from workflows import beside as figures

ADDRESS = "https://api.kolada.se/v3"

systems.register(
    System(
        "kolada",
        "Kolada",
        http.SETTINGS
        | {
            "url": Setting("url", "tjänstens adress", default=ADDRESS),
            "municipality": Setting("text", "egen kommuns kod; annars FORLOPP_MUNICIPALITY_CODE", optional=True),
            "compare": Setting("text", "koder för kommuner att jämföra med: 1480, 0580", optional=True),
            "figures": Setting("text", "nyckeltal, med tjänstens id:n", optional=True),
            "search": Setting("text", "ord i nyckeltals namn: alla som har orden", default="personalkontinuitet"),
            "years": Setting("whole", "hur många år bakåt (1–25)", default=6),
        },
        jobs=(Job("hamta", "Hämtar nyckeltal", fetching.fetch, every_seconds=86_400),),
        at_once=1,
        pages={"Nyckeltal": "integrations:key_figures"},
    )
)
figures.register(beside.told)
