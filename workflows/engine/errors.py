"""What can go wrong in the engine; every message is Swedish and names the element, never a value."""

from __future__ import annotations

from collections.abc import Sequence

from workflows.findings import Finding


class EngineError(Exception):
    """A step could not be taken. The execution is half advanced: throw it away and keep the stored state."""

    def __init__(self, element: str, code: str, message: str) -> None:
        super().__init__(f"{code} at {element}")
        self.element = element
        self.code = code
        self.message = message


class NotWaiting(EngineError):
    """The step is not waiting for this any more."""

    def __init__(self, element: str = "") -> None:
        super().__init__(element, "not-waiting", "Steget väntar inte på detta längre.")


class NotCompilable(Exception):
    """The diagram cannot run; every reason at once."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(finding.code for finding in findings))
        self.findings = list(findings)
