"""What to do when the database lets another transaction go first: nothing was written, so begin again."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")

PAUSES = (0.05, 0.2, 0.5)
# PostgreSQL's deadlock_detected and serialization_failure: it chose one of two and rolled that one back.
_LET_GO = {"40P01", "40001"}


def again(service: Callable[P, R]) -> Callable[P, R]:
    """A verb that opens its own transaction is begun again when it stood in another's way; inside one it is left."""

    @functools.wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for pause in PAUSES:
            try:
                return service(*args, **kwargs)
            except OperationalError as error:
                if connection.in_atomic_block or not _was_let_go(error):
                    raise
            time.sleep(pause)
        return service(*args, **kwargs)

    return run


def _was_let_go(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", "") in _LET_GO
