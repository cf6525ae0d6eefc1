"""Every template can be read, has the parts it takes from others, escapes what it shows and lacks no name."""

from collections.abc import Iterator

import pytest
from jinja2 import UndefinedError, nodes

from web import jinja

ENVIRONMENT = jinja.loaded()
# Django's own are for the widgets of its forms, which we do not draw.
OURS = [name for name in ENVIRONMENT.list_templates() if not name.startswith("django/")]


def read(name: str) -> nodes.Template:
    assert ENVIRONMENT.loader
    return ENVIRONMENT.parse(ENVIRONMENT.loader.get_source(ENVIRONMENT, name)[0], name)


def taken(name: str) -> Iterator[tuple[str, str]]:
    """The parts that a template imports, with the file they are in."""
    for found in read(name).find_all(nodes.FromImport):
        assert isinstance(found.template, nodes.Const)
        for part in found.names:
            yield found.template.value, part if isinstance(part, str) else part[0]


def test_there_are_templates() -> None:
    assert {"404.html", "web/base.html", "tasks/inbox.html", "workflows/instance.html"} <= set(OURS)


@pytest.mark.parametrize("name", OURS)
def test_a_template_compiles_and_what_it_takes_from_others_is_there(name: str) -> None:
    ENVIRONMENT.get_template(name)
    for file, part in taken(name):
        assert callable(getattr(ENVIRONMENT.get_template(file).module, part, None)), f"{file} has no {part}"


@pytest.mark.parametrize("name", OURS)
def test_nothing_is_shown_without_being_escaped(name: str) -> None:
    assert not [found.name for found in read(name).find_all(nodes.Filter) if found.name in ("safe", "forceescape")]
    assert not list(read(name).find_all((nodes.MarkSafe, nodes.MarkSafeIfAutoescape, nodes.ScopedEvalContextModifier)))


def test_what_is_shown_is_escaped_and_a_misspelt_name_is_an_error() -> None:
    assert ENVIRONMENT.from_string("{{ a }}").render(a="<b>'\"") == "&lt;b&gt;&#39;&#34;"
    for wrong in ("{{ nmae }}", "{% if nmae %}{% endif %}", "{{ request.nmae }}"):
        with pytest.raises(UndefinedError):
            ENVIRONMENT.from_string(wrong).render(name="x")


def test_what_is_wrong_is_drawn_by_one_part_alone() -> None:
    assert ENVIRONMENT.loader
    drawn = [name for name in OURS if "error-summary" in ENVIRONMENT.loader.get_source(ENVIRONMENT, name)[0]]
    assert drawn == ["web/parts.html"]
