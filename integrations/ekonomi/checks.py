"""Does the connection to the economy system work?"""

from integrations import health
from integrations.ekonomi.client import Economy


@health.check("ekonomi")
def connection() -> str:
    """Asks for an invoice that nobody has."""
    Economy().ask()
    return "Ekonomisystemet svarar."
