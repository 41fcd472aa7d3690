"""C's contract of subscriptions."""

from datetime import timedelta
from typing import Any

import pytest

from common.errors import Gone, Invalid, NotFound
from common.service_auth import mint
from main_api.mongo_api.collections import ORDERS
from models.access import Subscription
from tests.support.shop import OPERATOR_KEY, PUBLIC, Shop


@pytest.fixture
def user_id(shop: Shop) -> int:
    return shop.register(language_code="en").user_id


def ordered(shop: Shop, user_id: int, order_id: str, status: str, *, age: int = 0) -> None:
    """An order as main_api/payments leaves it."""
    created = shop.clock.now - timedelta(hours=age)
    shop.deps.db[ORDERS].insert_one(
        {
            "_id": order_id,
            "user_id": user_id,
            "tariff_id": "m1",
            "status": status,
            "request": order_id,
            "created_at": created,
        }
    )


def raw_status(shop: Shop, user_id: int) -> tuple[int, dict[str, Any]]:
    path = f"/api/v1/subscriptions/{user_id}/status"
    token = mint(
        caller="operator", callee="main_api", key=OPERATOR_KEY, method="GET", path=path, body=b"",
        clock=shop.clock,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {token}"}
    answer = shop.app.test_client().get(path, headers=headers)
    return answer.status_code, answer.get_json()


def test_an_active_subscription_tells_its_days_its_tariff_and_the_last_payment(
    shop: Shop, user_id: int
) -> None:
    ordered(shop, user_id, "old", "granted", age=2)
    ordered(shop, user_id, "new", "pending", age=1)
    shop.grant(user_id, "a", days=30)
    shop.clock.advance(hours=1)

    status = shop.bot.status(user_id)

    assert (status.has_active_subscription, status.status) == (True, "active")
    assert (status.days_remaining, status.tariff_name) == (30, "1 month")
    assert (status.last_payment_status, status.auto_renewal) == ("pending", False)
    assert status.subscription_id == f"sub-{user_id}"


def test_never_subscribed_is_404_with_the_last_payment(shop: Shop, user_id: int) -> None:
    ordered(shop, user_id, "new", "canceled")

    status, body = raw_status(shop, user_id)

    assert status == 404
    assert body["error"]["code"] == "never_subscribed"
    assert (body["has_active_subscription"], body["last_payment_status"]) == (False, "canceled")
    with pytest.raises(NotFound):
        shop.bot.status(user_id)


def test_an_unknown_user_is_404(shop: Shop) -> None:
    status, body = raw_status(shop, 77)

    assert (status, body["error"]["code"]) == (404, "no_such_user")
    assert "has_active_subscription" not in body


def test_an_ended_subscription_is_410(shop: Shop, user_id: int) -> None:
    shop.grant(user_id, "a", days=1)
    shop.clock.advance(days=1)

    status, body = raw_status(shop, user_id)

    assert (status, body["error"]["code"]) == (410, "subscription_expired")
    assert (body["has_active_subscription"], body["status"]) == (False, "expired")
    with pytest.raises(Gone):
        shop.bot.status(user_id)


def activate(shop: Shop, user: int, **changed: Any) -> Subscription:
    body = {
        "payment_id": "pay-1", "user_id": user, "tariff_id": "m1", "duration_days": 30,
        "features": ["fast"],
    }  # fmt: skip
    return shop.operator.post("/api/v1/subscriptions/activate", body | changed, Subscription)


def test_activation_grants_exactly_its_days_once(shop: Shop, user_id: int) -> None:
    first = activate(shop, user_id)

    assert first.start_date == shop.clock.now
    assert first.end_date == shop.clock.now + timedelta(days=30)
    assert first.status == "active"
    assert first.config_url.startswith(f"{PUBLIC}/sub/")
    assert first.config_qr_code_url == first.config_url + "/qr.png"
    assert activate(shop, user_id) == first
    assert shop.finland.holds(user_id)
    assert shop.bot.user(user_id).has_trial is False


@pytest.mark.parametrize(
    ("changed", "error", "code"),
    [
        ({"tariff_id": "nothing"}, Invalid, "no_such_tariff"),
        ({"user_id": 77}, NotFound, "no_such_user"),
        ({"duration_days": 0}, Invalid, "invalid"),
        ({"duration_days": 3000}, Invalid, "access_too_long"),
        ({"payment_id": "a:b"}, Invalid, "invalid"),
    ],
)
def test_an_activation_that_cannot_be_is_refused(
    shop: Shop, user_id: int, changed: dict[str, Any], error: type[Exception], code: str
) -> None:
    with pytest.raises(error) as caught:
        activate(shop, user_id, **changed)

    assert caught.value.code == code  # type: ignore[attr-defined]  # of the ServiceErrors above
    assert shop.bot.user(user_id).expires_at is None
