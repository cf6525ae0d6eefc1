"""Tells the register of dispensers about those that the simulated vendor has lent to invented people."""

from integrations.medicingivare.simulator import DEVICES, VENDOR
from integrations.models import Dispenser
from people import invented
from people.models import Individual


def fill() -> int:
    """How many are in the register afterwards. Can be run again: what people have changed since is kept."""
    for serial, key in DEVICES.items():
        person = invented.BY_KEY[key]
        who = Individual.objects.filter(identity_type=person.identity_type, identity_number=person.number).first()
        if who is not None:
            Dispenser.objects.get_or_create(vendor=VENDOR, serial=serial, defaults={"individual": who})
    return Dispenser.objects.filter(vendor=VENDOR).count()
