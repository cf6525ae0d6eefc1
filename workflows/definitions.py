"""Reads a förlopp (folder, zip package or bare file) and checks it; no database.

A folder holds process.toml, one main .bpmn, decision tables (.dmn), forms/*.json, samples/ and scenarios/, and may
hold utfall.toml. What it calls in the neighbouring `_shared` folder is read along, under the name `_shared/…`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from lxml import etree

from workflows import apart, connectors, diagram, dmn, engine, lint, measures, packages, published, safe_xml, variables
from workflows.findings import Finding
from workflows.forms import definition as form_definition

CONFIG = "process.toml"
SHARED = published.SHARED
FALLBACK_FORM = "_shared/manuell_atgard"
BARE = frozenset({".bpmn", ".dmn"})
# What may come before what is looked through for each step: the time grows with the square. Our largest has 301.
MOST_FLOWS = 1_000


@dataclass(frozen=True)
class Folder:
    """A förlopp as files: `sources` maps name inside the folder to text; `findings` is what could not even be read.

    `papers` is what lies beside and is no part of a version: README, samples, scenarios and exercises.
    """

    config: dict[str, Any]
    sources: dict[str, str]
    findings: list[Finding] = field(default_factory=list)
    papers: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return str(self.config.get("key", ""))

    @property
    def title(self) -> str:
        return str(self.config.get("title") or self.key)


@dataclass(frozen=True)
class Checked:
    """What the checks found; `compiled` and `starts` when it can run. `names` are of elements, by file and id.

    `uses` tells who reads the answer to which question of a form, `known` what expressions may ask for.
    """

    findings: list[Finding]
    compiled: dict[str, Any] | None = None
    starts: list[diagram.Element] = field(default_factory=list)
    names: Mapping[tuple[str, str], str] = field(default_factory=dict)
    uses: list[variables.Use] = field(default_factory=list)
    known: list[str] = field(default_factory=list)


def read(path: Path) -> Folder:
    """A folder, a zip package of one, or a bare .bpmn/.dmn file. What cannot be read is a finding, not an exception."""
    findings: list[Finding] = []
    if path.is_dir():
        files = _folder_files(path)
    elif path.suffix == ".zip":
        files = packages.unpack(path, findings)
    elif path.suffix in BARE:
        files = {path.name: path.read_bytes()}
    else:
        files = {}
        findings.append(
            _error(path.name, "not-forlopp", "Filen är inget diagram, ingen beslutstabell och inget paket.")
        )
    texts = _decoded(files, findings)
    papers = {name: texts.pop(name) for name in list(texts) if packages.PAPERS.fullmatch(name)}
    return replace(from_sources(texts, path, findings), papers=papers)


def unreadable(path: Path) -> Finding | None:
    """Why a bare file is no diagram or table at all, which nobody can mend in an editor of ours."""
    is_diagram = path.suffix == ".bpmn"
    try:
        most = safe_xml.MAX_ELEMENTS if is_diagram else dmn.MAX_ELEMENTS
        root = safe_xml.parse(path.read_bytes(), most_elements=most)
    except safe_xml.UnsafeXml as error:
        return _error(path.name, error.code, error.message)
    if is_diagram and root.tag != diagram.tag("definitions"):
        return _not_bpmn(path.name)
    return None


def from_sources(sources: dict[str, str], path: Path, findings: list[Finding] | None = None) -> Folder:
    """The förlopp in these texts by file name, as if they lay at `path`; `findings` are what reading them said."""
    told = findings if findings is not None else []
    return Folder(_config(sources, path, told), sources, told)


@diagram.read_once()
def checked(folder: Folder, *, operations: Mapping[str, Any] | None = None) -> Checked:
    """Every finding at once, and the compiled form when there is no error."""
    findings = list(folder.findings)
    roots = _diagrams(folder, findings)
    models = _models(folder, findings)
    forms = _forms(folder, findings)
    used = _called(roots, folder)
    drawn = {name: roots[name] for name in used or roots}
    run = apart.apart(drawn)
    findings += [*apart.same_names(drawn), *_diagram_findings(folder, roots, run, models, operations)]
    cells = {(item.file, item.element) for item in findings if item.code.startswith("cell-")}
    measured = lint.measure_findings(folder.sources, run.values())
    course = replace(_course(folder, run, models, forms), measured=[] if measured else lint.measured(folder.sources))
    told = variables.told(course)
    findings += [item for item in told.findings if (item.file, item.element) not in cells] + measured
    findings = sorted(set(findings), key=lambda item: (item.file, item.severity, item.element, item.code))
    names = lint.element_names(roots, models, {used.file: used.form for used in forms.values()})
    known: dict[str, Any] = {"names": names, "uses": told.uses, "known": told.names}
    if any(item.severity == "error" for item in findings) or not used:
        return Checked(findings, **known)
    try:
        compiled = engine.compile_process(run, folder.config["process"])
    except engine.NotCompilable as error:
        return Checked(findings + error.findings, **known)
    return Checked(findings, compiled, _starts(roots[used[0]], folder.config["process"]), **known)


@diagram.read_once()
def names_at(folder: Folder, element: str) -> list[variables.Name]:
    """What has a value at a step or flow of the diagrams that are run, for whom writes an expression there."""
    unheard: list[Finding] = []
    roots = _diagrams(folder, unheard)
    run = apart.apart({name: roots[name] for name in _called(roots, folder) or roots})
    return variables.names_at(_course(folder, run, _models(folder, unheard), _forms(folder, unheard)), element)


@lru_cache(maxsize=32)
def of_published(version: UUID) -> Checked:
    """What there is to say of a version that has been published, which never changes."""
    one = published.of(version)
    return checked(from_sources(dict(one.sources), Path(one.key)), operations=connectors.operations())


def _diagram_findings(
    folder: Folder,
    roots: Mapping[str, etree._Element],
    run: Mapping[str, etree._Element],
    models: Mapping[str, dmn.Model],
    operations: Mapping[str, Any] | None,
) -> list[Finding]:
    context = lint.Context(
        messages=published.message_rules(folder.config),
        decisions={decision for model in models.values() for decision in (*model.decisions, *model.services)},
        forms={name for name in folder.sources if name.endswith(".json")},
        processes={process.get("id", "") for root in roots.values() for process in diagram.processes(root)},
        operations=operations,
        is_folder=CONFIG in folder.sources,
        roles=_roles(folder.config, roots.values()),
        confined=_confined(folder.config),
    )
    found: list[Finding] = []
    if CONFIG in folder.sources and run:
        named = {name for root in roots.values() for name in diagram.message_names(root).values()}
        found += lint.unused_rules(folder.config, named, CONFIG)
    for name, root in run.items():
        found += lint.diagram_findings(root, name, context)
    return found


def is_shared(path: Path) -> bool:
    """Whether a folder holds parts that several förlopp use, and is no förlopp of its own."""
    return path.resolve().name == SHARED.rstrip("/")


def main_file(config: Mapping[str, Any], sources: Mapping[str, str]) -> str:
    """The diagram that holds the förlopp's process; '' when there is none."""
    wanted = f'id="{config.get("process", "")}"'
    own = [name for name in sources if name.endswith(".bpmn") and not name.startswith(SHARED)]
    with_process = [name for name in own if wanted in sources[name]]
    return next(iter(with_process or own), "")


