"""The core as the meter reads it: our users only."""

import re

from country_api.core.accounts import QUERY
from country_api.core.client import CoreClient
from country_api.core.online import Online
from country_api.core.proto import core_api_pb2 as pb
from country_api.traffic.meter import Bytes, count_devices

COUNTER = re.compile(r"user>>>(u[1-9][0-9]{0,15})>>>traffic>>>(up|down)link")
KEY = re.compile(r"u[1-9][0-9]{0,15}")
MOST_DEVICES = 10_000


class MeteredCore:
    def __init__(self, client: CoreClient, online: Online) -> None:
        self._client, self._online = client, online

    def uptime(self) -> int:
        return self._client.uptime()

    def counters(self) -> dict[str, Bytes]:
        request = pb.QueryStatsRequest(pattern="user>>>", reset=False)
        answer = self._client.call(QUERY, request, pb.QueryStatsResponse, seconds=5.0)
        found: dict[str, Bytes] = {}
        for stat in answer.stat:
            if match := COUNTER.fullmatch(stat.name):
                key, way = match.groups()
                up, down = found.get(key, (0, 0))
                found[key] = (stat.value, down) if way == "up" else (up, stat.value)
        return found

    def devices(self) -> dict[str, int] | None:
        """The addresses themselves go no further than this."""
        if not self._online.can_tell:
            return None
        return {
            key: min(count_devices(there), MOST_DEVICES)
            for key, there in self._online.all().items()
            if KEY.fullmatch(key)
        }
