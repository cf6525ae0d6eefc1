"""Do those who carry our messages answer?"""

from django.conf import settings

from integrations import health
from integrations.notis import client, mail


@health.check("notis")
def connection() -> str:
    """Logs in at each and sends nothing."""
    told = []
    if client.has_provider():
        client.provider().ask()
        told.append("Sms-leverantören svarar.")
    if settings.FORLOPP_MAIL:
        mail.ask()
        told.append("E-postservern svarar.")
    return " ".join(told) or "Varken sms eller e-post är inkopplat."
