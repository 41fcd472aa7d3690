"""Whatever is repeated, lost or comes late: each change counts once."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.shop import Shop

orders = st.sampled_from(["a", "b", "c"])
acts = st.lists(st.tuples(st.sampled_from(["grant", "refund", "revoke"]), orders), max_size=8)
DAYS = {"a": 1, "b": 7, "c": 30}


class Counter:
    """Numbers for new people, over all examples."""

    def __init__(self) -> None:
        self.value = 0

    def next(self) -> int:
        self.value += 1
        return self.value


@pytest.fixture(scope="module")
def counter() -> Counter:
    return Counter()


@pytest.fixture(scope="module")
def one_shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder: Path = tmp_path_factory.mktemp("shop")
    shop = Shop(folder)
    shop.write_countries("{}")
    return shop


def act(shop: Shop, user_id: int, name: str, order: str) -> None:
    access = shop.deps.access
    if name == "grant":
        access.grant(user_id, order, days=DAYS[order], paid=True, enforce_maximum=False)
    elif name == "refund":
        access.take_back(user_id, order)
    else:
        access.revoke(user_id, "r" + order)


def model_end(done: list[tuple[str, str]]) -> timedelta | None:
    """How much access is left when each act counts at its first possible time only."""
    left: timedelta | None = None
    granted: set[str] = set()
    seen: set[tuple[str, str]] = set()
    for name, order in done:
        if (name, order) in seen or (name == "refund" and order not in granted):
            continue
        seen.add((name, order))
        if name == "grant":
            granted.add(order)
            left = (left or timedelta()) + timedelta(days=DAYS[order])
        elif left is not None:
            left = (
                timedelta()
                if name == "revoke"
                else max(timedelta(), left - timedelta(days=DAYS[order]))
            )
    return left


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(acts, st.integers(1, 3))
def test_repeating_any_acts_gives_what_each_of_them_once_gives(
    one_shop: Shop, counter: Counter, done: list[tuple[str, str]], times: int
) -> None:
    user_id = one_shop.register(counter.next()).user_id
    for name, order in done:
        for _ in range(times):
            act(one_shop, user_id, name, order)

    left = model_end(done)
    end = one_shop.record(user_id).expires_at
    assert end == (None if left is None else one_shop.clock.now + left)
    assert len(one_shop.record(user_id).applied) == len(set(one_shop.record(user_id).applied))


def test_a_revocation_by_an_order_and_its_grant_are_two_changes(
    one_shop: Shop, counter: Counter
) -> None:
    user_id = one_shop.register(counter.next()).user_id
    access = one_shop.deps.access
    access.grant(user_id, "a", days=30, paid=True, enforce_maximum=False)
    access.revoke(user_id, "a")
    assert one_shop.record(user_id).expires_at == one_shop.clock.now

    access.revoke(user_id, "b")
    access.grant(user_id, "b", days=1, paid=True, enforce_maximum=False)

    assert one_shop.record(user_id).expires_at == one_shop.clock.now + timedelta(days=1)
