"""Which personal data there is, of what kind, where, why, on what ground, for whom and how long.

Read from the förlopp that apply, the registered connectors and the tables: nothing is written by hand twice. What kind
of data a question asks for is told by its type, its sphere and words in it, and is for a person to judge.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from disposal import files
from people import selectors as people
from people.spheres import Sphere
from web import spreadsheets
from workflows import connectors, definitions, diagram, published, versions
from workflows.forms.shapes import Field
from workflows.models import ProcessVersion

TABLES = Path(__file__).with_name("tables.toml")
FREE_TEXT = "fritext: kan innehålla vad som helst, också om andra"
KINDS = {
    "pnr": "personnummer",
    "tel": "kontaktuppgift",
    "hsaid": "uppgift om personal",
    "text": FREE_TEXT,
    "str": FREE_TEXT,
}
"""Of types of questions that say what is asked for; the others hold an answer to just that question."""
WORDS = {
    "språk": "kan visa etniskt ursprung",
    "tolk": "kan visa etniskt ursprung",
    "kost": "kan visa religiös övertygelse",
    "relig": "religiös övertygelse",
    "våld": "kan röra brott (artikel 10)",
    "brott": "kan röra brott (artikel 10)",
    "alkohol": "missbruk",
    "missbruk": "missbruk",
    "barn": "kan röra barn",
    "anhörig": "rör också andra",
    "närstående": "rör också andra",
}
SPHERES = {
    Sphere.HEALTH: ("hälsa (artikel 9)", "OSL 25 kap. 1 §"),
    Sphere.SOCIAL: ("sociala förhållanden, ofta hälsa (artikel 9)", "OSL 26 kap. 1 §"),
    Sphere.BOTH: ("hälsa och sociala förhållanden (artikel 9)", "OSL 25 kap. 1 § och 26 kap. 1 §"),
}
GROUND = "Artikel 6.1 c och e, 9.2 h"
IN_COURSE = "ärendet (workflows_usertask, workflows_processinstance)"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the map. The names of the fields are those of the file, by `HEADER`."""

    source: str
    part: str
    what: str
    about: str
    kind: str
    secrecy: str
    stored: str
    why: str
    ground: str
    receivers: str
    kept: str


HEADER = (
    "källa",
    "del",
    "uppgift",
    "om vem",
    "slag",
    "sekretess",
    "lagras i",
    "varför",
    "grund",
    "mottagare",
    "hur länge",
)


@dataclass(frozen=True, kw_only=True)
class CourseMap:
    """A version of a förlopp that applies to somebody."""

    key: str
    title: str
    number: int
    sphere: str
    rows: list[Row]

    @property
    def free_texts(self) -> int:
        return sum(FREE_TEXT in row.kind for row in self.rows)


def courses(key: str = "") -> list[CourseMap]:
    """By title, each version that applies; `key` for one förlopp."""
    found = versions.anywhere().order_by("definition__title", "number")
    return [_course(version) for version in (found.filter(definition__key=key) if key else found)]


def tables() -> list[Row]:
    """What the database holds, whatever the förlopp."""
    return [
        Row(
            source="Databasen",
            part=", ".join(held["tables"]),
            what=held["what"],
            about=held["about"],
            kind=held["kind"],
            secrecy=SPHERES[Sphere.BOTH][1] if "artikel 9" in held["kind"] else "",
            stored=", ".join(held["tables"]),
            why=held["why"],
            ground=GROUND,
            receivers="de som har rätt i Förlopp",
            kept=kept()[held["kept"]],
        )
        for held in _listed()["holds"]
    ]


def listed() -> set[str]:
    """Every table that the list has thought of."""
    told = _listed()
    return {name for held in told["holds"] for name in held["tables"]} | set(told["nobody"]["tables"])


def everything() -> Iterator[Row]:
    for course in courses():
        yield from course.rows
    yield from tables()


