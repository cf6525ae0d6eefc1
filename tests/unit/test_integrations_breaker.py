"""A system that is down is asked seldom, and used again as soon as it answers."""

from integrations.runner.breaker import FAILURES, PROBE_SECONDS, Breaker


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def down(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(FAILURES):
        assert breaker.lets_through("region")
        breaker.failed("region")
    return breaker


def test_a_system_that_does_not_answer_is_asked_once_in_a_while() -> None:
    clock = Clock()
    breaker = down(clock)

    assert not breaker.lets_through("region")
    assert breaker.lets_through("hemtjanst")
    clock.now = PROBE_SECONDS
    assert [breaker.lets_through("region") for _ in range(3)] == [True, False, False]


def test_one_answer_opens_it_and_tells_that_it_was_down() -> None:
    clock = Clock()
    breaker = down(clock)
    clock.now = PROBE_SECONDS
    assert breaker.lets_through("region")

    assert breaker.answered("region")
    assert breaker.lets_through("region")
    assert not breaker.answered("region")


def test_a_single_failure_changes_nothing() -> None:
    breaker = Breaker(Clock())
    breaker.failed("region")
    assert breaker.lets_through("region")
    assert not breaker.answered("region")
