"""What somebody wrote is no formula in a spreadsheet."""

import pytest

from web import spreadsheets


@pytest.mark.parametrize("text", ["=1+1", "+46", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_a_spreadsheet_would_run_is_text(text: str) -> None:
    assert spreadsheets.row([text, -2, None, "1=1"]) == [f"'{text}", -2, None, "1=1"]
