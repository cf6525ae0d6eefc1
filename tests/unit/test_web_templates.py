"""Every template can be read, has the parts it takes from others, escapes what it shows and lacks no name."""

from collections.abc import Iterator

import pytest
from jinja2 import UndefinedError, nodes

from web import addresses, compiled, jinja
from web.compiled import Kept

ENVIRONMENT = jinja.loaded()
# Django's own are for the widgets of its forms, which we do not draw.
OURS = [name for name in ENVIRONMENT.list_templates() if not name.startswith("django/")]


def source(name: str) -> str:
    assert ENVIRONMENT.loader
    return ENVIRONMENT.loader.get_source(ENVIRONMENT, name)[0]


def read(name: str) -> nodes.Template:
    return ENVIRONMENT.parse(source(name), name)


def taken(template: nodes.Template) -> Iterator[tuple[str, str]]:
    """The parts that a template imports, with the file they are in."""
    for found in template.find_all(nodes.FromImport):
        assert isinstance(found.template, nodes.Const)
        for part in found.names:
            yield found.template.value, part if isinstance(part, str) else part[0]


def fixed(template: nodes.Template) -> Iterator[tuple[str, str]]:
    """The addresses that are written into a template when it is compiled."""
    for call in template.find_all(nodes.Call):
        match call:
            case nodes.Call(node=nodes.Name(name="url" | "static" as kind), args=[nodes.Const(value=str(of))]):
                yield kind, of


def test_there_are_templates() -> None:
    assert {"404.html", "web/base.html", "tasks/inbox.html", "workflows/instance.html"} <= set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_a_template_compiles_escapes_and_has_what_it_takes_from_others(name: str) -> None:
    ENVIRONMENT.get_template(name)
    template = read(name)
    for file, part in taken(template):
        assert callable(getattr(ENVIRONMENT.get_template(file).module, part, None)), f"{file} has no {part}"
    assert not [found.name for found in template.find_all(nodes.Filter) if found.name in ("safe", "forceescape")]
    assert not list(template.find_all((nodes.MarkSafe, nodes.MarkSafeIfAutoescape, nodes.ScopedEvalContextModifier)))
    assert set(fixed(template)) <= set(compiled.ADDRESS.findall(source(name)))


def test_what_is_kept_of_a_template_is_not_used_when_an_address_in_it_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, text = Kept(), "<a href=\"{{ url('tasks:inbox') }}\">"
    before = made.get_source_checksum(text)
    assert made.get_source_checksum(text) == before
    assert made.get_source_checksum(text + " ") != before
    monkeypatch.setattr(addresses, "url", lambda name: f"/annat/{name}")
    assert made.get_source_checksum(text) != before


def test_what_is_shown_is_escaped_and_a_misspelt_name_is_an_error() -> None:
    assert ENVIRONMENT.from_string("{{ a }}").render(a="<b>'\"") == "&lt;b&gt;&#39;&#34;"
    for wrong in ("{{ nmae }}", "{% if nmae %}{% endif %}", "{{ request.nmae }}"):
        with pytest.raises(UndefinedError):
            ENVIRONMENT.from_string(wrong).render(name="x")


def test_what_is_wrong_is_drawn_by_one_part_alone() -> None:
    drawn = [name for name in OURS if "error-summary" in source(name)]
    assert drawn == ["web/parts.html"]
