"""What the page of the diagram in words posts, carried out: first what was written, then the button."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from workbench import (
    form_kinds,
    form_text,
    outline_edits,
    outline_events,
    outline_panel,
    outline_settings,
    outline_times,
)
from workbench.diagram_work import Impossible
from workbench.outline_edits import DOWN, UP, Edited
from workbench.outline_panel import CHOOSES, DEFAULT, PARAM, WAY_IF, WAY_NAME, WAY_READY
from workbench.outline_repeats import WHILE, Repeat
from workbench.outline_settings import Change, Told
from workbench.written import clean
from workflows import diagram
from workflows.published import form_file

STEP, BUTTON, CLOSE, UNDO = "steg", "gor", "stang", "angra"
EDGE_KIND, EDGE_NAME = "kant-slag", "kant-namn"
NEW_KIND, NEW_NAME, WAY_TITLE, WAY_TO = "ny-slag", "ny-namn", "vag-namn", "vag-till"
_BAD_TIME = "Skriv hur många med siffror, till exempel 3."


@dataclass(frozen=True)
class Outcome:
    """The diagram afterwards, which step is open, what to say, and the forms that new steps need."""

    text: str
    open: str
    told: str = ""
    refused: str = ""
    forms: Mapping[str, str] = field(default_factory=dict)


def carried_out(text: str, post: Mapping[str, str]) -> Outcome:
    """What cannot be done is `refused`, and what was written is kept all the same."""
    opened, said = post.get(STEP, ""), text
    try:
        if opened:
            said = _with_settings(text, opened, post)
        done = _pressed(said, opened, post)
    except Impossible as problem:
        return Outcome(said, opened, refused=str(problem))
    told = done.told or ("Sparat." if done.text != text else "")
    return Outcome(done.text, done.open, told, forms=_forms(text, done.text))


# -- the button --------------------------------------------------------------------------------------------------------


def _pressed(text: str, opened: str, post: Mapping[str, str]) -> Outcome:
    verb, _, about = post.get(BUTTON, "").partition(":")
    if verb == "lagg-till":
        kind, name = post.get(NEW_KIND, ""), clean(post.get(NEW_NAME, ""))
        made = _added(text, opened, kind, name)
        return _outcome(made, "Steget är tillagt. Här nedanför står det som kan sägas om det.")
    if verb == "lagg-kant":
        made = outline_events.add_edge(text, opened, post.get(EDGE_KIND, ""), clean(post.get(EDGE_NAME, "")))
        return _outcome(made, "Det är tillagt. Här nedanför står vad det väntar på, och efter det steget som görs då.")
    if verb == "lagg-vag":
        made = outline_edits.add_way(text, opened, clean(post.get(WAY_TITLE, "")), post.get(WAY_TO, ""))
        return Outcome(made.text, opened, "Vägen är tillagd.")
    if verb == "bort-vag":
        return _outcome(outline_edits.remove_way(text, opened, about), "Vägen är borttagen. Ångra ger tillbaka den.")
    if verb == "bort":
        made = outline_edits.remove(text, opened)
        return Outcome(made.text, "", "Steget är borttaget. Ångra ger tillbaka det.")
    if verb in {"upp", "ned"}:
        way, word = (UP, "uppåt") if verb == "upp" else (DOWN, "nedåt")
        return _outcome(outline_edits.move(text, opened, way), f"Steget är flyttat {word}.")
    return Outcome(text, "" if verb == CLOSE else opened)


def _added(text: str, opened: str, kind: str, name: str) -> Edited:
    if kind == outline_events.NEW_PART:
        return outline_events.add_part(text, opened, name)
    return outline_edits.add_after(text, opened, kind, name)


def _outcome(made: Edited, told: str) -> Outcome:
    return Outcome(made.text, made.element, told)


# -- what was written --------------------------------------------------------------------------------------------------


def _with_settings(text: str, opened: str, post: Mapping[str, str]) -> str:
    one = _elements(text).get(opened)
    if one is None:
        raise Impossible("Steget finns inte längre.")
    if outline_panel.NAME not in post:
        return text
    after = outline_settings.change(text, opened, _change(one, post))
    ways = [
        key.removeprefix("v-").removesuffix(WAY_NAME) for key in post if key.startswith("v-") and key.endswith(WAY_NAME)
    ]
    if not ways:
        return after
    default = post.get(DEFAULT, "") if one.type in CHOOSES else ""
    told = [
        Told(
            flow=flow,
            name=clean(post.get(f"v-{flow}{WAY_NAME}", "")),
            condition=clean(post.get(f"v-{flow}{WAY_READY}", "")) or clean(post.get(f"v-{flow}{WAY_IF}", "")),
            is_default=flow == default,
        )
        for flow in ways
    ]
    return outline_settings.change_ways(after, opened, told)


def _change(one: diagram.Element, post: Mapping[str, str]) -> Change:
    """Only what was asked and is another than it was, so that a file is not rewritten by being looked at."""

    def new(name: str, stands: str) -> str | None:
        asked = clean(post[name]) if name in post else None
        return asked if asked is not None and asked != stands else None

    properties = {}
    if (due := _time(post, outline_panel.DUE)) is not None and due != one.properties.get("forfaller", ""):
        properties["forfaller"] = due
    if (late := _time(post, outline_panel.LATE)) is not None and late != one.properties.get("eskalera_efter", ""):
        properties["eskalera_efter"] = late
    helper = new(outline_panel.HELPER, one.properties.get("eskaleras_till", ""))
    if helper is not None:
        properties["eskaleras_till"] = helper
    form = new(outline_panel.FORM, one.properties.get("formKey") or one.id)
    if form is not None and form != one.properties.get("formKey", ""):
        properties["formKey"] = "" if form == one.id else form
    time = _time(post, outline_panel.TIMER)
    return Change(
        name=new(outline_panel.NAME, one.name),
        documentation=new(outline_panel.TEXT, one.documentation),
        profession=new(outline_panel.WHO, one.lane) or None,
        properties=properties,
        time=(outline_times.tag(time), time) if time else None,
        message=new(outline_panel.MESSAGE, one.message),
        decision=clean(post.get(outline_panel.TABLE, "")) or None,
        operation=clean(post.get(outline_panel.OPERATION, "")) or None,
        params=_params(post),
        interrupting=new(outline_panel.INTERRUPTS, "ja" if one.is_interrupting else "nej"),
        code=clean(post.get(outline_panel.CODE, "")) or None,
        repeat=_repeat(post),
    )


def _repeat(post: Mapping[str, str]) -> Repeat | None:
    """None when it was not asked, or is what the step says already."""
    if outline_panel.REPEAT not in post:
        return None
    kind, over, row = (
        clean(post.get(name, "")) for name in (outline_panel.REPEAT, outline_panel.OVER, outline_panel.ROW)
    )
    return Repeat(kind, over if kind else "", row if kind and kind != WHILE else "")


def _params(post: Mapping[str, str]) -> dict[str, str]:
    """What the operation was to know; another operation asks for other things."""
    if post.get(outline_panel.OPERATION) != post.get(outline_panel.OPERATION_WAS):
        return {}
    return {key.removeprefix(PARAM): clean(value) for key, value in post.items() if key.startswith(PARAM)}


def _time(post: Mapping[str, str], name: str) -> str | None:
    """As the file writes it; None when it was not asked. Raises Impossible."""
    if f"{name}-enhet" not in post:
        return None
    found = outline_times.text(outline_panel.typed_time(post, name))
    if found is None:
        raise Impossible(_BAD_TIME)
    return found


def retitled(before: str, after: str, sources: Mapping[str, str]) -> dict[str, str]:
    """The forms that were called what their task was, with the task's new name."""
    old, found = _elements(before), dict[str, str]()
    for key, one in _elements(after).items():
        file = form_file(key)
        if file in sources and key in old and one.name and old[key].name != one.name:
            try:
                content = form_text.read(sources[file])
            except form_text.NotAForm:
                continue
            if content.get("title") == old[key].name:
                found[file] = form_text.written({**content, "title": one.name})
    return found


@lru_cache(maxsize=4)
def _elements(text: str) -> dict[str, diagram.Element]:
    """The file before and after are both read by several here."""
    return diagram.elements(diagram.parse(text.encode()))


def _forms(before: str, after: str) -> dict[str, str]:
    """A form for each new task of a person, with a first question: what a form cannot be without."""
    if before == after:
        return {}
    old, new = _elements(before), _elements(after)
    tasks = [one for key, one in new.items() if key not in old and one.type == "userTask"]
    question = form_kinds.new("text", "Vad har du kommit fram till?")
    return {
        form_file(one.id): form_text.written({"title": one.name or "Ny uppgift", "fields": [question]}) for one in tasks
    }
