"""Reminders are switched off and on by their reader, who also says what time it is at his place."""

from dataclasses import replace
from zoneinfo import available_timezones

from common.i18n.texts import texts_in
from models.buttons import callback
from models.users import RegisterRequest
from tests.support.fake_main_api import FakeMainApi
from tests.tg_bot.views import NOW, a_visit
from tg_bot.screens.notices import ZONES, open_notices, zones
from tg_bot.screens.profile import open_profile
from tg_bot.visit import View, Visit


def visitor() -> Visit:
    visit = a_visit()
    assert isinstance(visit.main_api, FakeMainApi)
    return replace(visit, user=visit.main_api.register(RegisterRequest(telegram_id=7)))


def pressed(visit: Visit, *arguments: str) -> tuple[Visit, View]:
    view = open_notices(replace(visit, arguments=arguments))
    return replace(visit, user=visit.main_api.user(visit.user.user_id)), view


def test_they_are_switched_off_and_on() -> None:
    visit, view = pressed(visitor(), "off")
    assert not visit.user.notices
    assert "Сейчас они выключены" in view.text

    visit, view = pressed(visit, "on")
    assert visit.user.notices
    assert "Сейчас они включены" in view.text


def test_a_chosen_zone_is_kept_and_shown_at_once() -> None:
    visit, view = pressed(visitor(), "zone", "Asia/Kamchatka")

    assert visit.user.time_zone == "Asia/Kamchatka"
    assert "00:00:00 (UTC+12)" in view.text


def test_a_zone_that_nobody_offered_changes_nothing() -> None:
    for invented in ("Mars/Olympus", "", "America/New_York"):
        visit, view = pressed(visitor(), "zone", invented)
        assert visit.user.time_zone == "Europe/Moscow"
        assert len(view.keyboard) > 5


def test_zones_are_shown_by_their_own_time_from_west_to_east() -> None:
    keys = [key.text for row in zones(texts_in("ru"), NOW).keyboard for key in row]

    assert keys[0] == "12:00 Лондон"
    assert "15:00 Москва +3" in keys
    assert keys.index("15:00 Москва +3") < keys.index("17:00 Ташкент +5")
    assert set(ZONES) <= available_timezones()


def test_the_profile_leads_there() -> None:
    data = [key.data for row in open_profile(a_visit()).keyboard for key in row]

    assert callback("notices") in data