def main_source(config: Mapping[str, Any], sources: Mapping[str, str]) -> str:
    """The main diagram's text; '' when there is none."""
    return sources.get(main_file(config, sources), "")


# -- reading -----------------------------------------------------------------------------------------------------------


def _folder_files(path: Path) -> dict[str, bytes]:
    if is_shared(path):
        return {SHARED + name: content for name, content in _published_files(path)}
    files = dict(_published_files(path))
    files |= {name: (path / name).read_bytes() for name in _papers(path)}
    shared = path.parent / "_shared"
    if shared.is_dir():
        files |= {SHARED + name: content for name, content in _published_files(shared)}
    return files


def _published_files(path: Path) -> list[tuple[str, bytes]]:
    """What is published: diagrams, tables, forms, settings and measures, not samples, scenarios and prose."""
    found = [
        *path.glob("*.bpmn"),
        *path.glob("*.dmn"),
        *path.glob("forms/*.json"),
        *path.glob(CONFIG),
        *path.glob(measures.FILE),
    ]
    return [(item.relative_to(path).as_posix(), item.read_bytes()) for item in sorted(found)]


def _papers(path: Path) -> list[str]:
    found = [*path.glob("*.md"), *path.glob("*/*.json"), *path.glob("*/*.toml")]
    names = sorted(item.relative_to(path).as_posix() for item in found)
    return [name for name in names if packages.PAPERS.fullmatch(name)]


