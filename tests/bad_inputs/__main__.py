"""Writes docs/bad-inputs.md: `python -m tests.bad_inputs`."""

from tests.bad_inputs import table

if __name__ == "__main__":
    table.DOCUMENT.write_text(table.text(), encoding="utf-8")
