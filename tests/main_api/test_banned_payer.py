"""Money of a banned user: it is never lost, he stays banned, and the owner hears of it."""

from base64 import b64decode
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from common.errors import Forbidden
from models.admin import Ban
from models.codes import Code, NoticeKind, OrderStatus
from models.payments import PaymentCreated
from tests.support.till import Till

ADMIN = 777


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path)
    yield till
    till.close()


def ban(till: Till, *, banned: bool) -> None:
    key = "ban" if banned else "unban"
    till.bot.ban(till.user_id, Ban(admin_id=ADMIN, key=key, banned=banned))


def test_who_paid_before_the_ban_was_known_has_the_time_once_it_is_lifted(till: Till) -> None:
    order_id = till.order().payment_id
    ban(till, banned=True)

    assert till.pay(order_id) == "granted"
    assert till.status(order_id) == OrderStatus.GRANTED
    end = till.end()
    assert end is not None
    assert end >= till.clock.now + timedelta(days=30)
    assert till.record(till.user_id).banned
    assert till.finland.holds(till.user_id) is None
    (alert,) = till.said(NoticeKind.OWNER_ALERT)
    assert "banned" in str(alert.params["text"])

    ban(till, banned=False)
    held = till.finland.holds(till.user_id)
    assert held is not None
    assert held.expires_at == end


def test_the_subscription_page_of_a_banned_user_leads_to_support_and_not_to_the_till(
    till: Till,
) -> None:
    till.grant(till.user_id, "a", days=3)
    ban(till, banned=True)
    answer = till.public.get(f"/sub/{till.record(till.user_id).sub_token}")

    (node,) = b64decode(answer.data).decode().split("\n")
    assert urlsplit(node).hostname == "127.0.0.1"
    assert unquote(urlsplit(node).fragment) == "Доступ закрыт — напишите в поддержку"


def test_a_banned_user_cannot_try_again_to_pay(till: Till) -> None:
    order_id = till.order().payment_id
    ban(till, banned=True)

    with pytest.raises(Forbidden) as caught:
        till.operator.post(f"/api/v1/payments/{order_id}/retry", None, PaymentCreated)
    assert caught.value.code == Code.USER_BANNED
