"""Tells main_api whether this server wants the same users as it does, and if not, which."""

import secrets
import threading

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
    check reads nothing. `life` is another one at each start.
    """

    def __init__(self, store: Store) -> None:
        self.life = secrets.token_hex(4)
        self._store = store
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._rows: list[tuple[int, int, int]] = []

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
                self._rows = [
                    (_user_id(key), digest(key, core_id, ends), ends)
                    for key, core_id, ends, _ in self._store.active()
                ]
                self._seen = version
            rows = self._rows
        return Table((user_id, told) for user_id, told, ends in rows if ends > at)


def _user_id(key: str) -> int:
    return int(key[1:])
