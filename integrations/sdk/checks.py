"""Are the folders there, may we write, and does the access point fetch what we leave?"""

from datetime import UTC, datetime, timedelta

from django.utils import timezone

from integrations import health
from integrations.batches import folders
from integrations.sdk import addresses
from integrations.sdk.access_point import IN, OUT, RECEIPTS
from workflows.connectors import PermanentError, TransientError

UNFETCHED = timedelta(minutes=30)


@health.check("sdk")
def connection() -> str:
    """Looks and touches nothing."""
    known = addresses.book()
    with folders.opened("sdk") as folder:
        for name in (IN, RECEIPTS):
            folder.within(name).entries()
        out = folder.within(OUT)
        left = out.entries()
        if not out.is_writable:
            raise PermanentError("ej_skrivbar", "Vi får inte skriva i katalogen ut.")
    oldest = min((datetime.fromtimestamp(entry.modified, UTC) for entry in left), default=None)
    if oldest and timezone.now() - oldest > UNFETCHED:
        minutes = (timezone.now() - oldest).total_seconds() / 60
        text = f"Accesspunkten har inte hämtat det som lades i ut för {minutes:.0f} minuter sedan."
        raise TransientError("ej_hamtat", text)
    return f"Katalogerna finns. {len(known.own)} egna adresser och {len(known.others)} motparter."
