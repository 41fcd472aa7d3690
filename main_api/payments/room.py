"""The payments room put together, for the web app and for the jobs."""

from collections.abc import Callable
from dataclasses import dataclass

from main_api.deps import Deps
from main_api.payments.deciding import Deciding
from main_api.payments.facts import FactStore
from main_api.payments.messages import Messages
from main_api.payments.ordering import Ordering
from main_api.payments.orders import OrderStore
from main_api.payments.settlement import Settlement, Soon
from main_api.tariffs.routes import catalogue


@dataclass(frozen=True)
class PaymentsRoom:
    orders: OrderStore
    ordering: Ordering
    settlement: Settlement


def at_once(act: Callable[[], object]) -> None:
    """For jobs: there nobody waits for an answer."""
    act()


def payments_room(deps: Deps, soon: Soon = at_once) -> PaymentsRoom:
    facts, orders = FactStore(deps.db), OrderStore(deps.db)
    owner = deps.settings.owner_telegram_id
    messages = Messages(facts, deps.users, deps.notify, deps.clock, owner_telegram_id=owner)
    ordering = Ordering(
        orders,
        deps.users,
        catalogue(deps),
        deps.payments_webhook,
        deps.clock,
        return_url=deps.settings.bot_url,
    )
    deciding = Deciding(facts, orders, deps.access, deps.referrals, deps.clock)
    return PaymentsRoom(orders, ordering, Settlement(facts, deciding, messages, deps.clock, soon))
