"""From which addresses the core's users are connected now.

Xray counts an address from the first request inside a connection until that connection ends, also
when its user has been removed meanwhile; it never counts 127.0.0.1 and [::1].
"""

from collections.abc import Iterable
from ipaddress import IPv6Address, ip_address

from country_api.core.client import CoreClient, CoreError
from country_api.core.config import CoreKind, CorePlan
from country_api.core.proto import core_api_pb2 as pb

OF_ONE = "app.stats.command.StatsService/GetStatsOnlineIpList"
OF_ALL = "app.stats.command.StatsService/GetUsersStats"
UNKNOWN = "not found"  # the core has counted nobody of this name since its start
FEW = 32  # so many are asked for one by one


class Online:
    """Ask only where `can_tell`: v2ray does not count addresses."""

    def __init__(self, client: CoreClient, plan: CorePlan) -> None:
        self._client = client
        self.can_tell = plan.kind is CoreKind.XRAY

    def addresses(self, keys: Iterable[str]) -> dict[str, frozenset[str]]:
        """Each of these users -> his distinct addresses, maybe none; raises CoreError."""
        asked = list(keys)
        if len(asked) <= FEW:
            return {key: self._of_one(key) for key in asked}
        there = self.all()
        return {key: there.get(key, frozenset()) for key in asked}

    def all(self, *, seconds: float = 5.0) -> dict[str, frozenset[str]]:
        """Each user who is connected -> his distinct addresses; raises CoreError."""
        request = pb.UsersStatsRequest(include_traffic=False)
        answer = self._client.call(OF_ALL, request, pb.UsersStatsResponse, seconds=seconds)
        found = {user.email: valid(it.ip for it in user.ips) for user in answer.users}
        return {key: addresses for key, addresses in found.items() if addresses}

    def _of_one(self, key: str) -> frozenset[str]:
        request = pb.GetStatsRequest(name=f"user>>>{key}>>>online")
        try:
            return valid(self._client.call(OF_ONE, request, pb.OnlineIpListResponse).ips)
        except CoreError as refused:
            if UNKNOWN in refused.told:
                return frozenset()
            raise


def valid(told: Iterable[str]) -> frozenset[str]:
    """IPv6 addresses come in brackets; an IPv4-mapped one is its IPv4 address."""
    return frozenset(filter(None, map(_address, told)))


def _address(text: str) -> str:
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return ""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)
