"""Does the connection to the region work?"""

from integrations import health
from integrations.region.formats import connect


@health.check("region")
def connection() -> str:
    """Looks into the mailbox and takes nothing."""
    connect().fetch(limit=1)
    return "Regionen svarar."
