"""Compares one server with what it should hold, and repairs it by way of healing."""

from dataclasses import dataclass

from common.clock import Clock, milliseconds
from common.errors import NotFound, Unavailable
from main_api.vpn_api.census import Census
from main_api.vpn_api.differences import Differences, Tables, find_differences
from main_api.vpn_api.pending_store import PendingStore
from main_api.vpn_api.servers import Server
from models.agreement import HeldUser
from models.servers import MOST_USERS, ServerUser


class TooOld(Unavailable):
    """The agent is of a version that cannot be compared."""

    code = "old_agent"


@dataclass(frozen=True)
class Outcome:
    """How many users a server lacks, has too many, has with another id or end; `spared` of them
    would lose access and keep it, since they are suspiciously many. `equal`: one call has shown
    that nothing differs; when it has not, all who differ may be pending there anyway. `life` is
    another one after each start of the agent.
    """

    equal: bool
    missing: int = 0
    extra: int = 0
    other: int = 0
    spared: int = 0
    life: str = ""

    @property
    def found(self) -> int:
        return self.missing + self.extra + self.other


class Agreement:
    """Every method raises Unavailable when the server does not answer or answers nonsense, and
    TooOld. One server is not to be repaired by two threads at once; nothing breaks if it is.
    """

    def __init__(self, census: Census, pending: PendingStore, clock: Clock) -> None:
        self._census = census
        self._pending = pending
        self._clock = clock
        self._tables = Tables()

    def check(self, server: Server) -> Outcome:
        """Changes nothing."""
        life, found = self._compared(server)
        return _outcome(life, found, spared=0)

    def repair(self, server: Server, *, force: bool = False) -> Outcome:
        """What differs is pending there afterwards, and healing's business; only whom we do not
        know at all is removed at once. `force` lets also suspiciously many lose their access.
        """
        life, found = self._compared(server)
        if found is None:
            return _outcome(life, found, spared=0)
        spared = 0 if force or not found.suspicious else found.losing
        again = found.missing + found.other
        if not spared:
            again += found.shortened + found.extra
            self._remove_unknown(server, found.unknown)
        self._pending.again(server.address, [(it.user_id, it.revision) for it in again])
        return _outcome(life, found, spared=spared)

    def _compared(self, server: Server) -> tuple[str, Differences | None]:
        people, at = self._census.people(), milliseconds(self._clock())
        table = self._tables.of(server.address, people, at)
        try:
            told = server.api.agree(at, table.root)
        except NotFound:
            raise TooOld(f"{server.address} cannot be compared") from None
        if told.equal:
            return told.life, None
        return told.life, find_differences(server, self._census, people, table, told, at)

    def _remove_unknown(self, server: Server, unknown: list[HeldUser]) -> None:
        """With the revision that the server has, which it therefore takes."""
        gone = [
            ServerUser(
                key=it.key,
                core_id=it.core_id,
                expires_at=self._clock(),
                revision=it.revision,
                active=False,
            )
            for it in unknown
        ]
        for first in range(0, len(gone), MOST_USERS):
            server.api.put_users(gone[first : first + MOST_USERS])


def _outcome(life: str, found: Differences | None, *, spared: int) -> Outcome:
    if found is None:
        return Outcome(equal=True, life=life)
    return Outcome(
        equal=False,
        missing=len(found.missing),
        extra=len(found.extra) + len(found.unknown),
        other=len(found.other) + len(found.shortened),
        spared=spared,
        life=life,
    )