def as_csv(rows: Iterable[Row]) -> str:
    """With semicolons, as a Swedish spreadsheet opens it; no cell is a formula."""
    made = io.StringIO()
    writer = csv.writer(made, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    for row in rows:
        writer.writerow(spreadsheets.row(astuple(row)))
    return "\ufeff" + made.getvalue()


def kept() -> dict[str, str]:
    """How long, in words, as this installation is set."""
    return {
        "course": "så länge förloppets ärenden sparas (retention i process.toml), sedan gallringsbeslut",
        "person": f"{settings.FORLOPP_PERSON_YEARS} år efter det senaste som skrevs, när inget ärende finns kvar",
        "log": f"{settings.FORLOPP_LOG_YEARS} år",
        "raw": f"{settings.FORLOPP_RAW_DAYS} dagar",
        "staff": "så länge loggen nämner personen",
        "archive": "bevaras: protokollet nämner ingen",
        "short": "tills det inte behövs: utkast och notiser rensas av sig själva",
        "version": "så länge förloppets versioner finns",
    }


# -- inside ------------------------------------------------------------------------------------------------------------


@cache
def _listed() -> dict[str, Any]:
    return tomllib.loads(TABLES.read_text())


def _course(version: ProcessVersion) -> CourseMap:
    whole = published.of(version.public_id)
    sphere = whole.config.get("sphere") or Sphere.BOTH.value
    reader = _Course(version, whole, sphere)
    return CourseMap(
        key=whole.key, title=whole.title, number=version.number, sphere=sphere, rows=[*reader.asked(), *reader.told()]
    )


class _Course:
    """What one version asks, hears and tells."""

    def __init__(self, version: ProcessVersion, whole: published.Published, sphere: str) -> None:
        self.version, self.whole, self.sphere = version, whole, sphere
        self._names = people.profession_names()
        roots = [diagram.parse(text.encode()) for name, text in whole.sources.items() if name.endswith(".bpmn")]
        self._operations = {key: name for root in roots for key, name in diagram.operations(root).items()}

    def asked(self) -> Iterator[Row]:
        """Every question of its forms."""
        readers = self._readers()
        for file in sorted(name for name in self.whole.sources if "forms/" in name and name.endswith(".json")):
            key = published.form_key(file)
            form, receivers = self.whole.form(key), self._answering(key)
            for one in form.walk():
                if one.type == "list":
                    continue
                more = readers.get((file, one.key), set())
                yield self._row(
                    part=f"Formuläret {form.title}",
                    what=one.label,
                    kind=kind_of(one, self.sphere),
                    stored=IN_COURSE,
                    receivers=", ".join([*receivers, *sorted(more)]),
                )

    def told(self) -> Iterator[Row]:
        """What systems are told, and what they tell."""
        sent = sorted(set(self._operations.values()))
        for name in sent:
            if (operation := connectors.operations().get(name)) is not None and not operation.local:
                yield self._row(
                    part="Till ett annat system",
                    what=", ".join([operation.title, *operation.params]),
                    kind=SPHERES[Sphere(self.sphere)][0],
                    stored="workflows_outboxmessage",
                    receivers=operation.system,
                )
        heard = {rule.arrives_as for rule in self.whole.messages.values()}
        for kind in sorted(connectors.incoming_kinds().values(), key=lambda one: (one.source, one.name)):
            if kind.name in heard:
                yield self._row(
                    part=f"Från {kind.source}",
                    what=", ".join([kind.title, *kind.fields]),
                    kind=SPHERES[Sphere(self.sphere)][0],
                    stored=f"workflows_inboxmessage, {IN_COURSE}",
                    receivers=", ".join(self._seeing()),
                )

    def _row(self, *, part: str, what: str, kind: str, stored: str, receivers: str) -> Row:
        config = self.whole.config
        return Row(
            source=f"{self.whole.title}, version {self.version.number}",
            part=part,
            what=what,
            about="personen",
            kind=kind,
            secrecy=SPHERES[Sphere(self.sphere)][1],
            stored=stored,
            why=f"utföra och dokumentera {self.whole.title}",
            ground="; ".join([GROUND, *config.get("legal_basis", ())]),
            receivers=receivers,
            kept=config.get("retention") or files.LONGEST,
        )

    def _answering(self, key: str) -> list[str]:
        """The professions whose tasks have the form, and those who see the ärende."""
        lanes = [
            one.lane
            for one in self.whole.definition.elements.values()
            if one.type == "userTask" and (one.properties.get("formKey") or one.id) == key
        ]
        return list(dict.fromkeys([*(self._names.get(lane, lane) for lane in lanes if lane), *self._seeing()]))

    def _seeing(self) -> list[str]:
        return [self._names.get(key, key) for key in self.whole.config.get("visible_to", ())]

    def _readers(self) -> dict[tuple[str, str], set[str]]:
        """The systems that are sent the answer to a question."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for use in definitions.of_published(self.version.public_id).uses:
            name = self._operations.get(use.element)
            if name is not None and name in connectors.operations():
                file, _, path = use.place.partition("#")
                found[file, path.rpartition(".")[2]].add(connectors.operations()[name].system)
        return found


def kind_of(question: Field, sphere: str) -> str:
    """What a question asks for, as far as a machine can tell."""
    about = KINDS.get(question.type, "svar med givna val eller värden")
    if question.type == "ref":
        about = "uppgift om personal" if question.of == "staff" else about
    words = f"{question.label} {question.help}".casefold()
    hints = dict.fromkeys(hint for word, hint in WORDS.items() if word in words)
    return "; ".join([SPHERES[Sphere(sphere)][0], about, *hints])
