"""Does the connection work? Asked by doctor and by the operations page."""

from integrations import health
from integrations.folkbokforing.client import Folkbokforing


@health.check("folkbokforing")
def connection() -> str:
    """Looks into the mailbox and takes nothing."""
    Folkbokforing().fetch(limit=1)
    return "Folkbokföringen svarar."
