"""Does the connection to Kolada work?"""

from integrations import health
from integrations.kolada.client import Kolada
from integrations.kolada.fetching import Choice
from workflows.connectors import PermanentError


@health.check("kolada")
def connection() -> str:
    """Asks what our own municipality is called."""
    own = Choice.made().own
    name = Kolada().municipalities([own]).get(own)
    if name is None:
        raise PermanentError("okand_kommun", f"Tjänsten känner ingen kommun {own}. IT behöver se över adressen.")
    return f"Kolada svarar och känner {name}."
