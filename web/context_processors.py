"""What every page knows about the installation it is part of."""

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, object]:
    """Whether this is the demo, and whose municipality it is."""
    return {
        "is_demo": getattr(settings, "FORLOPP_DEMO", False),
        "municipality_name": getattr(settings, "FORLOPP_MUNICIPALITY_NAME", ""),
    }
