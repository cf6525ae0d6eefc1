"""Random processes do what a small token game says, whichever way people go through them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bpmn.game_drawing import Drawing
from tests.bpmn.token_game import BLOCKS, Block, begun
from tests.unit.engine_bpmn import Run

MOST = 60


@settings(max_examples=60, deadline=None)
@given(BLOCKS, st.randoms(use_true_random=False), st.booleans())
def test_a_random_process_does_what_the_token_game_says(block: Block, choice: st.DataObject, stores: bool) -> None:
    run, game = Run(Drawing().process(block), stores=stores), begun(block)
    for _ in range(MOST):
        assert run.users == sorted(game.waiting())
        assert (run.outcome == "a") == game.is_done
        if game.is_done:
            return
        name = choice.choice(sorted(game.waiting()))  # type: ignore[attr-defined]
        run.complete(name)
        assert game.done(name)
