"""Variables of notify_service."""

from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator
from typing_extensions import override

from common.settings import CallerKeys, HttpUrl, ServiceKey, Settings
from common.storage.connect import MongoUrl
from common.telegram.gate import RATE
from common.telegram.settings import OFFICIAL_API, BotToken, TelegramApiUrl, TelegramProxy
from models.users import Language
from notify_service.quiet import QuietHours, QuietSetting


def _smtp_url(value: str) -> str:
    """Its errors hold no part of the value, in which a password stands."""
    try:
        parts = urlsplit(value)
        complete = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port
    except ValueError:
        complete = None
    if not complete:
        raise ValueError("must be smtps://user:password@host:port, or smtp://…")
    return value


class NotifySettings(Settings):
    """`quiet_hours`: when reminders wait for the morning, by each reader's own clock.
    `telegram_rate`: messages a second; about 30 go through for all processes of a token.
    """

    mongo_url: MongoUrl
    caller_keys: CallerKeys
    main_api_url: HttpUrl
    main_api_key: ServiceKey
    bot_token: BotToken
    telegram_api_url: TelegramApiUrl = OFFICIAL_API
    telegram_proxy: TelegramProxy | None = None
    telegram_rate: Annotated[float, Field(ge=1, le=1000)] = RATE
    quiet_hours: QuietSetting = QuietHours(22, 9)

    @override
    def addresses(self) -> list[str]:
        distant = [self.main_api_url, self.telegram_api_url]
        distant += [self.telegram_proxy] if self.telegram_proxy else []
        return distant + ([self.mongo_url] if self.mongo_url.startswith("mongodb") else [])

    @override
    def secrets(self) -> list[str]:
        keys = [key for keys in self.caller_keys.values() for key in keys]
        proxy = [self.telegram_proxy] if self.telegram_proxy else []
        return [*keys, self.main_api_key, self.bot_token, self.mongo_url, *proxy]


class FailureSettings(Settings):
    """Of `python -m notify_service.failure`, which needs one way to the owner at least."""

    state_dir: Path
    crashes_dir: Path = Path("/run/keyland-crashes")
    bot_token: BotToken | None = None
    telegram_api_url: TelegramApiUrl = OFFICIAL_API
    telegram_proxy: TelegramProxy | None = None
    owner_telegram_id: Annotated[int, Field(ge=1)] | None = None
    owner_language: Language = "ru"
    smtp_url: Annotated[str, AfterValidator(_smtp_url)] | None = None
    mail_from: str = ""
    mail_to: str = ""

    @model_validator(mode="after")
    def _has_a_way_to_the_owner(self) -> "FailureSettings":
        if not (self.bot_token or self.smtp_url):
            raise ValueError("BOT_TOKEN or SMTP_URL: one is needed to tell the owner")
        if self.bot_token and not self.owner_telegram_id:
            raise ValueError("OWNER_TELEGRAM_ID: missing, while BOT_TOKEN is set")
        if self.smtp_url and not (self.mail_from and self.mail_to):
            raise ValueError("MAIL_FROM, MAIL_TO: missing, while SMTP_URL is set")
        return self

    @override
    def addresses(self) -> list[str]:
        proxy = [self.telegram_proxy] if self.telegram_proxy else []
        return [self.telegram_api_url, *([self.smtp_url] if self.smtp_url else []), *proxy]

    @override
    def secrets(self) -> list[str]:
        password = urlsplit(self.smtp_url or "").password
        return [it for it in (self.bot_token, self.smtp_url, password, self.telegram_proxy) if it]
