"""Builds a user's links and replaces them."""

from common.clock import Clock
from common.errors import Forbidden, Gone, NotFound
from main_api.access.changes import AccessChanges, Change
from main_api.access.service import Push
from main_api.links.vless import vless_link
from main_api.users.record import UserRecord
from main_api.users.service import new_access_secret, new_sub_token
from main_api.vpn_api.core_ids import core_id
from main_api.vpn_api.describing import Describing
from main_api.vpn_api.server_store import ServerStore
from main_api.vpn_api.servers import Place, Servers
from main_api.watching.order import Order
from models.access import Link, Links
from models.codes import Code
from models.servers import ServerDescription

DESCRIBE_SECONDS = 1.0


class LinkService:
    """A server that never described itself is asked when a link to it is wanted; one that is down
    keeps its link.
    """

    def __init__(
        self,
        servers: Servers,
        store: ServerStore,
        describing: Describing,
        changes: AccessChanges,
        push: Push,
        clock: Clock,
        public_url: str,
        order: Order,
    ) -> None:
        self._servers = servers
        self._store = store
        self._describing = describing
        self._changes = changes
        self._push = push
        self._clock = clock
        self._public_url = public_url
        self._order = order

    def config_of(self, user: UserRecord) -> Links:
        """Raises NotFound never_subscribed, Gone subscription_expired, Forbidden user_banned."""
        self.check_active(user)
        page = self.page_of(user)
        return Links(
            config_url=page, config_qr_code_url=page + "/qr.png", links=self.links_of(user)
        )

    def check_active(self, user: UserRecord) -> None:
        if user.banned:
            raise Forbidden("this user is banned", code=Code.USER_BANNED)
        if user.expires_at is None:
            raise NotFound("never subscribed", code=Code.NEVER_SUBSCRIBED)
        if not user.active_at(self._clock()):
            raise Gone("access has ended", code=Code.SUBSCRIPTION_EXPIRED)

    def page_of(self, user: UserRecord) -> str:
        return f"{self._public_url}/sub/{user.sub_token}"

    def links_of(self, user: UserRecord) -> list[Link]:
        """The first is the best; a name is the same wherever its link stands."""
        places = self._servers.places()
        descriptions = self._descriptions(places)
        links: list[Link] = []
        numbers: dict[str, int] = {}
        for place in places:
            numbers[place.country] = number = numbers.get(place.country, 0) + 1
            description = descriptions.get(place.address)
            if place.server is None or description is None:
                continue
            name = node_name(place.country, number)
            url = vless_link(core_id(user.access_secret, place.address), description, name)
            links.append(Link(country=place.country, server=place.address, name=name, url=url))
        return self._order.of(links, newcomer=user.connected_at is None)

    def _descriptions(self, places: list[Place]) -> dict[str, ServerDescription]:
        known = self._store.descriptions()
        if all(place.address in known for place in places if place.server):
            return known
        self._describing.ask_undescribed(DESCRIBE_SECONDS)
        return self._store.descriptions()

    def replace(self, user_id: int) -> Links:
        """A new token and new ids in every core; the old ones stop working. Raises as config_of."""

        def decide(user: UserRecord) -> Change:
            self.check_active(user)
            fields = {"sub_token": new_sub_token(), "access_secret": new_access_secret()}
            return Change(None, fields)

        user, _ = self._changes.make(user_id, decide)
        return self.config_of(self._push(user))


def node_name(country: str, number: int) -> str:
    title = country.replace("_", " ").replace("-", " ").title()
    return title if number == 1 else f"{title} {number}"