def _decoded(files: Mapping[str, bytes], findings: list[Finding]) -> dict[str, str]:
    sources = {}
    for name, content in files.items():
        try:
            sources[name] = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            findings.append(_error(name, "encoding", "Filen är inte UTF-8. Spara den som UTF-8."))
            continue
        if packages.PAPERS.fullmatch(name) and "\0" in sources[name]:
            findings.append(_error(name, "encoding", "Filen har tecken som inte hör hemma i en text."))
    return sources


def _config(sources: Mapping[str, str], path: Path, findings: list[Finding]) -> dict[str, Any]:
    if CONFIG not in sources:
        if (path.is_dir() and not is_shared(path)) or path.suffix == ".zip":
            findings.append(_error(CONFIG, "no-config", "Filen process.toml saknas."))
        return _guessed(sources, path)
    try:
        config = lint.toml(sources[CONFIG])
    except tomllib.TOMLDecodeError as error:
        findings.append(_error(CONFIG, "not-toml", f"process.toml går inte att läsa: {error}"))
        return _guessed(sources, path)
    except (ValueError, RecursionError):
        findings.append(_error(CONFIG, "not-toml", "process.toml går inte att läsa: den är för stor eller för djup."))
        return _guessed(sources, path)
    for name in ("key", "title", "process", "owner", "retention"):
        if not isinstance(config.get(name), str) or not config[name]:
            findings.append(_error(CONFIG, "missing", f"process.toml saknar ”{name}”."))
            config[name] = ""
    findings.extend(lint.config_findings(config, CONFIG))
    return config | {"messages": _tables(config.get("messages")), "parameters": _table(config.get("parameters"))}


def _table(found: object) -> dict[str, Any]:
    """A table of the settings; anything else in its place has been told of."""
    return found if isinstance(found, dict) else {}


def _tables(found: object) -> dict[str, Any]:
    return {name: item for name, item in _table(found).items() if isinstance(item, dict)}


def _guessed(sources: Mapping[str, str], path: Path) -> dict[str, Any]:
    """Settings for a bare diagram: its first process."""
    process = ""
    for root in diagram.readable(sources).values():
        found = diagram.processes(root)
        executable = [item for item in found if item.get("isExecutable") == "true"] or found
        process = executable[0].get("id", "") if executable else ""
    return {"key": path.stem, "title": path.stem, "process": process}


# -- checking ----------------------------------------------------------------------------------------------------------


def _diagrams(folder: Folder, findings: list[Finding]) -> dict[str, etree._Element]:
    roots, flows = {}, 0
    for name in [one for one in folder.sources if one.endswith(".bpmn")]:
        try:
            root = diagram.parse(folder.sources[name].encode())
        except safe_xml.UnsafeXml as error:
            findings.append(_error(name, error.code, error.message))
            continue
        flows += sum(1 for _ in root.iter(diagram.tag("sequenceFlow")))
        if root.tag != diagram.tag("definitions"):
            findings.append(_not_bpmn(name))
        elif flows > MOST_FLOWS:
            findings.append(_error(name, "too-many-flows", f"Diagrammen har fler än {MOST_FLOWS} pilar tillsammans."))
        else:
            roots[name] = root
    return roots


