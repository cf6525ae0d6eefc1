"""How much work one file's tables may cost, counted in steps so that the answer is the same on every machine."""

STEPS = 1_000_000  # about a second


class Exhausted(Exception):
    """The tables are too large to be analysed whole."""


class Effort:
    """What is left to spend."""

    __slots__ = ("left",)

    def __init__(self, steps: int = STEPS) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        self.left -= steps
        if self.left < 0:
            raise Exhausted
