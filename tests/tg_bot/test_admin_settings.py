"""Who is an admin, and whose second factor is asked: as the configuration says it."""

from typing import Any

import pytest

from common.settings import BadSettings, load
from tg_bot.settings import Settings

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ENVIRONMENT = {
    "STATE_DIR": "state",
    "MAIN_API_URL": "http://127.0.0.1:1",
    "MAIN_API_KEY": "k" * 32,
    "NOTIFY_SERVICE_URL": "http://127.0.0.1:1",
    "NOTIFY_SERVICE_KEY": "n" * 32,
    "BOT_TOKEN": "42:TEST",
    "SUPPORT_URL": "https://t.me/keyland_support",
}


def loaded(**changed: str) -> Settings:
    return load(Settings, ENVIRONMENT | changed)


@pytest.mark.parametrize("ids", ["46537428,98472894", " 46537428 98472894 ", "46537428, 98472894,"])
def test_ids_are_read_with_commas_and_spaces(ids: str) -> None:
    assert loaded(ADMIN_TELEGRAM_IDS=ids).admin_telegram_ids == {46537428, 98472894}


def test_without_the_variable_nobody_is_an_admin() -> None:
    assert loaded().admin_telegram_ids == frozenset()
    assert loaded(ADMIN_TELEGRAM_IDS="").admin_telegram_ids == frozenset()


def test_a_secret_is_kept_out_of_logs() -> None:
    settings = loaded(
        ADMIN_TELEGRAM_IDS="46537428", ADMIN_TOTP_SECRETS=f'{{"46537428": "{SECRET}"}}'
    )

    assert settings.admin_totp_secrets == {46537428: SECRET}
    assert SECRET in settings.secrets()


@pytest.mark.parametrize(
    "changed",
    [
        {"ADMIN_TELEGRAM_IDS": "@admin"},
        {"ADMIN_TELEGRAM_IDS": "0"},
        {"ADMIN_TOTP_SECRETS": f'{{"46537429": "{SECRET}"}}'},
        {"ADMIN_TOTP_SECRETS": '{"46537428": "no base32 at all !"}'},
        {"ADMIN_TOTP_SECRETS": '{"46537428": "JBSWY3DP"}'},
        {"ADMIN_TOTP_SECRETS": '{"46537428": 5}'},
        {"ADMIN_TOTP_SECRETS": f'["{SECRET}"]'},
        {"ADMIN_TOTP_SECRETS": SECRET},
    ],
)
def test_a_mistake_stops_the_start_and_tells_no_secret(changed: dict[str, Any]) -> None:
    with pytest.raises(BadSettings) as told:
        loaded(**{"ADMIN_TELEGRAM_IDS": "46537428", **changed})

    (name,) = changed
    assert name in str(told.value)
    assert SECRET not in str(told.value)
