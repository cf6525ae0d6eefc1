"""What was written in a control of a page, as it is kept: signs that files can hold, and no blanks around them."""

from __future__ import annotations

import re

# What neither XML nor a line of JSON should hold; a browser sends it only when somebody pastes it.
_UNWRITABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f\\ud800-\\udfff\\ufffe\\uffff]")


def clean(text: str) -> str:
    return _UNWRITABLE.sub("", text.replace("\r\n", "\n")).strip()
