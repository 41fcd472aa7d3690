# ruff: noqa: RUF001 -- what the service says in Russian
"""Quiet hours: which notices wait for whose morning, across changes of clocks, and which do not."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.clock import milliseconds
from common.settings import BadSettings, load
from models.codes import NoticeKind
from notify_service.kinds import KINDS
from notify_service.quiet import QuietHours
from notify_service.settings import NotifySettings
from tests.common.telegram.emulated import ANYA, TOKEN, Telegram
from tests.notify_service.house import CALLER_KEY, House, house
from tests.notify_service.shop import MAIN_API_KEY

NIGHT = QuietHours(22, 9)
MOSCOW = ZoneInfo("Europe/Moscow")
MIDNIGHT = datetime(2026, 11, 21, 21, 0, tzinfo=UTC)  # in Moscow
MORNING = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
ZONES = [
    "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia",
    "America/St_Johns", "Africa/Casablanca", "Asia/Beirut", "America/Havana",
]  # fmt: skip


@pytest.fixture(name="night")
def _night(telegram: Telegram, tmp_path: Path) -> Iterator[House]:
    with house(telegram, tmp_path) as built:
        built.deps.dispatcher.quiet = NIGHT
        built.clock.now = MIDNIGHT
        yield built


def remind(house: House, kind: NoticeKind, end: datetime, **user: object) -> None:
    house.shop.add(ANYA, expires_at=end, **user)
    house.add(kind, ANYA, end_ms=milliseconds(end))
    house.deliver()


def test_at_night_a_reminder_waits_for_the_morning(night: House) -> None:
    remind(night, NoticeKind.SUB_ENDS_IN_A_DAY, MIDNIGHT + timedelta(days=1))
    assert (night.state(), night.stored()["next_at"]) == ("waiting", MORNING)
    assert night.stored()["attempts"] == 0

    night.clock.now = MORNING
    night.deliver()

    [text] = night.telegram.texts(ANYA)
    assert text.startswith("⏰ Ваш доступ закончится через 15 часов.")
    assert "до 23 ноября 2026, 00:00 МСК" in text


def test_it_is_the_readers_night_that_counts(night: House) -> None:
    end = MIDNIGHT + timedelta(days=1)
    remind(night, NoticeKind.SUB_ENDS_IN_A_DAY, end, time_zone="America/New_York", language="en")

    [text] = night.telegram.texts(ANYA)
    assert "until 22 November 2026, 16:00 (UTC-5)" in text


def test_what_would_be_of_no_use_in_the_morning_goes_at_once(night: House) -> None:
    remind(night, NoticeKind.TRIAL_ENDING, MIDNIGHT + timedelta(hours=8), has_trial=True)

    assert night.state() == "sent"


@pytest.mark.parametrize("kind", [NoticeKind.TRIAL_UNUSED, NoticeKind.NEVER_CONNECTED])
def test_who_has_just_pressed_a_button_is_awake(night: House, kind: NoticeKind) -> None:
    remind(night, kind, MIDNIGHT + timedelta(days=2), has_trial=True)

    assert night.state() == "sent"


def test_what_was_asked_for_at_a_moment_knows_no_night(night: House) -> None:
    night.shop.add(ANYA, expires_at=MIDNIGHT, notices=False)
    night.add(NoticeKind.SUB_ENDED, ANYA, key="paper", text="P's own words")
    night.add(NoticeKind.TEST_PUSH, ANYA, key="push")
    night.deliver()

    assert (night.state("paper"), night.state("push")) == ("sent", "sent")


def test_who_renews_overnight_is_not_reminded_in_the_morning(night: House) -> None:
    remind(night, NoticeKind.SUB_ENDED, MIDNIGHT - timedelta(minutes=1))
    assert night.state() == "waiting"

    night.shop.add(ANYA, expires_at=MIDNIGHT + timedelta(days=30))
    night.clock.now = MORNING
    night.deliver()

    assert (night.state(), night.telegram.texts(ANYA)) == ("dropped", [])


@pytest.mark.parametrize(
    "user", [{"notices": False}, {"blocked": True}, {"banned": True}, {"expires_at": None}]
)
def test_who_does_not_want_it_or_cannot_get_it_is_left_alone(
    house: House, user: dict[str, object]
) -> None:
    end = house.clock() + timedelta(days=3)
    remind(house, NoticeKind.SUB_ENDS_IN_THREE_DAYS, end)
    house.shop.add(ANYA, **({"expires_at": end} | user))
    house.add(NoticeKind.SUB_ENDS_IN_THREE_DAYS, ANYA, key="again", end_ms=milliseconds(end))
    house.deliver()

    assert (house.state("k1"), house.state("again")) == ("sent", "dropped")


def test_help_with_what_was_paid_for_cannot_be_switched_off(house: House) -> None:
    remind(house, NoticeKind.NEVER_CONNECTED, house.clock() + timedelta(days=30), notices=False)

    assert house.state() == "sent"


@pytest.mark.parametrize("kind", [NoticeKind.TRIAL_UNUSED, NoticeKind.NEVER_CONNECTED])
def test_who_has_connected_meanwhile_needs_no_help(house: House, kind: NoticeKind) -> None:
    end = house.clock() + timedelta(days=30)
    remind(house, kind, end, has_trial=True, connected_at=house.clock())

    assert house.state() == "dropped"


@pytest.mark.parametrize(
    ("kind", "late"),
    [
        (NoticeKind.SUB_ENDS_IN_THREE_DAYS, timedelta(days=-1)),
        (NoticeKind.SUB_ENDS_IN_A_DAY, timedelta()),
        (NoticeKind.SUB_ENDED, timedelta(days=2)),
        (NoticeKind.SUB_ENDED_TWO_DAYS_AGO, timedelta(days=7)),
    ],
)
def test_a_reminder_that_comes_too_late_is_dropped(
    house: House, kind: NoticeKind, late: timedelta
) -> None:
    for key, moment in (("late", late), ("just", late - timedelta(seconds=1))):
        end = house.clock() - moment
        house.shop.add(ANYA, expires_at=end)
        house.add(kind, ANYA, key=key, end_ms=milliseconds(end))
        house.deliver()

    assert (house.state("late"), house.state("just")) == ("dropped", "sent")


@given(
    st.integers(0, 365 * 24 * 60 - 1),
    st.sampled_from(ZONES),
    st.sampled_from([NIGHT, QuietHours(0, 7), QuietHours(21, 0), QuietHours(23, 2)]),
)
def test_the_morning_is_the_first_moment_after_the_night(
    minute: int, name: str, hours: QuietHours
) -> None:
    """By the minute and by brute force, in zones whose nights are shorter or longer at times."""
    zone, now = ZoneInfo(name), datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    morning = hours.over_at(now, zone)
    if morning is None:
        assert not is_night(now, zone, hours)
        return

    first = now
    while is_night(first, zone, hours):
        first += timedelta(minutes=1)
    assert morning == first


def is_night(moment: datetime, zone: ZoneInfo, hours: QuietHours) -> bool:
    hour, quiet = hours.begin, set()
    while hour != hours.end:
        quiet.add(hour)
        hour = (hour + 1) % 24
    return moment.astimezone(zone).hour in quiet


def test_the_hosts_own_zone_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    try:
        assert NIGHT.over_at(MIDNIGHT, MOSCOW) == MORNING
        assert NIGHT.over_at(MORNING, MOSCOW) is None
    finally:
        monkeypatch.undo()
        time.tzset()


def environment(quiet_hours: str) -> dict[str, str]:
    return {
        "MONGO_URL": "embedded:///nowhere",
        "CALLER_KEYS": f'{{"tg_bot": ["{CALLER_KEY}"]}}',
        "MAIN_API_URL": "http://127.0.0.1:8001",
        "MAIN_API_KEY": MAIN_API_KEY,
        "BOT_TOKEN": TOKEN,
        "QUIET_HOURS": quiet_hours,
    }


@pytest.mark.parametrize(
    ("value", "hours"),
    [("", NIGHT), ("23-7", QuietHours(23, 7)), ("off", None), (" 0 - 6 ", QuietHours(0, 6))],
)
def test_the_setting_names_two_hours_or_off(value: str, hours: QuietHours | None) -> None:
    assert load(NotifySettings, environment(value)).quiet_hours == hours


@pytest.mark.parametrize("value", ["9", "22-24", "9-9", "-", "22:00-9:00", "on"])
def test_any_other_setting_is_told(value: str) -> None:
    with pytest.raises(BadSettings, match="QUIET_HOURS"):
        load(NotifySettings, environment(value))


def test_only_reminders_of_access_wait() -> None:
    waiting = {kind for kind, it in KINDS.items() if it.waits_for_morning}

    assert waiting == {
        NoticeKind.SUB_ENDED,
        NoticeKind.SUB_ENDS_IN_THREE_DAYS,
        NoticeKind.SUB_ENDS_IN_A_DAY,
        NoticeKind.SUB_ENDED_TWO_DAYS_AGO,
        NoticeKind.TRIAL_ENDING,
    }
