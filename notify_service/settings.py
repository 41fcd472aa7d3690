"""Variables of notify_service."""

from typing_extensions import override

from common.settings import CallerKeys, HttpUrl, ServiceKey, Settings
from common.storage.connect import MongoUrl
from common.telegram.settings import OFFICIAL_API, BotToken, TelegramApiUrl, TelegramProxy


class NotifySettings(Settings):
    mongo_url: MongoUrl
    caller_keys: CallerKeys
    main_api_url: HttpUrl
    main_api_key: ServiceKey
    bot_token: BotToken
    telegram_api_url: TelegramApiUrl = OFFICIAL_API
    telegram_proxy: TelegramProxy | None = None

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
