"""Acts in any order upon tasks that are not done: one rule of the machine that takes them all."""

from __future__ import annotations

import uuid
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.integration.acting import World
from workflows.services import not_done, user_tasks


class Undone(RuleBasedStateMachine):
    world: World

    @precondition(lambda self: self.world.has("UserTask"))
    @rule(task=st.integers(0, 99), who=st.integers(0, 99), is_needed=st.sampled_from([True, True, False]))
    def leave_undone(self, task: int, who: int, is_needed: bool) -> None:
        """Somebody tried in vain, or says that it is not needed, twice: also of what is gone or another's."""
        world = self.world
        by = list(world.staff.values())[who % len(world.staff)]
        row, action = world.pick("UserTask", task), uuid.uuid4()
        was_open, say = row.is_open, not_done.could_not if is_needed else not_done.not_needed
        said = {"skal": "ingen_hemma", "nar": "en_timme"} if is_needed else {"skal": "misstag"}
        told: dict[str, Any] = {"task": row, "answers": said, "by": by, "now": world.now, "action_id": action}
        if world.act(say, **told) is not None:
            assert say(**told) is not None
            assert was_open
            assert user_tasks.may_work(row, by)
            assert world.owners.pop(row.pk, by.pk) == by.pk
