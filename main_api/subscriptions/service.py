"""A user's subscription in C's words. A user has one: it is as long as all grants together."""

from datetime import timedelta

from common.clock import Clock
from common.errors import Invalid
from common.storage.protocol import Database
from main_api.access.calendar import days_left
from main_api.access.service import AccessService
from main_api.links.service import LinkService
from main_api.subscriptions.last_order import last_orders
from main_api.tariffs.catalogue import Catalogue
from main_api.users.record import UserRecord
from main_api.users.store import UserStore
from models.access import ActivateRequest, Subscription, SubscriptionStatus


class SubscriptionService:
    def __init__(
        self,
        db: Database,
        users: UserStore,
        access: AccessService,
        links: LinkService,
        clock: Clock,
        catalogue: Catalogue,
    ) -> None:
        self._db = db
        self._users = users
        self._access = access
        self._links = links
        self._clock = clock
        self._catalogue = catalogue

    def status(self, user: UserRecord) -> SubscriptionStatus:
        """Of whoever it is: never subscribed, active or expired."""
        now = self._clock()
        orders = last_orders(self._db, user.user_id)
        subscribed = user.expires_at is not None
        active = user.active_at(now)
        return SubscriptionStatus(
            has_active_subscription=active,
            subscription_id=subscription_id(user.user_id) if subscribed else None,
            status="active" if active else "expired" if subscribed else "none",
            tariff_name=self._named(orders.tariff_id, user.language),
            days_remaining=days_left(now, user.expires_at) if active else 0,
            end_date=user.expires_at,
            last_payment_status=orders.status,
        )

    def _named(self, tariff_id: str | None, language: str) -> str | None:
        try:
            return self._catalogue.get(tariff_id, language).name if tariff_id else None
        except Invalid:  # it is sold no more
            return None

    def activate(self, request: ActivateRequest) -> Subscription:
        """Grant exactly `duration_days`, once by `payment_id`; the dates are of that period.

        Raises NotFound no_such_user, Invalid no_such_tariff or access_too_long.
        """
        self._catalogue.get(request.tariff_id, "en")
        access = self._access.grant(
            request.user_id,
            request.payment_id,
            days=request.duration_days,
            paid=True,
            enforce_maximum=True,
        )
        end = access.expires_at
        assert end is not None
        page = self._links.page_of(self._users.get(request.user_id))
        return Subscription(
            subscription_id=subscription_id(request.user_id),
            status="active" if end > self._clock() else "expired",
            start_date=end - timedelta(days=request.duration_days),
            end_date=end,
            config_url=page,
            config_qr_code_url=page + "/qr.png",
        )


def subscription_id(user_id: int) -> str:
    return f"sub-{user_id}"
