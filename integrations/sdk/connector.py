"""What a diagram can ask of SDK, and what is done on a schedule."""

from __future__ import annotations

from integrations import systems
from integrations.batches import folders
from integrations.sdk import intake, outgoing, watch
from integrations.systems import Job, Setting, System
from people.plan import ConsentKind
from workflows.connectors import Delivery, Json, operation

systems.register(
    System(
        "sdk",
        "Säker digital kommunikation",
        folders.SETTINGS
        | {
            "adressbok": Setting("path", "filen med egna funktionsadresser och motparter (TOML)", optional=True),
            "megabyte": Setting("whole", "hur stort ett meddelande med bilagor får vara", default=30),
            "kvittens_timmar": Setting(
                "whole", "efter hur många timmar utan kvittens någon ska ringa; 0 är aldrig", default=4
            ),
            "registrera_timmar": Setting(
                "whole", "efter hur många timmar enhetschefen får veta att ingen har registrerat", default=4
            ),
        },
        jobs=(
            Job("hamta", "Hämtar meddelanden och kvittenser", intake.run, every_seconds=60),
            Job("bevaka", "Bevakar kvittenser och det som ingen har registrerat", watch.run, every_seconds=60),
        ),
    )
)


@operation(
    "sdk.send_message",
    title="Skicka ett meddelande med SDK",
    params={
        "funktionsadress": "str",
        "amne": "str",
        "text": "str",
        "konfidentialitet": "bool",
        "referens": "str",
        "bilagor": "list",
    },
    example={
        "meddelande_id": "00000000-0000-4000-8000-000000000001",
        "konversation_id": "00000000-0000-4000-8000-000000000001",
        "dt": "2026-11-23T09:05:00+01:00",
    },
    errors=outgoing.ERRORS,
    shares=ConsentKind.SHARING,
)
def send_message(delivery: Delivery) -> Json:
    return outgoing.send(delivery)
