"""What a check of a förlopp, table or form has to say to the process owner."""

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark: `element` is an element or cell id ("" for the whole file), `message` is Swedish."""

    file: str
    element: str
    severity: Severity
    code: str
    message: str
