"""Text for those who open it in a spreadsheet: what somebody wrote must not become a formula there."""

from collections.abc import Iterable

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def row(cells: Iterable[object]) -> list[object]:
    """An apostrophe before what a spreadsheet would run; numbers and times are what they are."""
    return [f"'{one}" if isinstance(one, str) and one.startswith(BEGINS_A_FORMULA) else one for one in cells]
