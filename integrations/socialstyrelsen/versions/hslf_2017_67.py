"""HSLF-FS 2017:67: municipal health care, told by the last day of the second month after (4 §).

KHSL1 has who has had any (2 §), KHSL2 each measure by licensed staff (3 §) with its code in KVÅ: five characters, never
one that ends in 000. We know only of steps that IT has said are measures (`measures`); what each was and who did it is
the step's. The order of the columns is our reading: see `compared`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from integrations.socialstyrelsen.facts import Facts, Measure, last_day
from integrations.socialstyrelsen.layouts import NUMBER, Column, Draft, Layout, Regulation

# Licensed professions as Socialstyrelsen codes them; of our professions those whose licence is certain.
PROFESSIONS = {"arbetsterapeut": "XS910", "fysioterapeut": "XS918", "sjukskoterska": "XS919"}
_LICENSED = "XS91[0-479]|XS918|XS92[3-6]|XS915"
_CODE = r"(?!..000)[A-Z]{2}\d{3}"
_MONTH = Column("PERIOD", "Månad", r"\d{4}(0[1-9]|1[0-2])", "år och månad: 202610")
_MUNICIPALITY = Column("KOMMUN", "Kommun", r"\d{4}", "fyra siffror")
_NUMBER = Column(NUMBER, "Personnummer", r"\d{12}", "tolv siffror")

PERSONS = Layout("khsl1", "KHSL1: personer som har fått vård", "KHSL1", (_MUNICIPALITY, _NUMBER, _MONTH))
MEASURES = Layout(
    "khsl2",
    "KHSL2: vårdåtgärder",
    "KHSL2",
    (
        _MUNICIPALITY,
        _NUMBER,
        Column("DATUM", "Dag", r"\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", "en dag: 20261003"),
        Column("ATGARD", "Åtgärd (KVÅ)", _CODE, "en KVÅ-kod med fem tecken som inte slutar på 000"),
        Column("YRKE", "Yrke", _LICENSED, "koden för ett legitimerat yrke: XS919"),
    ),
)


def _drafts(facts: Facts) -> Iterator[Draft]:
    for individual in dict.fromkeys(measure.individual for measure in facts.measures):
        values = {"KOMMUN": facts.municipality, "PERIOD": facts.month}
        yield Draft(PERSONS.key, str(individual), individual, values)
    for measure in facts.measures:
        yield Draft(MEASURES.key, measure.key, measure.individual, _values(facts, measure))


def _values(facts: Facts, measure: Measure) -> dict[str, str]:
    return {
        "KOMMUN": facts.municipality,
        "DATUM": f"{measure.done_on:%Y%m%d}",
        "ATGARD": measure.code,
        "YRKE": PROFESSIONS.get(measure.profession, ""),
    }


def _due(period: date) -> date:
    """The last day of the second month after."""
    after = date.fromordinal(last_day(period).toordinal() + 1)
    return last_day(date.fromordinal(last_day(after).toordinal() + 1))


REGULATION = Regulation("hslf-2017-67", "HSLF-FS 2017:67", date(2019, 1, 1), (PERSONS, MEASURES), _drafts, _due)
