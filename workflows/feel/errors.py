"""What FEEL says when something is wrong: FeelError stops, a Diagnostic only explains a null."""

from dataclasses import dataclass


class FeelError(Exception):
    """The expression does not parse, or its evaluation was stopped by a limit."""

    def __init__(self, position: int, message_sv: str) -> None:
        super().__init__(f"{message_sv} (tecken {position + 1})")
        self.position = position
        self.message_sv = message_sv


class Nothing(Exception):
    """Raised inside the evaluator when an operation has no value: becomes null and a diagnostic."""

    def __init__(self, message_sv: str) -> None:
        super().__init__(message_sv)
        self.message_sv = message_sv


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """Why a part of the expression became null."""

    position: int
    message_sv: str
