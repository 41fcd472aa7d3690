"""What the demo and the chaos look up as the operator: signed calls, and the doubles' ledgers."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import requests

from common.clients.country_api import CountryApi
from common.clients.main_api import MainApi
from common.clock import make_clock
from common.errors import NotFound
from common.service_client import ServiceClient, make_session
from main_api.payments.messages import message_key
from models.admin import AuditLines
from models.codes import FactKind, NoticeKind
from models.notifies import NoticeState
from models.presence import Presence
from models.servers import ServerUsers
from models.users import User
from sandbox.layout import Layout


@dataclass(frozen=True)
class Money:
    """One payment that really happened, as the provider knows it."""

    order: str
    provider: str
    external_id: str


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
            session=make_session(self._layout.fingerprints(name)),
        )

    @property
    def main(self) -> ServiceClient:
        return self._client("main_api", "main_api")

    def presence(self, user_id: int) -> Presence:
        return MainApi(self.main).presence(user_id)

    def traffic(self, country: str) -> dict[str, int]:
        """Bytes sent to each user by this server's core, counted every ten seconds."""
        agent = CountryApi(self._client(f"agent_{country}", "country_api"))
        days: dict[tuple[str, date], int] = {}
        cursor, more = 0, True
        while more:
            page = agent.traffic_days(cursor)
            cursor, more = page.cursor, page.more
            days |= {(row.key, row.day): row.down for row in page.rows}
        sums: Counter[str] = Counter()
        for (key, _), down in days.items():
            sums[key] += down
        return sums

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
        return MainApi(self.main).user(user_id)

    def audit(self, user_id: int) -> AuditLines:
        return MainApi(self.main).audit_of(user_id)

    def user_ids(self) -> list[int]:
        return MainApi(self.main).user_ids().user_ids

    def notice(self, key: str) -> str:
        """The state of a notice, or "absent"."""
        client = self._client("notify_service", "notify_service")
        try:
            return client.get(f"/api/v1/notices/{key}", NoticeState).state
        except NotFound:
            return "absent"

    def money(self) -> list[Money]:
        """What the doubles took; an order that was paid twice stands there twice."""
        url = f"{self._layout.url('payments')}/sandbox/api/payments"
        payments = requests.get(url, timeout=10).json()["payments"]
        paid = (p for p in payments if p["status"] in ("succeeded", "success"))
        return [Money(str(p["order"]), str(p["provider"]), str(p["id"])) for p in paid]

    def receipt(self, money: Money) -> str:
        """The state of the notice that thanks for it, or "absent"."""
        fact = f"{money.provider}:{FactKind.SUCCEEDED}:{money.external_id}"
        return self.notice(message_key(NoticeKind.PAYMENT_RECEIVED, fact))
