"""Reads DMN 1.1-1.5 XML into a model and tells what is wrong with it."""

from collections.abc import Iterable, Iterator

import workflows.dmn.boxed_tables  # noqa: F401  registers how tables are read
from workflows.dmn import requirements
from workflows.dmn.document import Document, attribute, opened
from workflows.dmn.errors import DmnError
from workflows.dmn.graph import Elements, Graph
from workflows.dmn.itemtypes import Types
from workflows.dmn.model import Decision, InputData, Model, Service
from workflows.feel.names import is_plain
from workflows.findings import Finding

EMPTY = Model({}, ())
_MAX_KEYS = 1_000


def load(data: bytes, others: Iterable[bytes] = ()) -> Model:
    """The model in a file; `others` are the files it may import, such as those of the same folder.

    Raises DmnError for anything but well-formed decisions; see `check` for all findings.
    """
    reader = Reader("")
    model = reader.read(data, others)
    for finding in reader.findings:
        if finding.severity == "error":
            raise DmnError(finding.element, finding.message)
    return model


class Reader:
    """Reads one file, collecting findings instead of stopping at the first.

    `findings` are about the structure, `remarks` about expressions and types, which only stop who evaluates them.
    """

    def __init__(self, filename: str) -> None:
        self.filename = filename
        self.findings: list[Finding] = []
        self.remarks: list[Finding] = []

    def read(self, data: bytes, others: Iterable[bytes] = ()) -> Model:
        document = opened(data, self.filename)
        if isinstance(document, Finding):
            self.findings.append(document)
            return EMPTY
        documents = _reachable(document, others)
        model = self._model(document, documents)
        self.findings = [*document.findings, *_of_imported(documents[1:], document)]
        self.remarks = document.remarks
        return model

    def _model(self, document: Document, documents: list[Document]) -> Model:
        _refuse_duplicates(document)
        known: dict[str, Types] = {}
        for one in documents:
            known[one.namespace] = Types(one, known)
        keys = _keys(documents)
        elements: Elements = {}
        tables = []
        for one in documents:
            graph = Graph(one, documents, known[one.namespace], keys)
            elements |= graph.elements()
            tables += graph.tables if one is document else []
        own = [element for key, element in elements.items() if key.startswith(f"{document.namespace}#")]
        requirements.refuse_circles(document, own, elements)
        decisions = {element.id: element for element in own if isinstance(element, Decision)}
        services = {element.id: element for element in own if isinstance(element, Service)}
        inputs = tuple(element.name for element in own if isinstance(element, InputData))
        if not own and not document.findings and document.child(document.root, "itemDefinition") is None:
            document.say("", "no-decision", "Filen innehåller inget beslut.")
        names = frozenset({*keys, *(element.name for element in own)})
        declared = frozenset(spelled for element in own for spelled in getattr(element, "names", (element.name,)))
        return Model(decisions, inputs, names, services, elements, tuple(tables), declared)


def _reachable(document: Document, others: Iterable[bytes]) -> list[Document]:
    """The file and those it imports, directly or by way of others; missing ones are told of."""
    available: dict[str, Document] = {}
    if document.imports:
        for found in (opened(other, "") for other in others):
            if isinstance(found, Document) and found.namespace != document.namespace:
                available.setdefault(found.namespace, found)
    reached = [document]
    for one in reached:
        for name, namespace in one.imports.items():
            if namespace not in available and namespace != document.namespace:
                document.say(
                    name, "missing-import", f"Filen importerar {namespace[:80]}, som inte finns bland filerna."
                )
            elif namespace in available and available[namespace] not in reached:
                reached.append(available[namespace])
    return reached


def _of_imported(documents: list[Document], document: Document) -> Iterator[Finding]:
    """An imported file is checked by itself; here it is enough that it cannot be used."""
    for other in documents:
        for finding in other.findings:
            if finding.severity == "error":
                message = f"En importerad fil ({other.namespace[:80]}) har fel: {finding.message}"
                yield Finding(document.filename, finding.element, "error", "import", message)


def _refuse_duplicates(document: Document) -> None:
    seen: set[str] = set()
    for element in document.root.iter():
        found = element.get("id")
        if found is not None and found in seen:
            document.say(found, "duplicate-id", f"Id {found} används av flera element.")
        if found is not None:
            seen.add(found)


def _keys(documents: list[Document]) -> frozenset[str]:
    """Names of keys that must be known to be read after a dot: those of types, contexts, relations and outputs."""
    found: set[str] = set()
    for document in documents:
        for element in document.root.iter():
            kind = document.kind(element)
            if kind in ("itemComponent", "output", "column"):
                found.add(attribute(element, "name"))
            elif kind == "contextEntry":
                found |= {attribute(variable, "name") for variable in document.children(element, "variable")}
    known = frozenset(name for name in found if name and not is_plain(name))
    if len(known) > _MAX_KEYS:
        documents[0].say("", "too-many-names", f"Filen har fler än {_MAX_KEYS} namn med andra tecken än bokstäver.")
    return known if len(known) <= _MAX_KEYS else frozenset()
