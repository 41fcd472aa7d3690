"""The bot's variables."""

from pathlib import Path
from typing import Annotated

from pydantic import Field
from typing_extensions import override

from common import settings as common
from common.settings import HttpUrl, ServiceKey, official_or_loopback

TELEGRAM = "https://api.telegram.org"


class Settings(common.Settings):
    state_dir: Path
    main_api_url: HttpUrl
    main_api_key: ServiceKey
    bot_token: Annotated[str, Field(pattern=r"^[0-9]+:[A-Za-z0-9_-]+$")]
    telegram_api_url: Annotated[str, official_or_loopback(TELEGRAM)] = TELEGRAM
    telegram_proxy: str | None = None
    support_url: HttpUrl

    @override
    def addresses(self) -> list[str]:
        return [self.main_api_url, self.telegram_api_url]

    @override
    def secrets(self) -> list[str]:
        return [self.bot_token, self.main_api_key]
