"""Whatever two tables differ in, one comparison and its healing make them equal."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from main_api.mongo_api.collections import USERS
from main_api.vpn_api.agreement import Agreement
from main_api.vpn_api.census import ALL_ANEW_SECONDS, Census
from models.servers import ServerUser
from tests.main_api.test_agreement import finland, settle
from tests.support.crowd import a_user
from tests.support.shop import FINLAND, Shop

IDS = st.integers(1, 600)
OURS = st.fixed_dictionaries(
    {
        "days": st.integers(-2, 3),
        "revision": st.integers(1, 4),
        "banned": st.booleans(),
        "pending": st.booleans(),
        "held": st.sampled_from(["right", "absent", "other id", "other end", "removed"]),
        "held_revision": st.integers(0, 6),
    }
)
STRANGERS = st.dictionaries(IDS.map(lambda number: number + 1000), st.integers(0, 50), max_size=5)


class Life:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.vpn = shop.deps.vpn
        self.users = shop.deps.db[USERS]
        self.users.delete_many({})
        shop.finland.users.clear()

    def add(self, number: int, drawn: dict[str, Any]) -> None:
        now = self.shop.clock()
        document = a_user(number, now).document() | {
            "expires_at": now + timedelta(days=drawn["days"]),
            "revision": drawn["revision"],
            "banned": drawn["banned"],
            "pending": [FINLAND] if drawn["pending"] else [],
        }
        self.users.insert_one(document)
        if drawn["held"] != "absent":
            self.hold(number, drawn)

    def hold(self, number: int, drawn: dict[str, Any]) -> None:
        right = self.wanted(number)
        kinds: dict[str, dict[str, Any]] = {
            "right": {},
            "other id": {"core_id": stranger(number).core_id},
            "other end": {"expires_at": right.expires_at + timedelta(hours=1)},
            "removed": {"active": False},
        }
        update = kinds[drawn["held"]] | {"revision": drawn["held_revision"]}
        self.shop.finland.users[right.key] = right.model_copy(update=update)

    def wanted(self, number: int) -> ServerUser:
        return self.vpn.healing._telling.desired(FINLAND, self.shop.record(number))

    def let_in(self) -> dict[str, tuple[str, Any]]:
        now = self.shop.clock()
        held = self.shop.finland.users.items()
        return {
            key: (it.core_id, it.expires_at)
            for key, it in held
            if it.active and it.expires_at > now
        }

    def wanted_in(self) -> dict[str, tuple[str, Any]]:
        everybody = [self.wanted(number) for number in self.shop.deps.users.ids()]
        return {it.key: (it.core_id, it.expires_at) for it in everybody if it.active}


def stranger(number: int) -> ServerUser:
    return ServerUser.model_validate(
        {
            "key": f"u{number}",
            "core_id": f"{number:08x}-0000-4000-8000-000000000000",
            "expires_at": "2027-01-01T00:00:00Z",
            "revision": 1,
        }
    )


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.dictionaries(IDS, OURS, max_size=25), STRANGERS)
def test_any_two_tables_are_equal_after_a_repair(
    shop: Shop, ours: dict[int, dict[str, Any]], strangers: dict[int, int]
) -> None:
    life = Life(shop)
    for number, drawn in ours.items():
        life.add(number, drawn)
    for number, revision in strangers.items():
        one = stranger(number).model_copy(update={"revision": revision})
        shop.finland.users[one.key] = one
    agreement = Agreement(Census(shop.deps.db, shop.clock), life.vpn.pending, shop.clock)

    agreement.repair(finland(shop), force=True)
    for _ in range(3):  # of whom the server has a newer revision it is told a second time
        shop.heal()

    assert life.let_in() == life.wanted_in()
    assert agreement.check(finland(shop)).equal


def test_what_was_changed_past_the_one_way_is_seen_ten_minutes_later(shop: Shop) -> None:
    """As by an older version of main_api beside this one, or by hand."""
    settle(shop, 3)
    seconds = [0.0]
    census = Census(shop.deps.db, shop.clock, lambda: seconds[0])
    census.people()
    shop.clock.advance(minutes=2)  # so that the grants are behind the overlap
    assert census.people().keys() == {1, 2, 3}
    shop.deps.db[USERS].update_one({"_id": 2}, {"$set": {"banned": True}})
    seconds[0] = ALL_ANEW_SECONDS - 1
    assert 2 in census.people()

    seconds[0] = ALL_ANEW_SECONDS

    assert census.people().keys() == {1, 3}


def test_changes_are_seen_also_when_time_was_set_back(shop: Shop) -> None:
    settle(shop, 2)
    census = Census(shop.deps.db, shop.clock)
    before = census.people()[1].ends_ms
    shop.clock.advance(days=-3)

    shop.grant(1, "earlier", days=9)

    assert census.people()[1].ends_ms == before + 9 * 86_400_000
