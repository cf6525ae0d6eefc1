"""HSLF-FS 2016:86: decisions on services for older and disabled people, told by the 15th of the month after.

Annex 1 has those that go on on the last day of the month (3 § 1), annex 2 those that began or ended in it (3 § 2). The
codes of HTJTIM and BOFORM are the regulation's. The order of the columns and the codes of missing values are
our reading of it: IT says in `compared` when somebody has held the files against the annexes, and nothing is approved
before that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from integrations.socialstyrelsen.facts import Facts, Order, last_day
from integrations.socialstyrelsen.layouts import NUMBER, Column, Draft, Layout, Regulation

DAY_AND_NIGHT, NOT_APPLICABLE, UNKNOWN = "777", "888", "999"
YES, NO, NOT_KNOWN = "1", "2", "9"
OTHERS = ("MATD", "TRYGG", "DAGV", "BOSTO", "KORTTID")
_SERVICES = {
    "HTJ": "hemtjänst",
    "MATD": "matdistribution",
    "TRYGG": "trygghetslarm",
    "DAGV": "dagverksamhet",
    "BOSTO": "boendestöd",
    "KORTTID": "korttidsboende",
}
_DAY = r"\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])"
_HOURS = r"\d|[1-9]\d|[1-6]\d\d|7[0-3]\d|74[0-4]"
_HEAD = (
    Column("KOMMUN", "Kommun", r"\d{4}", "fyra siffror"),
    Column("PERIOD", "Månad", r"\d{4}(0[1-9]|1[0-2])", "år och månad: 202610"),
    Column(NUMBER, "Personnummer", r"\d{12}", "tolv siffror"),
)


def _yes_no(name: str) -> Column:
    return Column(name, _SERVICES[name].capitalize(), "[129]", "1 ja, 2 nej eller 9 uppgift saknas")


def _hours(values: Mapping[str, str]) -> Iterator[str]:
    has, hours = values.get("HTJ"), values.get("HTJTIM")
    if has == YES and hours == NOT_APPLICABLE:
        yield "HTJTIM: 888 (ej tillämpligt) går inte ihop med hemtjänst."
    if has == NO and hours != NOT_APPLICABLE:
        yield "HTJTIM: ska vara 888 (ej tillämpligt) utan hemtjänst."
    if has == YES and values.get("BOFORM") == "2":
        yield "BOFORM: hemtjänst går inte ihop med särskilt boende."
    stays, days = values.get("KORTTID"), values.get("KORTMAN")
    if stays == YES and days == NOT_APPLICABLE:
        yield "KORTMAN: 888 (ej tillämpligt) går inte ihop med korttidsboende."
    if stays == NO and days != NOT_APPLICABLE:
        yield "KORTMAN: ska vara 888 (ej tillämpligt) utan korttidsboende."


def _dates(values: Mapping[str, str]) -> Iterator[str]:
    if values.get("avslutad") and not values.get("SLUT"):
        yield "SLUT: beslutet är avslutat men ingen har sagt vilken dag."
        return
    if values.get("SLUT") and values["SLUT"] < values["START"]:
        yield "SLUT: ligger före START."
    if values["PERIOD"] not in (values["START"][:6], values.get("SLUT", "")[:6]):
        yield "PERIOD: beslutet har varken börjat eller slutat den månaden."


ONGOING = Layout(
    "bilaga1",
    "Bilaga 1: beslut som pågår månadens sista dag",
    "SOL1",
    (
        *_HEAD,
        Column("BOFORM", "Boendeform", "[123]", "1 ordinärt, 2 särskilt eller 3 annat boende"),
        _yes_no("HTJ"),
        Column("HTJTIM", "Hemtjänst, timmar i månaden", f"{_HOURS}|777|888|999", "0–744, eller 777, 888 eller 999"),
        *(_yes_no(name) for name in OTHERS),
        Column("KORTMAN", "Korttidsboende, dygn i månaden", r"\d|[12]\d|3[01]|888|999", "0–31, eller 888 eller 999"),
    ),
    together=_hours,
    is_ongoing=True,
)
CHANGED = Layout(
    "bilaga2",
    "Bilaga 2: beslut som har börjat eller slutat i månaden",
    "SOL2",
    (
        *_HEAD,
        Column("INSATS", "Insats", "|".join(_SERVICES), f"något av {', '.join(_SERVICES)}"),
        Column("START", "Började", _DAY, "en dag: 20261003"),
        Column("SLUT", "Slutade", _DAY, "en dag: 20261031", required=False),
    ),
    together=_dates,
)


def _drafts(facts: Facts) -> Iterator[Draft]:
    ongoing: dict[int, list[Order]] = defaultdict(list)
    for order in facts.orders:
        if order.is_ongoing(facts.last):
            ongoing[order.individual].append(order)
        began = order.starts_on is not None and order.starts_on >= facts.period
        ended = order.ends_on is not None and order.ends_on <= facts.last
        is_unknown = (order.starts_on is None and order.told_on >= facts.period) or (
            order.is_ended and order.ends_on is None
        )
        if began or ended or is_unknown:
            yield Draft(CHANGED.key, order.key, order.individual, _changed(facts, order))
    for individual, orders in ongoing.items():
        yield Draft(ONGOING.key, str(individual), individual, _ongoing(facts, orders))


def _head(facts: Facts) -> dict[str, str]:
    return {"KOMMUN": facts.municipality, "PERIOD": facts.month}


def _variable(facts: Facts, order: Order) -> str:
    """What IT has not said to be something else is home care."""
    return facts.services.get(order.service, "HTJ")


def _ongoing(facts: Facts, orders: Sequence[Order]) -> dict[str, str]:
    """A service that IT has given no code is one that we do not hear of: whether the person has it is not known."""
    has = {_variable(facts, order) for order in orders}
    care = [order for order in orders if _variable(facts, order) == "HTJ"]
    told = {name: YES if name in has else NO if name in facts.services.values() else NOT_KNOWN for name in OTHERS}
    return _head(facts) | {
        "BOFORM": facts.housing,
        "HTJ": YES if care else NO,
        "HTJTIM": _hours_of(care, facts.last.day) if care else NOT_APPLICABLE,
        **told,
        "KORTMAN": NOT_APPLICABLE if told["KORTTID"] == NO else UNKNOWN,
    }


def _hours_of(orders: Sequence[Order], days: int) -> str:
    """Granted hours in the month: minutes a week over its days, to the nearest hour. 999 where any is not told."""
    minutes = [order.minutes_a_week for order in orders]
    known = [told for told in minutes if told is not None]
    if len(known) < len(minutes):
        return UNKNOWN
    return str((sum(known) * days * 2 + 7 * 60) // (7 * 60 * 2))


def _changed(facts: Facts, order: Order) -> dict[str, str]:
    # An end after the month is not of it: the decision is told again when it has ended.
    ends_on = order.ends_on if order.ends_on and order.ends_on <= facts.last else None
    return _head(facts) | {
        "INSATS": _variable(facts, order),
        "START": f"{order.starts_on:%Y%m%d}" if order.starts_on else "",
        "SLUT": f"{ends_on:%Y%m%d}" if ends_on else "",
        "avslutad": "ja" if order.is_ended and not order.ends_on else "",
    }


def _due(period: date) -> date:
    """The 15th of the month after (3 §)."""
    return date.fromordinal(last_day(period).toordinal() + 15)


REGULATION = Regulation("hslf-2016-86", "HSLF-FS 2016:86", date(2017, 1, 1), (ONGOING, CHANGED), _drafts, _due)
