"""Does the connection to home care planning work?"""

from integrations import health
from integrations.hemtjanst.client import HomeCarePlanning


@health.check("hemtjanst")
def connection() -> str:
    """Looks into the mailbox and takes nothing."""
    HomeCarePlanning().fetch(limit=1)
    return "Hemtjänstens planering svarar."
