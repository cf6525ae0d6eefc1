"""The diagram in words: a drawing as ordered lists of steps, for reading aloud, printing and editing. Pure.

`told` gives the whole of it (0049): each element once, each flow as what follows in the list, what is told inside the
step, or a reference to a numbered step elsewhere.
"""

from workflows.outline.shapes import Around, Fact, Outline, Part, Reference, Section, Step, Turn
from workflows.outline.telling import told

__all__ = ["Around", "Fact", "Outline", "Part", "Reference", "Section", "Step", "Turn", "told"]
