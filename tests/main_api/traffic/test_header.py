"""The figure in the subscription's header: added up by a job, looked up at no cost."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from common.storage.protocol import Document
from main_api.mongo_api.collections import TARIFFS, TRAFFIC_SUMS
from main_api.traffic.collecting import CollectTraffic
from main_api.traffic.limits import GIGABYTE
from main_api.traffic.sums import ROUNDS, KnownSums, Sum, SumTraffic
from tests.support.till import Till


@pytest.fixture
def till(tmp_path: Path) -> Iterator[Till]:
    till = Till(tmp_path)
    till.deps.vpn.describing.tick()
    yield till
    till.close()


def add_up(till: Till) -> None:
    CollectTraffic(till.deps.db, till.deps.vpn.servers, till.clock).tick()
    job = SumTraffic(till.deps.db, till.clock)
    for _ in range(ROUNDS):
        job.tick()


def header(till: Till) -> str:
    page = urlsplit(till.bot.links(till.user_id).config_url).path
    return till.public.get(page).headers["subscription-userinfo"].rpartition("; expire")[0]


def test_the_header_tells_what_was_used_and_of_how_much(till: Till) -> None:
    till.bot.tariffs("ru")
    till.deps.db[TARIFFS].update_one({"_id": "m1"}, {"$set": {"traffic_gb": 50}})
    till.pay(till.order().payment_id)
    assert header(till) == "upload=0; download=0; total=0"
    till.finland.ledger.count(till.user_id, till.clock().date(), up=3, down=4)
    till.germany.ledger.count(till.user_id, till.clock().date(), up=10, down=20)
    add_up(till)

    assert header(till) == f"upload=13; download=24; total={50 * GIGABYTE}"
    till.clock.advance(days=30)
    till.grant(till.user_id, "a", days=5)
    add_up(till)
    assert header(till) == f"upload=0; download=0; total={50 * GIGABYTE}"


def test_every_user_is_added_up_in_one_round_of_ticks(till: Till) -> None:
    ids = [till.register(5000 + it).user_id for it in range(250)]
    for user_id in ids:
        till.finland.ledger.count(user_id, till.clock().date(), up=user_id)
    till.finland.ledger.page = 200
    add_up(till)

    known = KnownSums(till.deps.db)
    assert {user_id: known.of(user_id) for user_id in ids} == {it: Sum(up=it) for it in ids}


def test_sums_are_read_again_after_a_while_only(till: Till) -> None:
    now = 100.0
    known = KnownSums(till.deps.db, 300, lambda: now)
    assert known.of(till.user_id) == Sum()
    till.deps.db[TRAFFIC_SUMS].insert_one(
        {"_id": 0, "users": {f"u{till.user_id}": {"up": 1, "down": 2, "limit": 3}}}
    )
    assert known.of(till.user_id) == Sum()
    now = 401.0

    assert known.of(till.user_id) == Sum(1, 2, 3)


def test_the_sum_of_who_is_removed_goes_with_him(till: Till) -> None:
    till.finland.ledger.count(till.user_id, till.clock().date(), up=3)
    add_up(till)
    till.bot.delete_me(till.user_id)

    sums: list[Document] = list(till.deps.db[TRAFFIC_SUMS].find({}))
    assert [it["users"] for it in sums] == [{}]
    add_up(till)
    assert all(not it["users"] for it in till.deps.db[TRAFFIC_SUMS].find({}))
