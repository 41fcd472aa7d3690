"""Traffic and devices as people read them."""

from datetime import date, timedelta
from typing import Any

from common.i18n.texts import texts_in
from models.codes import Withheld
from models.traffic import Usage
from tests.support.fake_main_api import FakeMainApi
from tests.tg_bot.views import NOW, a_user, a_visit
from tg_bot.admin import card
from tg_bot.screens.profile import open_profile
from tg_bot.traffic import for_admins, gigabytes, used_of_limits

GB = 2**30
RU, EN = texts_in("ru"), texts_in("en")


def used(**told: Any) -> Usage:
    return Usage(period_since=date(2026, 11, 1), **told)


def test_gigabytes_have_one_decimal_at_most() -> None:
    amounts = (0, 1, GB // 2, 12 * GB, int(12.34 * GB), 1234 * GB)

    assert [gigabytes(RU, it) for it in amounts] == ["0", "0", "0,5", "12", "12,3", "1\xa0234"]
    assert gigabytes(EN, int(12.34 * GB)) == "12.3"


def test_the_admin_sees_traffic_and_devices() -> None:
    told = used(month=int(12.3 * GB), today=int(0.4 * GB), devices=2, most_devices=3)

    assert for_admins(RU, told).split("\n") == [
        "📊 Трафик за 30 дней: 12,3 ГБ · сегодня 0,4 ГБ",
        "📱 Устройств сейчас: 2 (больше всего за день: 3)",
    ]


def test_where_no_core_tells_devices_none_are_told() -> None:
    assert "стройств" not in for_admins(RU, used(device_limit=2))


def test_who_is_above_his_limits_is_warned_of() -> None:
    within = used(period=12 * GB, traffic_limit=100 * GB, devices=2, device_limit=2)
    above = used(period=120 * GB, traffic_limit=100 * GB, devices=3, device_limit=2)

    assert used_of_limits(RU, within).split("\n") == [
        "📊 Использовано 12 из 100 ГБ с 1 ноября 2026",  # noqa: RUF001 -- Russian
        "📱 Устройств: 2 из 2",
    ]
    assert used_of_limits(RU, above).split("\n") == [
        "⚠️ Использовано 120 из 100 ГБ с 1 ноября 2026",  # noqa: RUF001 -- Russian
        "⚠️ Устройств: 3 из 2",
    ]
    assert "⚠️ Used 120 of 100 GB since 1 November 2026" in for_admins(EN, above)


def test_the_profile_tells_a_payer_what_his_tariff_limits_and_nobody_else() -> None:
    payer = a_user(expires_at=NOW + timedelta(days=9), ever_paid=True)
    visit = a_visit(user=payer)
    assert isinstance(visit.main_api, FakeMainApi)
    before = open_profile(visit).text
    visit.main_api.usage[payer.user_id] = used(period=12 * GB, traffic_limit=100 * GB)

    assert "Использовано" not in before
    assert "Использовано 12 из 100 ГБ" in open_profile(visit).text
    visit.main_api.no_traffic = True
    assert open_profile(visit).text == before, "the rest is told without it"
    trying = visit.main_api.usage
    on_trial = a_visit(user=payer.model_copy(update={"has_trial": True}))
    assert isinstance(on_trial.main_api, FakeMainApi)
    on_trial.main_api.usage.update(trying)
    assert "Использовано" not in open_profile(on_trial).text


def test_who_is_withheld_reads_why_on_his_profile_and_the_admin_on_the_card() -> None:
    until = NOW + timedelta(minutes=10)
    payer = a_user(expires_at=NOW + timedelta(days=9), ever_paid=True)
    held = payer.model_copy(update={"withheld": Withheld.DEVICES, "withheld_until": until})
    used_up = payer.model_copy(update={"withheld": Withheld.TRAFFIC})

    assert "Приостановлено" not in open_profile(a_visit(user=payer)).text
    assert "одновременно было подключено слишком много" in open_profile(a_visit(user=held)).text
    assert "трафик по вашему тарифу израсходован" in open_profile(a_visit(user=used_up)).text
    later = used_up.model_copy(update={"withheld_until": until})
    assert f"Приостановлено до {RU.moment(until)}: трафик" in open_profile(a_visit(user=later)).text
    ended = later.model_copy(update={"expires_at": NOW})
    assert "Приостановлено" not in open_profile(a_visit(user=ended)).text
    assert card.warnings(RU, payer) == ""
    assert "серверов</b>: слишком много устройств" in card.warnings(RU, held)
    assert "израсходован, пока не продлит" in card.warnings(RU, used_up)
