"""Tells main_api whether this server wants the same users as it does, and if not, which."""

import threading
from array import array
from collections.abc import Iterable, Iterator

from common.agreement import Table, bucket_of, digest
from country_api.store import Store
from models.agreement import (
    AgreementAnswer,
    AgreementQuestion,
    BucketsQuestion,
    HeldUser,
    HeldUsers,
)


class Agreement:
    """What it computes of each row stands until the file changes, whoever changed it; so an equal
    check reads nothing. `life` is that of the process, another one at each start.
    """

    def __init__(self, store: Store, life: str) -> None:
        self.life = life
        self._store = store
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._rows = _Rows([])

    def compare(self, asked: AgreementQuestion) -> AgreementAnswer:
        table = self._table(asked.at)
        if table.root == asked.root:
            return AgreementAnswer(equal=True, life=self.life)
        return AgreementAnswer(equal=False, life=self.life, buckets=table.buckets)

    def held(self, asked: BucketsQuestion) -> HeldUsers:
        wanted = set(asked.buckets)
        found = [
            HeldUser(key=key, core_id=core_id, ends=ends, revision=revision)
            for key, core_id, ends, revision in self._store.active()
            if ends > asked.at and bucket_of(_user_id(key)) in wanted
        ]
        return HeldUsers(users=found)

    def _table(self, at: int) -> Table:
        with self._lock:
            version = self._store.version()
            if version != self._seen:  # asked before the rows are: at worst they are read once more
                self._rows = _Rows(self._store.active())
                self._seen = version
            rows = self._rows
        return Table(rows.after(at))


class _Rows:
    """Of all active users id, end and digest, as small as they can be kept."""

    def __init__(self, rows: Iterable[tuple[str, str, int, int]]) -> None:
        self._ids, self._ends = array("q"), array("q")
        self._digests: list[int] = []
        for key, core_id, ends, _ in rows:
            self._ids.append(_user_id(key))
            self._ends.append(ends)
            self._digests.append(digest(key, core_id, ends))

    def after(self, at: int) -> Iterator[tuple[int, int]]:
        """Id and digest of whoever is let in after that moment."""
        rows = zip(self._ids, self._ends, self._digests, strict=True)
        return ((user_id, told) for user_id, ends, told in rows if ends > at)


def _user_id(key: str) -> int:
    return int(key[1:])
