"""The digests that two ends compare, which must be the same in every version of them."""

import random

from common.agreement import Table, bucket_of, count_in, digest

ID = "00000001-0000-4000-8000-000000000000"


def test_the_digest_of_a_user_is_what_servers_in_use_compute() -> None:
    assert digest("u1", ID, 1_795_000_000_000) == 0x52B0B975448CA09307D7339D2D9410F3
    assert Table([]).root == "bfd8c4bc9a42970796f36766d559bae8"
    assert (
        Table([(1, digest("u1", ID, 1_795_000_000_000))]).root == "d5e515b8e7d63c3751cf42896856dd7b"
    )


def test_each_of_key_id_and_end_changes_the_digest() -> None:
    other_id = ID.replace("1", "2", 1)
    told = {
        digest("u1", ID, 1),
        digest("u2", ID, 1),
        digest("u1", other_id, 1),
        digest("u1", ID, 2),
    }

    assert len(told) == 4


def test_the_order_of_users_changes_nothing_and_each_user_changes_his_own_bucket() -> None:
    users = [(number, digest(f"u{number}", ID, number)) for number in range(1, 1001)]
    mixed = random.Random(1).sample(users, len(users))
    fewer = [it for it in users if it[0] != 300]

    assert Table(mixed).root == Table(users).root
    assert Table(users).differing(Table(fewer).buckets) == [bucket_of(300)] == [44]
    assert Table(fewer).root != Table(users).root


def test_a_bucket_tells_how_many_it_has() -> None:
    users = [(number, number) for number in (7, 263, 519, 8)]
    table = Table(users)

    assert [count_in(table.buckets[number]) for number in (7, 8, 9)] == [3, 1, 0]
    assert sum(table.counts) == 4
