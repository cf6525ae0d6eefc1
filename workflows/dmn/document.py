"""One DMN file as XML: what it is called, what it imports, its elements, and the findings about it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from workflows import safe_xml
from workflows.findings import Finding, Severity

NAMESPACES = (
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
)
ELEMENTS = ("inputData", "decision", "businessKnowledgeModel", "decisionService")  # those of the requirements graph
_SPACES = re.compile(r"\s+")


MAX_ELEMENTS = 60_000
"""Five thousand rules of three conditions and an answer, with a remark on each."""


@dataclass
class Document:
    """One file; `findings` stop it from being loaded, `remarks` are about expressions and types inside it."""

    filename: str
    root: etree._Element
    findings: list[Finding] = field(default_factory=list)
    remarks: list[Finding] = field(default_factory=list)
    characters: int = 0  # of expressions read so far

    def __post_init__(self) -> None:
        self._xml_namespace = etree.QName(self.root).namespace or ""
        self.namespace = self.root.get("namespace") or ""
        self.imports = {
            attribute(element, "name"): element.get("namespace") or ""
            for element in self.children(self.root, "import")
            if (element.get("importType") or "") in NAMESPACES
        }

    def children(self, parent: etree._Element, *names: str) -> Iterator[etree._Element]:
        return parent.iterchildren(*(f"{{{self._xml_namespace}}}{name}" for name in names))

    def child(self, parent: etree._Element, *names: str) -> etree._Element | None:
        return next(self.children(parent, *names), None)

    def kind(self, element: etree._Element) -> str:
        """The element's name, or nothing when it is not of DMN."""
        name = etree.QName(element)
        return name.localname if name.namespace == self._xml_namespace else ""

    def text(self, parent: etree._Element, name: str = "text") -> str:
        element = self.child(parent, name)
        return "".join(map(str, element.itertext())).strip() if element is not None else ""

    def elements(self) -> Iterator[etree._Element]:
        return self.children(self.root, *ELEMENTS)

    def key(self, element_id: str) -> str:
        """What an element is called among the elements of several files."""
        return f"{self.namespace}#{element_id}"

    def referred(self, href: str) -> str:
        """The key of the element that a requirement points at, in this file or another."""
        namespace, _, element_id = href.strip().rpartition("#")
        return f"{namespace or self.namespace}#{element_id}"

    def say(self, element: str, code: str, message: str, severity: Severity = "error") -> None:
        self.findings.append(Finding(self.filename, element, severity, code, message))

    def remark(self, element: str, code: str, message: str, severity: Severity = "error") -> None:
        self.remarks.append(Finding(self.filename, element, severity, code, message))


def opened(data: bytes, filename: str) -> Document | Finding:
    """The document in these bytes, or why they are none."""
    try:
        root = safe_xml.parse(data, most_elements=MAX_ELEMENTS)
    except safe_xml.UnsafeXml as error:
        return Finding(filename, "", "error", error.code, error.message)
    name = etree.QName(root)
    if name.localname != "definitions" or name.namespace not in NAMESPACES:
        return Finding(filename, "", "error", "not-dmn", "Filen är ingen DMN-modell av version 1.1–1.5.")
    return Document(filename, root)


def attribute(element: etree._Element, name: str) -> str:
    """An attribute with its blanks made single."""
    return _SPACES.sub(" ", element.get(name) or "").strip()
