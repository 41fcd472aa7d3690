"""The bot's variables."""

import json
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationInfo, field_validator
from pyotp.totp import TOTP
from typing_extensions import override

from common import settings as common
from common.settings import HttpUrl, ServiceKey, official_or_loopback
from models.users import TgId

TELEGRAM = "https://api.telegram.org"
MIN_SECRET_CHARS = 16


def _ids(value: object) -> object:
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _secrets(value: object) -> object:
    """Raises ValueError, which never holds a secret."""
    if not isinstance(value, str):
        return value
    secrets: dict[int, str] = {}
    try:
        secrets = {TELEGRAM_ID.validate_python(k): str(v) for k, v in json.loads(value).items()}
        sound = all(map(_is_secret, secrets.values()))
    except (ValueError, AttributeError):
        sound = False
    if not sound:
        raise ValueError('must be JSON as {"46537428": "BASE32SECRET"}')
    return secrets


def _is_secret(secret: str) -> bool:
    """Raises ValueError for what is not base32."""
    return len(secret) >= MIN_SECRET_CHARS and bool(TOTP(secret).at(0))


TELEGRAM_ID = TypeAdapter[int](TgId)
AdminIds = Annotated[frozenset[TgId], BeforeValidator(_ids)]
"""Variable ADMIN_TELEGRAM_IDS: "46537428, 98472894"."""

TotpSecrets = Annotated[dict[int, str], BeforeValidator(_secrets)]
"""Variable ADMIN_TOTP_SECRETS: by Telegram id, in base32."""


class Settings(common.Settings):
    state_dir: Path
    main_api_url: HttpUrl
    main_api_key: ServiceKey
    bot_token: Annotated[str, Field(pattern=r"^[0-9]+:[A-Za-z0-9_-]+$")]
    telegram_api_url: Annotated[str, official_or_loopback(TELEGRAM)] = TELEGRAM
    telegram_proxy: str | None = None
    support_url: HttpUrl
    notify_service_url: HttpUrl
    notify_service_key: ServiceKey
    admin_telegram_ids: AdminIds = frozenset()
    admin_totp_secrets: TotpSecrets = Field(default_factory=dict)

    @field_validator("admin_totp_secrets")
    @classmethod
    def _of_admins(cls, value: dict[int, str], told: ValidationInfo) -> dict[int, str]:
        """A mistyped id would silently leave an admin without his second factor."""
        if value.keys() - told.data.get("admin_telegram_ids", value.keys()):
            raise ValueError("names somebody who is not in ADMIN_TELEGRAM_IDS")
        return value

    @override
    def addresses(self) -> list[str]:
        return [self.main_api_url, self.notify_service_url, self.telegram_api_url]

    @override
    def secrets(self) -> list[str]:
        keys = [self.main_api_key, self.notify_service_key]
        return [self.bot_token, *keys, *self.admin_totp_secrets.values()]
