"""Does the connection to Kolada work?"""

from integrations import health
from integrations.kolada.client import Kolada
from integrations.kolada.fetching import Choice, names_of


@health.check("kolada")
def connection() -> str:
    """Asks what our own municipality is called."""
    choice = Choice.made()
    return f"Kolada svarar och känner {names_of(Kolada(), choice, [choice.own])[choice.own]}."
