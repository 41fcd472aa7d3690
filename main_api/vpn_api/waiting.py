"""How many users a server is still to be told of."""

from common.clock import Clock
from main_api.vpn_api.pending_store import PendingStore
from main_api.vpn_api.server_store import ServerStore


class Waiting:
    def __init__(self, pending: PendingStore, store: ServerStore, clock: Clock) -> None:
        self._pending, self._store, self._clock = pending, store, clock

    def counts(self, addresses: list[str]) -> dict[str, int]:
        """By address; of a server that is joining, at least one."""
        counts, known = self._pending.counts(addresses), self._store.all()
        seen = {it: known.get(it, {}) for it in addresses}
        # of one that another process has made join already, a process that died may have left it
        told = {it: found.get("told") for it, found in seen.items() if not found.get("enlisted")}
        joining = {address: users for address, users in told.items() if users is not None}
        if joining:
            everybody = self._pending.count(active_since=self._clock())
            for address, users in joining.items():
                counts[address] = max(everybody - users, counts[address], 1)
        return counts
