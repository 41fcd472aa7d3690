"""What the doubles must know: the shop's keys, the wallet's secrets and where events go."""

import ipaddress
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from sandbox.payments.switches import Switches


@dataclass(frozen=True)
class YooKassaShop:
    shop_id: str
    secret_key: str
    webhook_url: str
    gateway_id: str = "1750001"
    link_lifetime: timedelta = timedelta(hours=1)
    """A pay link nobody used dies by itself after about an hour."""


@dataclass(frozen=True)
class YooMoneyWallet:
    number: str
    notification_secret: str
    token: str
    notification_url: str


@dataclass(frozen=True)
class PaymentsSettings:
    """Raises ValueError when a secret is empty or an event would leave this machine."""

    yookassa: YooKassaShop
    yoomoney: YooMoneyWallet
    retry_factor: float = 1.0
    """The providers' real retry intervals are multiplied by it."""
    delivery_timeout: float = 10.0
    switches: Switches = field(default_factory=Switches)

    def __post_init__(self) -> None:
        for url in (self.yookassa.webhook_url, self.yoomoney.notification_url):
            require_loopback(urlsplit(url).hostname or "")
        empty = [name for name, value in self._secrets().items() if not value]
        if empty:
            raise ValueError(f"empty: {', '.join(empty)}")
        if self.retry_factor <= 0:
            raise ValueError("retry_factor must be positive")

    def _secrets(self) -> dict[str, str]:
        return {
            "yookassa.shop_id": self.yookassa.shop_id,
            "yookassa.secret_key": self.yookassa.secret_key,
            "yoomoney.number": self.yoomoney.number,
            "yoomoney.notification_secret": self.yoomoney.notification_secret,
            "yoomoney.token": self.yoomoney.token,
        }


def require_loopback(host: str) -> str:
    """The host itself; raises ValueError unless it is a loopback address or `localhost`."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        inside = ipaddress.ip_address(host).is_loopback
    except ValueError:
        inside = False
    if not inside:
        raise ValueError(f"{host!r} is not a loopback address")
    return host
