"""Does the connection to the region work?"""

from integrations import health
from integrations.region.client import Region


@health.check("region")
def connection() -> str:
    """Looks into the mailbox and takes nothing."""
    Region().fetch(limit=1)
    return "Regionen svarar."
