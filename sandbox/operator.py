"""What the demo and the chaos look up as the operator: signed calls, and the doubles' ledgers."""

import requests
from pydantic import RootModel

from common.clients.country_api import CountryApi
from common.clients.main_api import MainApi
from common.clock import make_clock
from common.errors import NotFound
from common.service_client import ServiceClient
from models.notifies import NoticeState
from models.servers import ServerUsers
from models.users import User
from sandbox.layout import Layout


class Anything(RootModel[dict[str, object]]):
    """An answer whose shape does not matter here."""


class Operator:
    """Signs as `operator`, like somebody with a token minted by hand."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def _client(self, name: str, callee: str) -> ServiceClient:
        return ServiceClient(
            self._layout.url(name),
            caller="operator",
            callee=callee,
            key=self._layout.keys["operator", name],
            clock=make_clock(self._layout.clock_file),
        )

    def traffic(self, country: str) -> dict[str, int]:
        """Bytes sent to each user by this server's core."""
        return CountryApi(self._client(f"agent_{country}", "country_api")).traffic().downlink

    def users(self, country: str) -> ServerUsers:
        return CountryApi(self._client(f"agent_{country}", "country_api")).users()

    def active_ids(self, country: str) -> set[str]:
        """Ids of those who should be and, as far as the core can tell, are in the core."""
        now = make_clock(self._layout.clock_file)()
        return {
            user.core_id
            for user in self.users(country).users
            if user.active and user.expires_at > now and user.in_core is not False
        }

    def user(self, user_id: int) -> User:
        return MainApi(self._client("main_api", "main_api")).user(user_id)

    def user_ids(self) -> list[int]:
        return MainApi(self._client("main_api", "main_api")).user_ids().user_ids

    def notice(self, key: str) -> str:
        """The state of a notice, or "absent"."""
        client = self._client("notify_service", "notify_service")
        try:
            return client.get(f"/api/v1/notices/{key}", NoticeState).state
        except NotFound:
            return "absent"

    def paid_orders(self) -> list[str]:
        """Orders that the doubles took money for; one that was paid twice stands twice."""
        url = f"{self._layout.url('payments')}/sandbox/api/payments"
        payments = requests.get(url, timeout=10).json()["payments"]
        return [str(p["order"]) for p in payments if p["status"] in ("succeeded", "success")]
