"""How long and by which chance the crash tests run: `make crash N=500 SEED=7`; without, a little of each."""

from __future__ import annotations

import os
import random

# How many kills; the other tests take their measure from it. 0: a little, as part of `make test`.
KILLS = int(os.environ.get("CRASH_N") or 0)
IS_LONG = KILLS > 0
SEED = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(1_000_000))


def chance(name: str) -> random.Random:
    """The dice of one test: the same for the same seed, whichever other tests run."""
    return random.Random(f"{SEED}:{name}")
