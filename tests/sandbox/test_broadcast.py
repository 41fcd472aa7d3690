"""The broadcast under fire, small and ten times faster than Telegram takes it: real processes."""

import pytest

from sandbox.broadcast.run import Plan, fired


@pytest.mark.timeout(120)
def test_killed_three_times_among_429s_each_is_reached_once_or_known_as_unknown() -> None:
    plan = Plan(
        people=300, seed=7, scale=10.0, floods=3, unanswered_share=0.0, receipt_every_seconds=0.5
    )
    found = fired(plan)

    assert found.complaints == []
    assert found.numbers["recipients"] == 300
    ends = [found.numbers[name] for name in ("sent", "blocked", "unknown")]
    assert sum(int(str(number)) for number in ends) == 300
