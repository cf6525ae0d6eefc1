"""Can the dispensers' vendor reach us?"""

from django.db.models import Max

from integrations import configuration, health
from integrations.models import Dispenser
from workflows.connectors import PermanentError


@health.check("medicingivare")
def connection() -> str:
    """The vendor has nothing harmless to ask; when it last reached us says more."""
    if not configuration.of("medicingivare").words("webhook_secrets"):
        raise PermanentError("hemlighet_saknas", "Ingen webhook-hemlighet är inställd, så inga larm kan tas emot.")
    seen = Dispenser.objects.filter(is_active=True).aggregate(last=Max("last_seen_at"))["last"]
    return (
        f"Senast hörd {seen:%Y-%m-%d %H:%M}." if seen else "Hemligheten är inställd. Ingen givare har hört av sig än."
    )
