"""The regulations, each version in a module of its own: a month is told as the version of that month says."""

from __future__ import annotations

from datetime import date

from integrations.socialstyrelsen.layouts import Regulation
from integrations.socialstyrelsen.versions import hslf_2016_86, hslf_2017_67

REGULATIONS = (hslf_2016_86.REGULATION, hslf_2017_67.REGULATION)


def in_force(period: date) -> list[Regulation]:
    return [regulation for regulation in REGULATIONS if regulation.is_in_force(period)]


def get(key: str) -> Regulation:
    return next(regulation for regulation in REGULATIONS if regulation.key == key)
