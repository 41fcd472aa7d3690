"""In which users a server differs from what it should hold; what it says is checked first."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from common.agreement import Table, bucket_of, count_in, digest
from common.errors import Unavailable
from main_api.vpn_api.census import Census, Person, Seen
from main_api.vpn_api.core_ids import core_id, user_key
from main_api.vpn_api.servers import Server
from models.agreement import MOST_HELD, AgreementAnswer, HeldUser

MANY, SHARE = 10, 10
"""More than so many who would lose access, and more than one in so many of ours, is suspicious; so
are more than would be left, or a lost database would cut off everybody of a shop with few users.
"""


@dataclass(frozen=True)
class Differences:
    """`missing`: whom the server lacks; `other`: held with another id or end; `extra`: known to us
    and without access; `unknown`: of whom we have never heard; `losing` counts those who would
    have less time afterwards, `ours` all who should be there.
    """

    ours: int
    missing: list[Seen] = field(default_factory=list)
    other: list[Seen] = field(default_factory=list)
    shortened: list[Seen] = field(default_factory=list)
    extra: list[Seen] = field(default_factory=list)
    unknown: list[HeldUser] = field(default_factory=list)

    @property
    def losing(self) -> int:
        return len(self.shortened) + len(self.extra) + len(self.unknown)

    @property
    def suspicious(self) -> bool:
        many = self.losing > MANY and self.losing * SHARE > self.ours
        return many or self.losing > self.ours


class Tables:
    """What each server's users come to, remembered for as long as they stay as they are."""

    def __init__(self) -> None:
        self._known: dict[str, dict[int, tuple[Person, int]]] = {}

    def of(self, address: str, people: dict[int, Person], at: int) -> Table:
        before, now = self._known.get(address, {}), {}
        for user_id, person in people.items():
            known = before.get(user_id)
            if known is None or known[0] is not person:
                known = person, _digest(address, user_id, person)
            now[user_id] = known
        self._known[address] = now
        return Table(
            (user_id, told) for user_id, (person, told) in now.items() if person.ends_ms > at
        )


def _digest(address: str, user_id: int, person: Person) -> int:
    return digest(user_key(user_id), core_id(person.secret, address), person.ends_ms)


def find_differences(
    server: Server, census: Census, people: dict[int, Person], table: Table, told: AgreementAnswer,
    at: int,
) -> Differences:  # fmt: skip
    """Who is pending at the server is none: he is being told. Our own users are read before the
    server is asked, so whoever changes meanwhile has another revision than the one seen here.
    """
    if told.buckets is None:
        raise Unavailable(f"{server.address} differs and does not say where", code="absurd_table")
    buckets = set(table.differing(told.buckets))
    seen = census.look(user_id for user_id in people if bucket_of(user_id) in buckets)
    held = _held(server, at, {number: count_in(told.buckets[number]) for number in buckets})
    seen |= census.look(held.keys() - seen.keys())
    found = Differences(ours=sum(table.counts))
    for user_id in seen.keys() | held.keys():
        _judge(found, server.address, at, seen.get(user_id), held.get(user_id))
    return found


def _judge(
    found: Differences, address: str, at: int, seen: Seen | None, held: HeldUser | None
) -> None:
    if seen is None:
        found.unknown.extend([held] if held else [])
        return
    if address in seen.pending:
        return
    wanted = seen.person if seen.person and seen.person.ends_ms > at else None
    if wanted is None:
        found.extra.extend([seen] if held else [])
    elif held is None:
        found.missing.append(seen)
    elif held.ends > wanted.ends_ms:
        found.shortened.append(seen)
    elif (held.core_id, held.ends) != (core_id(wanted.secret, address), wanted.ends_ms):
        found.other.append(seen)


def _held(server: Server, at: int, counts: dict[int, int]) -> dict[int, HeldUser]:
    """In several calls, each as long as an answer may be; empty buckets are not asked for."""
    held: dict[int, HeldUser] = {}
    for buckets in _pages(counts):
        for user in server.api.held_users(at, buckets).users:
            user_id = int(user.key[1:])
            if user_id in held or bucket_of(user_id) not in buckets or user.ends <= at:
                raise Unavailable(f"{server.address} lists {user.key}", code="absurd_list")
            held[user_id] = user
    return held


def _pages(counts: dict[int, int]) -> Iterator[list[int]]:
    page: list[int] = []
    for bucket in sorted(bucket for bucket, count in counts.items() if count):
        if page and sum(counts[it] for it in page) + counts[bucket] > MOST_HELD // 2:
            yield page
            page = []
        page.append(bucket)
    if page:
        yield page
