"""The variables of whoever talks to Telegram."""

import pytest
from pydantic import BaseModel, ValidationError

from common.telegram.settings import OFFICIAL_API, BotToken, TelegramApiUrl, TelegramProxy


class Given(BaseModel):
    bot_token: BotToken = "1:a"
    telegram_api_url: TelegramApiUrl = OFFICIAL_API
    telegram_proxy: TelegramProxy | None = None


@pytest.mark.parametrize("token", ["", "abc", "1 2:3", "abc:def", "1:2:3"])
def test_what_is_no_token_is_refused(token: str) -> None:
    with pytest.raises(ValidationError):
        Given(bot_token=token)


def test_another_telegram_is_taken_on_loopback_only() -> None:
    assert Given(telegram_api_url="http://127.0.0.1:8081/").telegram_api_url.endswith(":8081")
    with pytest.raises(ValidationError):
        Given(telegram_api_url="https://telegram.example.org")


@pytest.mark.parametrize(
    "proxy", ["http://proxy:3128", "https://u:p@proxy", "socks5h://[::1]:1080"]
)
def test_proxies_of_all_kinds_are_taken(proxy: str) -> None:
    pytest.importorskip("socks")
    assert Given(telegram_proxy=proxy).telegram_proxy == proxy


@pytest.mark.parametrize("proxy", ["proxy:3128", "ftp://proxy", "http://", "socks5:proxy"])
def test_what_is_no_proxy_is_refused(proxy: str) -> None:
    with pytest.raises(ValidationError):
        Given(telegram_proxy=proxy)
