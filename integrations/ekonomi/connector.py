"""What is told of the economy system, and what is done on a schedule. No diagram asks anything of it yet."""

from __future__ import annotations

from integrations import http, systems
from integrations.batches import arriving, folders
from integrations.ekonomi import sending, vaccinations  # noqa: F401 - the file's contract makes itself known
from integrations.systems import Job, Setting, System


def _look() -> None:
    arriving.look("ekonomi")


systems.register(
    System(
        "ekonomi",
        "Ekonomisystemet",
        http.SETTINGS
        | folders.SETTINGS
        | {
            "prices": Setting("text", "pris per vaccin: influensa=250, covid-19=0", default="influensa=250"),
            "minutes_a_row": Setting("whole", "minuter som en faktura tar för hand (antagande)", default=5),
        },
        jobs=(
            Job("filer", "Läser vaccinationsregistrets filer", _look, every_seconds=60),
            Job("skicka", "Skickar godkända fakturor", sending.send, every_seconds=60),
        ),
        at_once=2,
    )
)
