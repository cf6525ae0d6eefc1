"""An executor as a process of its own, with the operation of tests.forlopp made into a call: killed by the tests."""

import os
import sys
from pathlib import Path

# Run as a file, so that the checkout is not yet where modules are looked for.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django

django.setup()

from integrations.http import Peer
from integrations.runner import executor
from workflows import connectors
from workflows.connectors import Delivery, Json

SYSTEM_URL, PREFECT_URL = sys.argv[1:]


@connectors.operation("prov.ring", title="Ring", params={"nr": "str"}, example={"ok": True})
def _ring(delivery: Delivery) -> Json:
    return Peer(SYSTEM_URL).post("/ring", delivery.params, key=delivery.key)


executor.main(PREFECT_URL)
