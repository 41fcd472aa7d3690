"""How this server fares, in one cheap answer: asked every ten seconds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from common.clock import Clock
from common.version import VERSION
from country_api.core.client import CoreClient, CoreError
from country_api.cutting.cutter import Cutter
from country_api.machine.load import Load
from country_api.mirror import Mirror
from country_api.missing import Missing
from models.presence import KEYS_TOLD, ServerStatus

UPTIME_SECONDS = 0.5


@dataclass(frozen=True)
class Status:
    """`online` counts the users who are connected now; None where the core does not, or is slow."""

    client: CoreClient
    mirror: Mirror
    missing: Missing
    load: Load
    cutter: Cutter
    clock: Clock
    online: Callable[[], int | None]
    started_at: datetime
    life: str

    def now(self) -> ServerStatus:
        uptime = self._uptime()
        lack = self.missing.now(core_running=uptime is not None)
        return ServerStatus(
            life=self.life,
            started_at=self.started_at,
            clock=self.clock(),
            version=VERSION,
            core_running=uptime is not None,
            core_uptime_seconds=uptime,
            config_well=self.mirror.well,
            users_live=lack.live,
            users_online=None if uptime is None else self.online(),
            missing=len(lack.keys),
            missing_keys=lack.keys[:KEYS_TOLD],
            missing_seconds=lack.seconds,
            connections_cut=self.cutter.ended,
            users_uncut=self.cutter.uncut,
            machine=self.load.now(),
        )

    def _uptime(self) -> int | None:
        try:
            return self.client.uptime(seconds=UPTIME_SECONDS)
        except CoreError:
            return None
