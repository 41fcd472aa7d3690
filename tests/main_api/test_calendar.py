"""The arithmetic of access."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from main_api.access.calendar import days_left, end_without, moved, new_end, seconds_added

moments = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 -- hypothesis adds the zone
    datetime(2100, 1, 1),  # noqa: DTZ001 -- hypothesis adds the zone
    timezones=st.just(UTC),
)
ends = st.none() | moments
months = st.integers(0, 120)
days = st.integers(0, 3660)


def day(text: str) -> datetime:
    return datetime.fromisoformat(text + "T10:30:00+00:00")


@pytest.mark.parametrize(
    ("start", "added", "end"),
    [
        ("2026-01-31", 1, "2026-03-02"),  # 28 February would be 28 days
        ("2028-01-31", 1, "2028-03-01"),  # leap: 29 February would be 29 days
        ("2028-01-30", 1, "2028-02-29"),
        ("2026-02-15", 1, "2026-03-17"),  # 28 days by the calendar, so 30 days
        ("2026-03-15", 1, "2026-04-15"),
        ("2026-08-31", 1, "2026-09-30"),
        ("2026-12-31", 1, "2027-01-31"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-01-31", 12, "2027-01-31"),
    ],
)
def test_a_month_ends_at_the_later_of_the_date_and_thirty_days(
    start: str, added: int, end: str
) -> None:
    assert moved(day(start), months=added) == day(end)


@given(moments, months, days)
def test_nobody_gets_less_than_thirty_days_a_month(start: datetime, m: int, d: int) -> None:
    end = moved(start, months=m, days=d)

    assert end - start >= timedelta(days=30 * m + d)
    assert end - start <= timedelta(days=31 * m + d)


@given(moments, months)
def test_a_month_taken_back_is_never_more_than_thirty_days(start: datetime, m: int) -> None:
    back = start - moved(start, months=-m)

    assert timedelta() <= back <= timedelta(days=30 * m)


@given(moments, ends, months, days)
def test_time_added_starts_at_the_later_of_now_and_the_end(
    now: datetime, end: datetime | None, m: int, d: int
) -> None:
    target = new_end(now, end, months=m, days=d)

    base = max(now, end) if end else now
    assert target == moved(base, months=m, days=d)


@given(moments, ends, months, days)
def test_time_taken_never_goes_below_now_and_leaves_the_ended_alone(
    now: datetime, end: datetime | None, m: int, d: int
) -> None:
    target = new_end(now, end, months=-m, days=-d - 1)

    if end is None or end <= now:
        assert target == end
    else:
        assert target is not None
        assert now <= target <= end


@given(moments, ends, months, days)
def test_what_was_added_can_be_taken_back_to_where_it_was(
    now: datetime, end: datetime | None, m: int, d: int
) -> None:
    target = new_end(now, end, months=m, days=d)
    seconds = seconds_added(now, end, target)
    back = end_without(now, target, seconds)

    base = max(now, end) if end else now
    assert back == (base if target and target > now else target)


@given(moments, ends, st.integers(0, 10**9))
def test_a_refund_never_makes_access_longer_nor_ends_it_in_the_past(
    now: datetime, end: datetime | None, seconds: int
) -> None:
    back = end_without(now, end, seconds)

    if end is None or end <= now:
        assert back == end
    else:
        assert back is not None
        assert now <= back <= end


def test_past_the_calendar_is_an_overflow_and_nothing_else() -> None:
    late = datetime(9999, 6, 1, tzinfo=UTC)

    for beyond in ({"months": 12}, {"days": 3660}):
        with pytest.raises(OverflowError):
            moved(late, **beyond)


@pytest.mark.parametrize(
    ("left", "told"),
    [({"days": 30}, 30), ({"days": 29, "seconds": 1}, 30), ({"seconds": 1}, 1), ({"days": -1}, 0)],
)
def test_a_day_that_has_begun_is_counted(left: dict[str, int], told: int) -> None:
    now = day("2026-11-21")

    assert days_left(now, now + timedelta(**left)) == told
    assert days_left(now, None) == 0
