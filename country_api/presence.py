"""Proof of access: where one user stands, from the core's config file and from the core itself."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from common.clock import Clock
from country_api.core.accounts import Accounts
from country_api.core.client import CoreError
from country_api.enforce import Enforcer
from country_api.pulse import Pulse
from country_api.store import Store
from models.presence import UserPresence
from models.servers import ServerUser

LastTraffic = Callable[[str], datetime | None]


class Proof:
    """`last_traffic` tells when a user was last seen sending or receiving anything, `online` from
    how many addresses he is connected, None when the core does not tell.
    """

    def __init__(
        self,
        *,
        store: Store,
        accounts: Accounts,
        enforcer: Enforcer,
        pulse: Pulse,
        config: Path,
        clock: Clock,
        last_traffic: LastTraffic,
        online: Callable[[str], int | None],
    ) -> None:
        self._store, self._accounts = store, accounts
        self._enforcer, self._pulse = enforcer, pulse
        self._config = config
        self._clock = clock
        self._last_traffic, self._online = last_traffic, online

    def of(self, key: str) -> UserPresence:
        user = self._store.get(key)
        running = self._pulse.beat()
        return UserPresence(
            key=key,
            desired=bool(user and user.active and user.expires_at > self._clock()),
            revision=user.revision if user else None,
            expires_at=user.expires_at if user else None,
            on_disk=self._on_disk(key, user),
            in_core=self._in_core(key, user) if running else False,
            core_running=running,
            last_traffic_at=self._last_traffic(key),
            online=self._online(key) if running else None,
        )

    def _on_disk(self, key: str, user: ServerUser | None) -> bool:
        """As the file lies there now, whoever wrote it; of a stranger, under any id."""
        found = id_in(self._config, key)
        return found == user.core_id if user else found is not None

    def _in_core(self, key: str, user: ServerUser | None) -> bool | None:
        try:
            known, held = self._asked(key)
        except CoreError:
            return None
        if not known:
            return None
        return held == user.core_id if user else held is not None

    def _asked(self, key: str) -> tuple[bool, str | None]:
        if self._accounts.can_list:
            return True, self._accounts.id_of(key)
        return self._enforcer.known(key)


def id_in(config: Path, key: str) -> str | None:
    """Of the client with that name in the core's config file; None also when the file is away or is
    none. All clients are never kept: ten thousand are megabytes.
    """
    ids: list[str] = []

    def without_clients(one: dict[str, Any]) -> dict[str, Any] | None:
        if "email" not in one:
            return one
        if one["email"] == key:
            ids.append(one["id"])
        return None

    try:
        json.loads(config.read_bytes(), object_hook=without_clients)
    except (OSError, ValueError, LookupError):
        return None
    return ids[0] if ids else None
