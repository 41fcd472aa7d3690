"""A watched shop with an owner, and one customer of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.watched_shop import OWNER, WatchedShop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[WatchedShop]:
    shop = WatchedShop(tmp_path, owner_telegram_id=OWNER)
    shop.begin()
    shop.deps.vpn.describing.tick()
    yield shop
    shop.close()


@pytest.fixture
def user_id(shop: WatchedShop) -> int:
    user_id = shop.register().user_id
    shop.grant(user_id, "a", days=30)
    return user_id
