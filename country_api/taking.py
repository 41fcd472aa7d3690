"""Takes what main_api wants of some users: on the disk first, then in the core."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from common.errors import Invalid, ServiceError
from country_api.deps import Deps
from models.servers import ServerUser

FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


class Kept(NamedTuple):
    """What the server has of a user now: which revision, and whether it is in the core."""

    revision: int
    in_core: bool


Taken = Kept | ServiceError


def take(deps: Deps, users: Sequence[ServerUser]) -> list[Taken]:
    """For each what is held of him now, or his own error, which concerns nobody else.

    What the file and the core do not take now, the keeper finishes. Raises Unavailable when the
    disk has taken nothing.
    """
    fit = [user for user in users if FIRST <= user.expires_at <= LAST]
    stored = iter(deps.store.put(fit))
    deps.mirror.touch()
    in_core = deps.enforcer.settle(user.key for user in fit)
    return [
        _taken(user.key, next(stored), in_core)
        if FIRST <= user.expires_at <= LAST
        else Invalid("expires_at is out of range")
        for user in users
    ]


def _taken(key: str, stored: int | ServiceError, in_core: set[str]) -> Taken:
    return stored if isinstance(stored, ServiceError) else Kept(stored, key in in_core)
