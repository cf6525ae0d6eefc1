"""The secrets of second steps, which allauth keeps in a table of its own."""

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.db import transaction

from web import secrecy

SECRETS = ("secret", "seed")


def seal_again(*, first: str) -> int:
    """Encrypt by the first key what another has encrypted; how many."""
    changed = 0
    with transaction.atomic():
        for row in Authenticator.objects.select_for_update().order_by("pk"):
            old = {name: row.data[name] for name in SECRETS if name in row.data}
            stale = {name: text for name, text in old.items() if secrecy.parts(text)[0] != first}
            if stale:
                row.data |= {name: get_adapter().encrypt(get_adapter().decrypt(text)) for name, text in stale.items()}
                row.save(update_fields=["data"])
                changed += 1
    return changed
