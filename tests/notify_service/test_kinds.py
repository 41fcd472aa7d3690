"""Every kind, in every language: words that Telegram takes, keys that the bot knows."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.clock import milliseconds
from common.i18n.catalogues import LANGUAGES
from common.i18n.texts import texts_in
from models.buttons import Button, parse
from models.codes import NoticeKind, Withheld
from models.users import Language
from notify_service.kinds import KINDS
from notify_service.kinds.base import Circumstances, Message
from sandbox.telegram.formatted import formatted
from tests.tg_bot.views import a_user

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
UNTIL_MS = 1_800_000_000_000  # 15 January 2027
RECEIVED = {"order_id": "o1", "until_ms": UNTIL_MS, "months": 3}
CHANGED = {"until_ms": UNTIL_MS}
CLEANED = {"about": "cleanup", "removed": 1201, "stayed": 7, "waiting": 0} | {
    "orders": 0,
    "facts": 2,
    "digests": 5,
}
ALARMED = {"country": "finland", "address": "[2001:db8::1]:443", "users": 3, "since_ms": 0}
WITHHELD = {"why": "traffic", "limit": 100 * 2**30}
EXAMPLES: list[tuple[NoticeKind, dict[str, Any], str]] = [
    (NoticeKind.SUB_ENDED, {}, "renewSub"),
    (NoticeKind.SUB_ENDED, {"text": "<3 & more"}, "renewSub"),
    (NoticeKind.TEST_PUSH, {}, "renewSub"),
    (NoticeKind.PAYMENT_RECEIVED, RECEIVED | {"first": 1}, "connect changeRegion"),
    (NoticeKind.PAYMENT_RECEIVED, RECEIVED | {"first": 0}, "myKeys profile"),
    (NoticeKind.PAYMENT_FAILED, {"order_id": "o1"}, "renewSub support"),
    (
        NoticeKind.PAYMENT_UNDERPAID,
        {"order_id": "o1", "paid_kopecks": 15_050, "price_kopecks": 199_000},
        "support",
    ),
    (NoticeKind.PAYMENT_REFUNDED, {"order_id": "o1", "until_ms": UNTIL_MS}, "renewSub support"),
    (NoticeKind.PAYMENT_REFUNDED, {"order_id": "o1", "until_ms": 0}, "renewSub support"),
    (NoticeKind.OWNER_ALERT, {"text": "<b>" * 5000}, ""),
    (NoticeKind.REFERRAL_EARNED, {"days": 10, "until_ms": UNTIL_MS}, "connect profile"),
    (NoticeKind.REFERRAL_EARNED, {"days": 1, "until_ms": 0}, "connect profile"),
    (NoticeKind.REFERRAL_TAKEN_BACK, {"days": 10, "until_ms": UNTIL_MS}, "profile"),
    (NoticeKind.REFERRAL_TAKEN_BACK, {"days": 2, "until_ms": 0}, "renewSub profile"),
    (NoticeKind.ACCESS_CHANGED, CHANGED | {"what": "time", "days": 3}, "connect support"),
    (NoticeKind.ACCESS_CHANGED, CHANGED | {"what": "time", "months": -1}, "connect support"),
    (NoticeKind.ACCESS_CHANGED, {"what": "time", "days": -3, "until_ms": 0}, "support"),
    (NoticeKind.ACCESS_CHANGED, {"what": "closed", "until_ms": 0}, "support"),
    (NoticeKind.ACCESS_CHANGED, CHANGED | {"what": "link"}, "connect support"),
    (NoticeKind.ACCESS_CHANGED, CHANGED | {"what": "banned"}, "support"),
    (NoticeKind.ACCESS_CHANGED, CHANGED | {"what": "unbanned"}, "connect support"),
    (NoticeKind.ACCESS_CHANGED, {"what": "link", "until_ms": 0}, "support"),
    (NoticeKind.ACCESS_CHANGED, {"what": "unbanned", "until_ms": 0}, "renewSub support"),
    (NoticeKind.OPERATOR_REPORT, CLEANED | {"complete": 1}, ""),
    (NoticeKind.OPERATOR_REPORT, CLEANED | {"complete": 0, "waiting": 41}, ""),
    (NoticeKind.SERVER_ALARM, ALARMED | {"about": "sick", "reason": "silent"}, ""),
    (NoticeKind.SERVER_ALARM, ALARMED | {"about": "sick", "reason": "core_down", "users": 0}, ""),
    (NoticeKind.SERVER_ALARM, ALARMED | {"about": "sick", "reason": "missing"}, ""),
    (NoticeKind.SERVER_ALARM, ALARMED | {"about": "sick", "others": 0}, ""),
    (NoticeKind.SERVER_ALARM, ALARMED | {"about": "missing"}, ""),
    (NoticeKind.SERVER_ALARM, ALARMED | {"about": "spared"}, ""),
    (NoticeKind.SERVER_ALARM, ALARMED | {"about": "uncalled"}, ""),
    (NoticeKind.SERVER_ALARM, ALARMED | {"about": "spared", "until_ms": UNTIL_MS}, ""),
    (NoticeKind.SERVER_ALARM, ALARMED | {"about": "uncalled", "until_ms": UNTIL_MS}, ""),
    (NoticeKind.SERVER_ALARM, ALARMED | {"about": "sick", "until_ms": UNTIL_MS}, ""),
    (NoticeKind.SERVER_ALARM, ALARMED | {"about": "missing", "until_ms": UNTIL_MS}, ""),
    (NoticeKind.ACCESS_WITHHELD, WITHHELD, "renewSub support"),
    (NoticeKind.ACCESS_WITHHELD, WITHHELD | {"until_ms": UNTIL_MS}, "renewSub support"),
    (
        NoticeKind.ACCESS_WITHHELD,
        {"why": "devices", "limit": 3, "until_ms": UNTIL_MS},
        "support",
    ),
    (NoticeKind.SUB_ENDS_IN_THREE_DAYS, {"end_ms": UNTIL_MS}, "renewSub"),
    (NoticeKind.SUB_ENDS_IN_A_DAY, {"end_ms": UNTIL_MS}, "renewSub"),
    (NoticeKind.SUB_ENDED_TWO_DAYS_AGO, {"end_ms": 0}, "renewSub support"),
    (NoticeKind.TRIAL_ENDING, {"end_ms": UNTIL_MS}, "renewSub"),
    (NoticeKind.TRIAL_UNUSED, {"end_ms": UNTIL_MS}, "connect support"),
    (NoticeKind.NEVER_CONNECTED, {"end_ms": UNTIL_MS}, "connect support"),
]


def composed(kind: NoticeKind, params: dict[str, Any], language: Language) -> Message:
    chosen = KINDS[kind]
    checked = chosen.params.model_validate(params)
    return chosen.compose(checked, texts_in(language), Circumstances(NOW, None))


def test_every_kind_has_an_example() -> None:
    assert set(KINDS) == set(NoticeKind) == {kind for kind, _, _ in EXAMPLES}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "params", "buttons"), EXAMPLES)
def test_telegram_takes_it_and_its_keys_are_the_bots(
    kind: NoticeKind, params: dict[str, Any], buttons: str, language: Language
) -> None:
    message = composed(kind, params, language)

    shown = formatted(message.html, "HTML", None, lax_urls=False)
    assert 1 <= len(shown.text) <= 4096
    pressed = [parse(key.data or "") for row in message.keyboard for key in row]
    assert pressed == [[name] for name in buttons.split()]
    assert set(buttons.split()) <= set(Button)


def test_sums_and_dates_are_told_as_people_write_them() -> None:
    underpaid = {"order_id": "o1", "paid_kopecks": 15_050, "price_kopecks": 199_000}

    told = composed(NoticeKind.PAYMENT_UNDERPAID, underpaid, "ru").html
    assert "150,50\xa0₽ из 1\xa0990\xa0₽" in told
    refund = {"order_id": "o1", "until_ms": UNTIL_MS}
    assert "15 January 2027" in composed(NoticeKind.PAYMENT_REFUNDED, refund, "en").html
    closed = composed(NoticeKind.PAYMENT_REFUNDED, refund | {"until_ms": 0}, "ru").html
    assert "Доступ закрыт" in closed


@pytest.mark.parametrize(
    ("until", "told"),
    [
        (NOW.replace(day=23, month=12), "Ваши ключи продолжают работать"),  # two days were left
        (NOW.replace(day=21, month=12) - timedelta(seconds=20), "Ваши ключи снова работают"),
    ],
)
def test_who_renews_in_advance_is_not_told_that_the_keys_had_stopped(
    until: datetime, told: str
) -> None:
    params = {"order_id": "o1", "until_ms": milliseconds(until), "months": 1, "first": 0}

    assert told in composed(NoticeKind.PAYMENT_RECEIVED, params, "ru").html


def test_too_little_money_says_nothing_of_access_that_may_well_be_open() -> None:
    params = {"order_id": "o1", "paid_kopecks": 100, "price_kopecks": 19_900}

    told = composed(NoticeKind.PAYMENT_UNDERPAID, params, "ru").html
    assert "доступ пока не открыт" not in told
    assert "тариф пока не подключён" in told


def test_a_long_alert_is_cut_before_it_is_escaped() -> None:
    html = composed(NoticeKind.OWNER_ALERT, {"text": "<" * 5000}, "en").html

    assert html.endswith("&lt;…")
    assert html.count("&lt;") == 3500


@pytest.mark.parametrize(
    ("days", "given", "gone"),
    [
        (1, "Вам 1 день в подарок", "Подаренный 1 день больше не действует"),
        (3, "Вам 3 дня в подарок", "Подаренные 3 дня больше не действуют"),
        (10, "Вам 10 дней в подарок", "Подаренные 10 дней больше не действуют"),
    ],
)
def test_a_gift_is_told_with_its_days_and_the_end_of_access(
    days: int, given: str, gone: str
) -> None:
    params = {"days": days, "until_ms": UNTIL_MS}
    earned, taken = (
        composed(kind, params, "ru").html
        for kind in (NoticeKind.REFERRAL_EARNED, NoticeKind.REFERRAL_TAKEN_BACK)
    )

    assert given in earned
    assert gone in taken
    assert "до 15 января 2027." in earned
    assert "до 15 января 2027." in taken


@pytest.mark.parametrize(
    ("kind", "left", "russian", "english"),
    [
        (NoticeKind.SUB_ENDS_IN_THREE_DAYS, timedelta(days=3), "через 3 дня.", "in 3 days."),
        (NoticeKind.SUB_ENDS_IN_THREE_DAYS, timedelta(hours=47), "через 2 дня.", "in 2 days."),
        (NoticeKind.SUB_ENDS_IN_A_DAY, timedelta(hours=24), "через 1 день.", "in 1 day."),
        (NoticeKind.SUB_ENDS_IN_A_DAY, timedelta(hours=20.5), "через 21 час.", "in 21 hours."),
        (NoticeKind.TRIAL_ENDING, timedelta(hours=8), "через 8 часов.", "in 8 hours."),
        (NoticeKind.TRIAL_ENDING, timedelta(seconds=5), "через 1 минуту.", "in 1 minute."),
        (NoticeKind.SUB_ENDED_TWO_DAYS_AGO, timedelta(days=-2), "2 дня назад.", "2 days ago."),
        (NoticeKind.SUB_ENDED_TWO_DAYS_AGO, timedelta(days=-5), "5 дней назад.", "5 days ago."),
    ],
)
def test_reminders_tell_the_time_that_is_left_when_they_are_sent(
    kind: NoticeKind, left: timedelta, russian: str, english: str
) -> None:
    params = {"end_ms": milliseconds(NOW + left)}

    assert russian in composed(kind, params, "ru").html
    assert english in composed(kind, params, "en").html


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_new_link_does_not_name_a_key_that_is_not_there(language: Language) -> None:
    told = composed(NoticeKind.ACCESS_CHANGED, {"what": "link", "until_ms": 0}, language).html

    assert "Connect" not in told
    assert "Подключ" not in told


def test_the_only_server_is_not_said_to_have_others_beside_it() -> None:
    params = ALARMED | {"about": "sick", "reason": "silent"}

    assert "New customers get the other" in composed(NoticeKind.SERVER_ALARM, params, "en").html
    alone = composed(NoticeKind.SERVER_ALARM, params | {"others": 0}, "ru").html
    assert "другие серверы" not in alone
    assert "по-прежнему получают этот" in alone


def test_the_owner_is_told_the_command_that_settles_who_is_spared() -> None:
    told = composed(NoticeKind.SERVER_ALARM, ALARMED | {"about": "spared"}, "en").html

    assert "python -m main_api.servers agree [2001:db8::1]:443 --force" in told
    assert "(3)" in told


def test_who_is_withheld_hears_what_happened_and_what_he_can_do() -> None:
    anew = composed(NoticeKind.ACCESS_WITHHELD, WITHHELD | {"until_ms": UNTIL_MS}, "ru").html
    assert "израсходован: 100 ГБ за 30 дней" in anew
    assert "Продлите доступ" not in anew
    assert "15 января 2027" in anew
    bought = composed(NoticeKind.ACCESS_WITHHELD, WITHHELD, "ru").html
    assert "Продлите доступ" in bought
    devices = {"why": "devices", "limit": 1, "until_ms": UNTIL_MS}
    assert "больше 1 устройства" in composed(NoticeKind.ACCESS_WITHHELD, devices, "ru").html
    assert "More than 3 devices" in (
        composed(NoticeKind.ACCESS_WITHHELD, devices | {"limit": 3}, "en").html
    )


def test_who_is_let_in_again_before_it_was_sent_is_not_told() -> None:
    kind = KINDS[NoticeKind.ACCESS_WITHHELD]
    params = kind.params.model_validate(WITHHELD)
    withheld = a_user(expires_at=NOW + timedelta(days=9), withheld=Withheld.TRAFFIC)

    assert kind.wanted
    assert kind.wanted(params, withheld, NOW)
    for change in ({"withheld": None}, {"withheld": Withheld.DEVICES}, {"banned": True}):
        assert not kind.wanted(params, withheld.model_copy(update=change), NOW)
