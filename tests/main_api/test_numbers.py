"""User ids: taken in blocks, never given twice."""

from concurrent.futures import ThreadPoolExecutor

from main_api.mongo_api.counters import BLOCK, Numbers
from tests.support.shop import Shop


def test_two_processes_never_give_the_same_number(shop: Shop) -> None:
    one, other = Numbers(shop.deps.db, "things"), Numbers(shop.deps.db, "things")

    given = [numbers.next() for _ in range(3 * BLOCK) for numbers in (one, other)]

    assert len(set(given)) == 6 * BLOCK


def test_threads_of_one_process_never_get_the_same_number(shop: Shop) -> None:
    numbers = Numbers(shop.deps.db, "things")
    with ThreadPoolExecutor(8) as pool:
        given = list(pool.map(lambda _: numbers.next(), range(200)))

    assert sorted(given) == list(range(1, 201))


def test_a_process_that_ends_leaves_a_gap_and_no_double(shop: Shop) -> None:
    assert Numbers(shop.deps.db, "things").next() == 1

    assert Numbers(shop.deps.db, "things").next() == BLOCK + 1
