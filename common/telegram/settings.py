"""The variables of whoever talks to Telegram."""

from importlib.util import find_spec
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator
from telebot.util import validate_token

from common.settings import official_or_loopback

OFFICIAL_API = "https://api.telegram.org"
PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")


def _bot_token(value: str) -> str:
    validate_token(value)
    if not value.partition(":")[0].isdecimal():
        raise ValueError("must look like 123456:letters")
    return value


def _proxy(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in PROXY_SCHEMES or not parts.hostname:
        raise ValueError(f"must be an address with {', '.join(PROXY_SCHEMES)}")
    if parts.scheme.startswith("socks") and find_spec("socks") is None:
        raise ValueError("a SOCKS proxy needs the package PySocks")
    return value


BotToken = Annotated[str, AfterValidator(_bot_token)]
TelegramApiUrl = Annotated[str, official_or_loopback(OFFICIAL_API)]
TelegramProxy = Annotated[str, AfterValidator(_proxy)]
