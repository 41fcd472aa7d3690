"""Personal links, who comes by them, and what their payments earn."""

from models.referrals import Referrals
from tests.support.shop import Shop


def summary(shop: Shop, user_id: int) -> Referrals:
    return shop.deps.referrals.summary(shop.record(user_id))


def test_a_personal_link_is_made_once_and_stays(shop: Shop) -> None:
    anna, boris = shop.register(1).user_id, shop.register(2).user_id
    link = summary(shop, anna).link

    assert link.startswith("https://t.me/keyland_bot?start=ref_")
    shop.start()
    assert summary(shop, anna).link == link
    assert summary(shop, boris).link != link
