"""What main_api and a server compare: who is let in until when, as digests of 256 buckets of users.

Both ends must compute the same, so an agent of another version may know no other way than this.
"""

import hashlib
from collections.abc import Iterable
from typing import Final

BUCKETS: Final = 256
_SUM, _COUNT = 16, 4  # bytes


def digest(key: str, core_id: str, ends_ms: int) -> int:
    """Of one user: BLAKE2b with 16 bytes of "key|core_id|end of access in Unix milliseconds"."""
    told = f"{key}|{core_id}|{ends_ms}".encode()
    return int.from_bytes(hashlib.blake2b(told, digest_size=_SUM).digest())


def bucket_of(user_id: int) -> int:
    return user_id & (BUCKETS - 1)


class Table:
    """`buckets`: the XOR of the digests of a bucket's users and how many they are, in hex; `root`:
    BLAKE2b with 16 bytes of them all. XOR, since then the order of the users does not matter.
    """

    def __init__(self, users: Iterable[tuple[int, int]]) -> None:
        """Of pairs of a user id and his digest, no id twice."""
        sums, self.counts = [0] * BUCKETS, [0] * BUCKETS
        for user_id, told in users:
            bucket = user_id & (BUCKETS - 1)
            sums[bucket] ^= told
            self.counts[bucket] += 1
        raw = [
            total.to_bytes(_SUM) + count.to_bytes(_COUNT)
            for total, count in zip(sums, self.counts, strict=True)
        ]
        self.buckets = [it.hex() for it in raw]
        self.root = hashlib.blake2b(b"".join(raw), digest_size=_SUM).hexdigest()

    def differing(self, buckets: list[str]) -> list[int]:
        """The numbers of those in which the other end has something else."""
        pairs = enumerate(zip(self.buckets, buckets, strict=True))
        return [number for number, (ours, theirs) in pairs if ours != theirs]


def count_in(bucket: str) -> int:
    """How many users a bucket of `Table.buckets` says it has."""
    return int(bucket[2 * _SUM :], 16)
