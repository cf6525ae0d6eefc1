"""The invented people of the town: a day of birth and one of the two test numbers of that day are who somebody is."""

from __future__ import annotations

import datetime
import zlib
from datetime import date, timedelta

from stdnum import luhn

from people import invented
from people.models import Individual
from people.services import individuals

WOMEN = """
Anita Barbro Berit Birgit Britt Carin Dagny Ebba Elin Elsa Emma Erika Fadumo Gun Gerd Greta Hanna Hedvig
Inger Irene Karin Kristina Lena Leila Lilian Maj Maria Marianne Monica Noor Rut Sara Siv Solveig Stina Tove
Ulla Vera
"""
MEN = """
Adam Ahmed Alf Allan Anders Arne Axel Bengt Bertil Bo Börje Carl Dan Emil Erik Evert Folke Gustav Göran Hans
Harry Hugo Ivar Jan Johan Kjell Lars Leif Lennart Mats Mohamed Nils Olle Oskar Per Ragnar Rune Sixten Sten
Tage
"""
FAMILY = """
Alm Asp Backe Berg Björk Blom Borg Bäck Dahl Ek Eng Falk Fors Frisk Gran Grön Hagman Hed Holm Hult Jarl Kihl
Krans Lager Lilja Lind Ljung Lund Löf Malm Modin Moberg Nord Norén Palm Quist Ros Rydh Sahl Salo Sjö Skog
Sten Ström Sund Svan Sved Säll Tall Tegel Thor Vall Vik Wall Yng Åberg Ågren Åhl Öberg Öst
"""
STREETS = """
Björkgatan Ekvägen Granstigen Hagvägen Kvarngatan Lindallén Parkgatan Rönnvägen Skolgatan Torggatan
Ängsvägen
"""
EACH = 5
CODES = ("702 10", "702 31", "703 51", "703 75", "704 12", "705 90")


def somebody(ages: tuple[int, int], number: int, *, today: date, is_alone: bool = False) -> tuple[Individual, bool]:
    """The n:th inhabitant of these ages then, and whether they are new here. One in five is kept for those alone."""
    day = number // 2 * 7919 % ((ages[1] - ages[0] + 1) * 365 - 80)
    about = (today - timedelta(days=ages[0] * 366 + day)).toordinal()
    born = date.fromordinal(about - about % EACH + (0 if is_alone else 1 + day % (EACH - 1)))
    is_man = number % 2 == 1
    serial = f"{born:%y%m%d}" + ("239" if is_man else "238")
    identity = f"{born:%Y}"[:2] + serial + luhn.calc_check_digit(serial)
    mix = zlib.crc32(identity.encode())
    given, family, streets = (MEN if is_man else WOMEN).split(), FAMILY.split(), STREETS.split()
    return individuals.find_or_create(
        identity_type="personnummer",
        identity_number=identity,
        given_name=given[mix % len(given)],
        family_name=f"{family[mix // 64 % len(family)]} {invented.MARK}",
        street_address=f"Påhittade {streets[mix // 4096 % len(streets)].lower()} {mix // 65536 % 60 + 1}",
        postal_code=CODES[mix // 7 % len(CODES)],
        city="Örebro",
        phone=f"070-174 06 {mix % 95 + 5:02}",
        municipality_code="1880",
        born_on=born,
        is_invented=True,
        now=datetime.datetime.combine(today, datetime.time(4), datetime.UTC),
    )
