"""Every function of the language is documented, and what is said of it is so."""

import json
from itertools import groupby
from pathlib import Path

from workflows import feel
from workflows.feel import functions
from workflows.feel.builtins.registry import BUILTINS
from workflows.feel.values import kind

DOCUMENT = Path(__file__).parent.parent.parent / "docs" / "funktioner.md"


def value_of(expression: str) -> object:
    return feel.evaluate(expression, {}, now=functions.EXAMPLE_NOW)


def test_every_function_is_in_the_catalogue_and_nothing_else() -> None:
    # A new function is told of in workflows/feel/functions.toml.
    assert {function.name for function in feel.catalogue()} == BUILTINS.keys()


def test_every_function_is_explained_in_one_sentence_with_an_example() -> None:
    silent = [
        function.name
        for function in feel.catalogue()
        if not (
            function.summary.endswith(".") and len(function.summary) > 10 and function.examples and function.returns
        )
    ]
    assert silent == []


def test_every_example_has_the_value_it_says() -> None:
    given = {example: value_of(example.expression) for function in feel.catalogue() for example in function.examples}
    assert [f"{example.expression} ⇒ {functions.shown(value)}" for example, value in given.items()
            if functions.shown(value) != example.value] == []  # fmt: skip


def test_every_example_gives_a_value_of_the_kind_it_says() -> None:
    wrong = [
        example.expression
        for function in feel.catalogue()
        for example in function.examples
        if (value := value_of(example.expression)) is not None and not {"any", kind(value)} & set(function.returns)
    ]
    assert wrong == []


def test_every_function_of_the_field_names_its_source() -> None:
    ours = {name for name, overloads in BUILTINS.items() if overloads[0].function.__module__.endswith("builtins.field")}
    assert ours <= {function.name for function in feel.catalogue() if not function.is_standard}


def test_each_group_is_told_in_one_place() -> None:
    groups = [name for name, _ in groupby(feel.catalogue(), key=lambda function: function.group)]
    assert len(groups) == len(set(groups))


def test_the_catalogue_can_be_handed_to_an_editor() -> None:
    told = {function["name"]: function for function in json.loads(json.dumps(functions.as_json()))}
    assert told["fyllda_ar"]["signatures"][0]["text"] == (
        "fyllda_ar(fodelsedatum: datum eller tidpunkt, [dag: datum eller tidpunkt])"
    )
    assert told["fyllda_ar"]["signatures"][0]["parameters"][1] == {
        "name": "dag", "type": "moment", "optional": True, "variadic": False, "nullable": True,
    }  # fmt: skip
    assert told["count"]["source"] == functions.STANDARD


def test_the_document_of_functions_is_fresh() -> None:
    # `make fix` writes it.
    assert DOCUMENT.read_text(encoding="utf-8") == "\n".join([*functions.as_markdown(), ""])
