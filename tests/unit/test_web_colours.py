"""The municipality's colours: WCAG's own figures, and every colour that can be chosen is judged."""

import pytest
from django.core.checks import CheckMessage, run_checks
from hypothesis import given
from hypothesis import strategies as st

from web import colours
from web.colours import BLACK, WHITE, NotAColour, Palette


def test_contrast_is_as_wcag_counts() -> None:
    assert colours.contrast(BLACK, WHITE) == pytest.approx(21)
    assert colours.contrast(colours.read("#777"), WHITE) == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("text", ["blå", "#12", "#12345", "rgb(1,2,3)", "", "#0b5563;} body{"])
def test_what_is_not_a_colour_is_refused(text: str) -> None:
    with pytest.raises(NotAColour):
        colours.read(text)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_the_colour_made_for_dark_ground_can_always_be_read(colour: colours.Colour) -> None:
    ratios = dict(Palette.chosen(colours.text_of(colour))._contrasts())
    assert [what for what, ratio in ratios.items() if "mörk" in what and ratio < colours.READABLE] == []


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_a_light_colour_is_never_passed_for_white_text(colour: colours.Colour) -> None:
    told = {one.what for one in Palette.chosen(colours.text_of(colour)).unreadable()}
    assert ("vit text på färgen" in told) == (colours.contrast(colour, WHITE) < colours.READABLE)


def test_the_fixed_inks_can_be_read_on_every_ground() -> None:
    for scheme in ("light", "dark"):
        known = colours.tokens(scheme)
        for ink in ("ink", "ink-soft", "late", "today", "later", "done"):
            for ground in ("bg", "surface", "sunken"):
                assert colours.contrast(known[ink], known[ground]) >= colours.READABLE, (scheme, ink, ground)
        for sign in ("late", "today", "later", "done"):
            assert colours.contrast(known[sign], known[f"{sign}-tint"]) >= colours.READABLE, (scheme, sign)


def _told(settings: object, light: str, dark: str = "", logo: str = "") -> list[CheckMessage]:
    for name, value in {"FORLOPP_COLOUR": light, "FORLOPP_COLOUR_DARK": dark, "FORLOPP_LOGO": logo}.items():
        setattr(settings, name, value)
    return run_checks(tags=["looks"])


def test_check_warns_with_the_ratio_and_refuses_what_is_no_colour(settings: object) -> None:
    assert _told(settings, "#0b5563") == []
    assert "2.28:1" in " ".join(str(message.msg) for message in _told(settings, "#e0a000"))
    assert {message.id for message in _told(settings, "#0b5563", dark="#104050")} == {"web.W001"}
    assert {message.id for message in _told(settings, "blå")} == {"web.E001"}
    assert {message.id for message in _told(settings, "#0b5563", logo="/finns/inte.svg")} == {"web.W002"}
