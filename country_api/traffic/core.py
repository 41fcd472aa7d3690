"""The core as the meter reads it: our users only."""

import re

from country_api.core.accounts import Accounts
from country_api.core.client import CoreClient
from country_api.core.online import Online
from country_api.traffic.meter import Bytes, count_devices

KEY = re.compile(r"u[1-9][0-9]{0,15}")
MOST_DEVICES = 10_000


class MeteredCore:
    def __init__(self, client: CoreClient, accounts: Accounts, online: Online) -> None:
        self._client, self._accounts, self._online = client, accounts, online

    def uptime(self) -> int:
        return self._client.uptime()

    def counters(self) -> dict[str, Bytes]:
        told = self._accounts.traffic()
        keys = filter(KEY.fullmatch, told.uplink.keys() | told.downlink.keys())
        return {key: (told.uplink.get(key, 0), told.downlink.get(key, 0)) for key in keys}

    def devices(self) -> dict[str, int] | None:
        """The addresses themselves go no further than this."""
        if not self._online.can_tell:
            return None
        return {
            key: min(count_devices(there), MOST_DEVICES)
            for key, there in self._online.all().items()
            if KEY.fullmatch(key)
        }
