"""A cleanup of many with a server down in the middle: who must stay is untouched, the rest goes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from main_api.cleanup import command
from main_api.mongo_api.collections import ORDERS, PAYMENT_FACTS, USERS
from models.codes import NoticeKind
from tests.support.crowd import Crowd, everything
from tests.support.fake_country import FakeCountry
from tests.support.shop import Shop

SIZE, OWNER = 900, 777
FOUR_OF_FIFTEEN = SIZE * 4 // 15

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    shop = Shop(tmp_path, owner_telegram_id=OWNER)
    yield shop
    shop.close()


@pytest.fixture
def crowd(shop: Shop) -> Crowd:
    crowd = Crowd(shop.clock(), SIZE)
    crowd.settle(shop.deps.db, [shop.finland, shop.germany])
    return crowd


def clean(shop: Shop, *, dry_run: bool = False, patience: float = 0.0) -> int:
    return command.run(shop.deps, dry_run=dry_run, months=6, patience=patience)


def untouched(shop: Shop, crowd: Crowd) -> dict[int, object]:
    """All that is stored of those who must stay, here and on the servers."""
    db = shop.deps.db
    staying = [user.user_id for user in crowd.staying]
    return {
        user_id: (
            db[USERS].find_one({"_id": user_id}),
            list(db[ORDERS].find({"user_id": user_id})),
            list(db[PAYMENT_FACTS].find({"order_id": f"order-{user_id}"})),
            [server.users.get(f"u{user_id}") for server in (shop.finland, shop.germany)],
        )
        for user_id in staying
    }


def on(server: FakeCountry, crowd: Crowd) -> int:
    """How many of those who go the server would still let in, were it not for their end."""
    return sum(server.holds(user.user_id) is not None for user in crowd.going)


def assert_nothing_is_left(shop: Shop, crowd: Crowd) -> None:
    going = {user.user_id for user in crowd.going}
    assert len(going) == FOUR_OF_FIFTEEN
    left = {document["_id"] for document in shop.deps.db[USERS].find({})}
    assert left == {user.user_id for user in crowd.staying}
    assert on(shop.finland, crowd) == on(shop.germany, crowd) == 0
    assert set(shop.notify.forgotten) == {user.tg_id for user in crowd.going}
    stored = json.dumps(everything(shop.deps.db), default=str, ensure_ascii=False)
    for user in crowd.going:
        assert str(user.tg_id) not in stored
        assert str(user.username) not in stored
        assert user.sub_token not in stored
        assert user.access_secret not in stored


def test_a_dry_run_counts_right_and_changes_nothing(
    shop: Shop, crowd: Crowd, capsys: pytest.CaptureFixture[str]
) -> None:
    assert len(crowd.going) == FOUR_OF_FIFTEEN
    before = everything(shop.deps.db)
    sent = shop.finland.wire.sent

    assert clean(shop, dry_run=True) == 0

    assert everything(shop.deps.db) == before
    assert (shop.finland.wire.sent, shop.notify.forgotten, shop.notify.notices) == (sent, [], {})
    assert f"would be removed {FOUR_OF_FIFTEEN}\n" in capsys.readouterr().out


def test_with_a_server_down_in_the_middle_the_second_run_completes(
    shop: Shop, crowd: Crowd, capsys: pytest.CaptureFixture[str]
) -> None:
    must_stay = untouched(shop, crowd)
    orders = list(shop.deps.db[ORDERS].find({}, sort=[("_id", 1)]))
    facts = list(shop.deps.db[PAYMENT_FACTS].find({}, sort=[("_id", 1)]))
    shop.germany.wire.down_after = shop.germany.wire.sent + 2

    assert clean(shop) == 1

    assert f"removed {FOUR_OF_FIFTEEN}\n" in capsys.readouterr().out
    assert on(shop.finland, crowd) == 0
    assert 0 < on(shop.germany, crowd) < FOUR_OF_FIFTEEN
    waiting = list(shop.deps.db[USERS].find({"deleting": True}))
    assert len(waiting) == on(shop.germany, crowd)
    personal = ("username", "username_lower", "first_name", "last_name", "referral_payload")
    assert {str(document[name]) for document in waiting for name in personal} == {"None"}
    assert not [it for it in waiting if it["tg_id"] > 0 or it["sub_token"].startswith("canary")]
    assert untouched(shop, crowd) == must_stay

    shop.germany.wire.down_after, shop.germany.wire.down = None, False
    assert clean(shop, patience=60) == 0

    assert_nothing_is_left(shop, crowd)
    assert untouched(shop, crowd) == must_stay
    assert list(shop.deps.db[ORDERS].find({}, sort=[("_id", 1)])) == orders
    assert list(shop.deps.db[PAYMENT_FACTS].find({}, sort=[("_id", 1)])) == facts
    told = [it for it in shop.notify.notices.values() if it.kind is NoticeKind.OPERATOR_REPORT]
    assert [(it.telegram_id, it.params["removed"], it.params["complete"]) for it in told] == [
        (OWNER, FOUR_OF_FIFTEEN, 0),
        (OWNER, 0, 1),
    ]


def test_a_third_run_finds_nothing_to_do(shop: Shop, crowd: Crowd) -> None:
    assert clean(shop, patience=60) == 0
    after = everything(shop.deps.db)

    assert clean(shop) == 0

    assert everything(shop.deps.db) == after
    assert len(crowd.staying) == shop.deps.db[USERS].count_documents({})
