"""Files of other tools become drafts: none fails, what must be decided is told in plain Swedish, no text is changed."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from people.models import Staff
from tests import dialects, pages, workbench
from tests.dialects import DIALECTS, Block, Dialect, Writer
from workbench import drafting
from workbench.models import Draft

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Co", "Cn"]), max_size=20)
STEPS = st.tuples(st.sampled_from(["userTask", "serviceTask", "task", "scriptTask", "manualTask"]), NAMES)
BLOCKS = st.recursive(
    STEPS,
    lambda inside: st.tuples(
        st.sampled_from(["exclusiveGateway", "parallelGateway"]),
        st.lists(st.lists(inside, min_size=1, max_size=2), min_size=2, max_size=3),
    ),
    max_leaves=6,
)
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)
"""Each example is a file sent to the product; the one that fails is small enough as it is."""
JARGON = re.compile(
    r"Traceback|Exception|Error\b|None\b|null|undefined|lxml|xpath|\{http|0x[0-9a-f]+|xsi:", re.IGNORECASE
)


@pytest.fixture
def owner() -> Staff:
    return workbench.owner()


def uploaded(owner: Staff, text: str | bytes) -> Draft:
    file = SimpleUploadedFile("Anhörigstöd.bpmn", text if isinstance(text, bytes) else text.encode())
    answer = pages.logged_in(owner).post("/verkstad/las-in/", {"fil": file})
    assert answer.status_code == 302, pages.text(answer)
    return Draft.objects.latest("pk")


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=6, phases=UNSHRUNK)
@given(blocks=st.lists(BLOCKS, min_size=1, max_size=4), name=NAMES, has_picture=st.booleans())
def test_a_file_of_another_tool_opens_is_told_of_and_comes_back_as_it_was(
    owner: Staff, dialect: Dialect, blocks: list[Block], name: str, has_picture: bool
) -> None:
    text = Writer(dialect, has_picture=has_picture).file(blocks, name)
    made = uploaded(owner, text)
    client = pages.logged_in(owner)
    file = next(one for one in drafting.texts(made) if one.endswith(".bpmn") and not drafting.is_shared(one))
    for page in ("", "granska/", f"diagram/{file}", f"text/{file}"):
        assert client.get(f"/verkstad/{made.ref}/{page}").status_code == 200
    steps = {key for key in dialects.meaning(text) if key}
    for item in drafting.checked(made).findings:
        assert item.message[:1] == item.message[:1].upper(), item
        assert item.message.endswith((".", "”", ")")), item
        assert not JARGON.search(re.sub("”[^”]*”", "", item.message)), item
        assert item.file != file or item.element in steps | {""}, item
    with zipfile.ZipFile(io.BytesIO(client.get(f"/verkstad/{made.ref}/paket.zip").content)) as package:
        held = next(entry for entry in package.namelist() if entry.endswith(file))
        assert package.read(held).decode() == text


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_what_must_be_decided_before_it_runs_is_said_at_the_step(owner: Staff, dialect: Dialect) -> None:
    branches = [[("userTask", "Ring upp")], [("serviceTask", "Skicka brev")]]
    made = uploaded(owner, Writer(dialect).file([("userTask", "Fråga"), ("exclusiveGateway", branches)], "Anhörigstöd"))
    found = drafting.checked(made).findings
    told = {item.element for item in found if item.severity == "error"}
    named = [key for (_, key), name in drafting.checked(made).names.items() if name in ("”Fråga”", "”Skicka brev”")]
    assert set(named) <= told, found


@pytest.mark.parametrize("encoding", ["ISO-8859-1", "windows-1252", "iso-8859-15"])
def test_a_file_in_an_older_encoding_means_the_same_in_utf_8(owner: Staff, encoding: str) -> None:
    text = Writer(DIALECTS[0]).file([("userTask", "Fråga Åsa")], "Anhörigstöd")
    old = re.sub(r'encoding="[^"]*"', f'encoding="{encoding}"', text, count=1)
    made = uploaded(owner, old.encode(encoding))
    held = [
        body for name, body in drafting.texts(made).items() if name.endswith(".bpmn") and not drafting.is_shared(name)
    ]
    assert held[0] == re.sub(r'encoding="[^"]*"', 'encoding="UTF-8"', text, count=1)
