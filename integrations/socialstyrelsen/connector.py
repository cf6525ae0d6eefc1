"""What is told of the statistics to Socialstyrelsen, and what is done on a schedule. No diagram asks anything of it."""

from __future__ import annotations

from integrations import systems
from integrations.batches import arriving, folders
from integrations.socialstyrelsen import preparing, returned, sending  # noqa: F401 - contracts make themselves known
from integrations.systems import Job, Setting, System


def _look() -> None:
    arriving.look("socialstyrelsen")


systems.register(
    System(
        "socialstyrelsen",
        "Socialstyrelsens statistik",
        folders.SETTINGS
        | {
            "housing": Setting(
                "text",
                "BOFORM för den som har hemtjänst; annars avgörs varje rad",
                optional=True,
                choices=("1", "2", "3"),
            ),
            "services": Setting("text", "insatskoder som inte är hemtjänst: larm=TRYGG, mat=MATD", optional=True),
            "measures": Setting("text", "steg som är vårdåtgärder, med KVÅ-kod: gor_besok=AV027", optional=True),
            "compared": Setting(
                "text", "föreskrifter vars bilagor någon har jämfört filerna med: hslf-2016-86", optional=True
            ),
        },
        jobs=(
            Job("forbered", "Gör månadens underlag och påminner", preparing.look, every_seconds=3_600),
            Job("skicka", "Lägger godkända filer i katalogen", sending.send, every_seconds=60),
            Job("filer", "Läser kvittenser och avvisade rader", _look, every_seconds=60),
        ),
        at_once=1,
    )
)
