"""What payments_webhook reads from its environment; a provider is on when its variables are set."""

from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator
from typing_extensions import override

from common.settings import CallerKeys, HttpUrl, ServiceKey, Settings, official_or_loopback

YOOMONEY = "https://yoomoney.ru"
YOOKASSA = "https://api.yookassa.ru/v3"

Network = IPv4Network | IPv6Network


def _networks(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(ip_network(part.strip()) for part in value.split(",") if part.strip())


class PaymentsWebhookSettings(Settings):
    """`public_url` is where payers reach the pay pages; `trusted_proxy_hops` how many proxies of
    ours stand in front. `yookassa_networks`, when given, are the only senders of its events.
    """

    state_dir: Path
    caller_keys: CallerKeys
    main_api_url: HttpUrl
    main_api_key: ServiceKey
    public_url: HttpUrl
    bind: str = "127.0.0.1:8000"
    trusted_proxy_hops: Annotated[int, Field(ge=0, le=4)] = 0

    yoomoney_wallet: Annotated[str, Field(pattern=r"^[0-9]{11,20}$")] | None = None
    yoomoney_secret: str | None = None
    yoomoney_token: str | None = None
    yoomoney_url: Annotated[str, official_or_loopback(YOOMONEY)] = YOOMONEY

    yookassa_shop_id: Annotated[str, Field(pattern=r"^[0-9]{1,20}$")] | None = None
    yookassa_secret_key: str | None = None
    yookassa_api_url: Annotated[str, official_or_loopback(YOOKASSA)] = YOOKASSA
    yookassa_accept_test: bool = False
    yookassa_networks: Annotated[tuple[Network, ...], BeforeValidator(_networks)] = ()

    @model_validator(mode="after")
    def _no_provider_by_halves(self) -> "PaymentsWebhookSettings":
        yoomoney = ["yoomoney_wallet", "yoomoney_secret"]
        yookassa = ["yookassa_shop_id", "yookassa_secret_key"]
        lacking = self._lacking([*yoomoney, "yoomoney_token"], yoomoney)
        lacking += self._lacking(yookassa, yookassa)
        if lacking:
            raise ValueError(f"{', '.join(lacking)}: missing, while the provider's others are set")
        return self

    def _lacking(self, any_of: list[str], needed: list[str]) -> list[str]:
        if not any(getattr(self, name) for name in any_of):
            return []
        return [name.upper() for name in needed if not getattr(self, name)]

    @override
    def addresses(self) -> list[str]:
        used = [self.bind, self.main_api_url, self.public_url]
        if self.yoomoney_wallet:
            used.append(self.yoomoney_url)
        if self.yookassa_shop_id:
            used.append(self.yookassa_api_url)
        return used

    @override
    def secrets(self) -> list[str]:
        own = [self.main_api_key, self.yoomoney_secret, self.yoomoney_token]
        theirs = [key for keys in self.caller_keys.values() for key in keys]
        return [secret for secret in [*own, self.yookassa_secret_key, *theirs] if secret]