def _not_bpmn(name: str) -> Finding:
    return _error(name, "not-bpmn", "Filen är inget BPMN 2.0-diagram.")


def _called(roots: Mapping[str, etree._Element], folder: Folder) -> list[str]:
    """The main diagram and those it calls, in that order."""
    home = {process.get("id", ""): name for name, root in roots.items() for process in diagram.processes(root)}
    first = main_file(folder.config, folder.sources)
    order = [first] if first in roots else []
    for name in order:
        for call in roots[name].iter(diagram.tag("callActivity")):
            found = home.get(call.get("calledElement", ""))
            if found and found not in order:
                order.append(found)
    return order


def _models(folder: Folder, findings: list[Finding]) -> dict[str, dmn.Model]:
    """The decision files that can be used, by name."""
    read: dict[str, dmn.Model] = {}
    home: dict[str, str] = {}
    for name, text in folder.sources.items():
        if not name.endswith(".dmn"):
            continue
        others = published.other_tables(folder.sources, name)
        findings += dmn.check(text.encode(), name, others)
        try:
            read[name] = dmn.load(text.encode(), others)
        except dmn.DmnError:
            continue
        for decision in (*read[name].decisions, *read[name].services):
            if decision in home:
                told = f"Beslutet {decision} finns också i {home[decision]}."
                findings.append(Finding(name, decision, "error", "twice", told))
            home[decision] = name
    return read


def _forms(folder: Folder, findings: list[Finding]) -> dict[str, variables.UsedForm]:
    """The forms that can be read, by form key; what is wrong with any of them is added to the findings."""

    def shared(key: str) -> bytes:
        return folder.sources[published.form_file(key)].encode()

    read: dict[str, variables.UsedForm] = {}
    for name, text in folder.sources.items():
        if name.endswith(".json"):
            form, found = form_definition.read(text.encode(), name, shared)
            findings += found
            if form is not None:
                read[published.form_key(name)] = variables.UsedForm(
                    name, form, is_whole=not any(item.severity == "error" for item in found)
                )
    return read


def _course(
    folder: Folder,
    diagrams: Mapping[str, etree._Element],
    models: Mapping[str, dmn.Model],
    forms: Mapping[str, variables.UsedForm],
) -> variables.Course:
    """The förlopp as it is read to know which names have a value where; files that cannot be read are left out."""
    return variables.Course(
        diagrams=diagrams,
        forms=forms,
        decisions={
            decision: (name, model)
            for name, model in models.items()
            for decision in (*model.decisions, *model.services)
        },
        config=folder.config,
        services={
            name: variables.Service(operation.params, operation.example)
            for name, operation in connectors.operations().items()
        },
        is_whole="owner" in folder.config,  # else the settings are guessed
    )


def _roles(config: Mapping[str, Any], roots: Iterable[etree._Element]) -> frozenset[str]:
    """The professions that the settings and the lanes name; none when the settings are guessed."""
    lists = [config.get(key) for key in ("visible_to", "start_by")]
    named = {str(role) for roles in lists if isinstance(roles, list) for role in roles}
    lanes = {lane.get("id", "") for root in roots for lane in root.iter(diagram.tag("lane"))}
    drawn = {lane.removeprefix(diagram.LANE_PREFIX).partition(".")[0] for lane in lanes}
    return frozenset(named | drawn) if named else frozenset()


def _confined(config: Mapping[str, Any]) -> frozenset[str] | None:
    """The professions whose own the förlopp is; None where it is not confined, or does not say to whom."""
    mine = config.get("visible_to")
    return frozenset(map(str, mine)) if config.get("confined") is True and isinstance(mine, list) else None


def _starts(root: etree._Element, process_id: str) -> list[diagram.Element]:
    found = diagram.elements(root).values()
    return [element for element in found if element.type == "startEvent" and element.scope == process_id]


def _error(file: str, code: str, message: str) -> Finding:
    return Finding(file, "", "error", code, message)
