"""What an admin sees of a user: presence on every server, payments, who invited."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from models.admin import Act, Ban, ServerPresence, UserCard
from models.codes import FactKind, OrderStatus
from tests.support.shop import FINLAND, FRANCE, GERMANY
from tests.support.till import PRICE, Till

ADMIN = 777


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path)
    till.enlist()
    till.deps.vpn.describing.tick()
    yield till
    till.close()


def presence(till: Till, user_id: int | None = None) -> dict[str, ServerPresence]:
    card = till.bot.card(user_id or till.user_id)
    return {place.address: place for place in card.presence}


def states(till: Till, user_id: int | None = None) -> list[str]:
    return [place.state for place in presence(till, user_id).values()]


def test_a_new_user_is_on_no_server_and_has_paid_nothing(till: Till) -> None:
    card = till.bot.card(till.user_id)

    assert card == UserCard(
        user=till.bot.user(till.user_id),
        presence=[
            ServerPresence(country="finland", address=FINLAND, reachable=True, state="absent"),
            ServerPresence(country="germany", address=GERMANY, reachable=True, state="absent"),
        ],
        payments=0,
        paid_kopecks=0,
        last_paid_at=None,
        invited_by=None,
        referrals=till.bot.referrals(till.user_id),
    )


def test_the_card_tells_of_each_server_whether_it_has_the_newest_revision(till: Till) -> None:
    till.finland.wire.down = True
    till.deps.vpn.describing.tick()
    till.grant(till.user_id, "a", days=3)

    assert states(till) == ["pending", "present"]
    assert [place.reachable for place in presence(till).values()] == [False, True]
    till.finland.wire.down = False
    till.rested()
    till.heal()
    assert states(till) == ["present", "present"]

    till.clock.advance(days=4)
    assert states(till) == ["absent", "absent"]


def test_who_is_revoked_or_banned_is_pending_until_the_server_has_let_go(till: Till) -> None:
    till.grant(till.user_id, "a", days=3)
    till.finland.wire.down = True
    till.bot.ban(till.user_id, Ban(admin_id=ADMIN, key="b", banned=True))
    assert states(till) == ["pending", "absent"]

    till.bot.ban(till.user_id, Ban(admin_id=ADMIN, key="u", banned=False))
    till.bot.revoke(till.user_id, Act(admin_id=ADMIN, key="r"))
    assert states(till) == ["pending", "absent"]


def test_a_server_that_has_just_joined_or_has_no_key_does_not_have_the_user_yet(till: Till) -> None:
    till.grant(till.user_id, "a", days=3)
    till.write_countries(f'{{"finland": ["{FINLAND}"], "france": ["{FRANCE}", "no.key:1"]}}')
    assert states(till) == ["present", "pending", "pending"]

    till.enlist()
    till.heal()
    assert states(till) == ["present", "present", "pending"]
    assert presence(till)["no.key:1"].reachable is False


def test_payments_are_counted_and_summed_without_what_was_refunded(till: Till) -> None:
    first, second, third = (till.order(request_key=key).payment_id for key in "abc")
    till.clock.advance(hours=1)
    till.pay(first, "op-1")
    till.clock.advance(hours=1)
    paid_at = till.clock.now
    till.pay(second, "op-2")
    till.pay(third, "op-3", paid_kopecks=1)
    assert till.bot.card(till.user_id).paid_kopecks == 2 * PRICE

    till.pay(
        first, "back-1", kind=FactKind.REFUNDED, paid_kopecks=PRICE, payment_external_id="op-1"
    )
    card = till.bot.card(till.user_id)
    assert (card.payments, card.paid_kopecks, card.last_paid_at) == (1, PRICE, paid_at)


def test_the_payments_are_told_newest_first_with_what_became_of_them(till: Till) -> None:
    paid = till.order().payment_id
    till.pay(paid)
    moment = till.clock.now
    till.clock.advance(days=1)
    waiting = till.order("m3").payment_id
    till.order("m1", user_id=till.register(5).user_id)

    newest, oldest = till.bot.payments_of(till.user_id).payments
    assert (newest.order_id, newest.status, newest.provider, newest.paid_at) == (
        waiting,
        OrderStatus.PENDING,
        None,
        None,
    )
    assert (oldest.order_id, oldest.status, oldest.provider, oldest.paid_at) == (
        paid,
        OrderStatus.GRANTED,
        "yoomoney",
        moment,
    )
    assert (oldest.tariff_id, oldest.amount_kopecks, oldest.currency) == ("m1", PRICE, "RUB")
    assert newest.created_at - oldest.created_at == timedelta(days=1)


def test_the_card_tells_who_invited_the_user_and_whom_the_user_invited(till: Till) -> None:
    code = till.bot.referrals(till.user_id).link.partition("start=")[2]
    guest = till.register(42, referral_payload=code).user_id

    assert till.bot.card(guest).invited_by == till.user_id
    card = till.bot.card(till.user_id)
    assert card.referrals.invited == 1
    assert card.referrals == till.bot.referrals(till.user_id)
