"""How an ärende ended, in the words of its diagram."""

from workflows.published import Published

WORDS = {"overgang_annat_forlopp": "Gick över i ett annat förlopp"}
"""Of outcomes that no diagram draws."""


def name(version: Published, outcome: str) -> str:
    """The label of the end event `end_<outcome>`; the outcome itself when the diagram gives it none."""
    end = version.definition.elements.get(f"end_{outcome}")
    if end is None and outcome in WORDS:
        return WORDS[outcome]
    return end.name if end is not None and end.name else outcome.replace("_", " ").capitalize()
