"""What stops a decision: the table, not the data, is at fault."""


class DmnError(Exception):
    """The model cannot be read, or a decision broke a rule of its own table; `element` is a decision or cell id."""

    def __init__(self, element: str, message_sv: str) -> None:
        super().__init__(f"{element}: {message_sv}" if element else message_sv)
        self.element = element
        self.message_sv = message_sv
