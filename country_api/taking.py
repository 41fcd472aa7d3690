"""Takes what main_api wants of some users: on the disk first, then in the core."""

from collections.abc import Sequence
from datetime import UTC, datetime

from common.errors import Invalid, ServiceError
from country_api.deps import Deps
from models.servers import PutUserAnswer, ServerUser, UserAnswer

FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
Taken = PutUserAnswer | ServiceError


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
        _answer(user.key, next(stored), in_core)
        if FIRST <= user.expires_at <= LAST
        else Invalid("expires_at is out of range")
        for user in users
    ]


def _answer(key: str, stored: int | ServiceError, in_core: set[str]) -> Taken:
    if isinstance(stored, ServiceError):
        return stored
    return PutUserAnswer(key=key, revision=stored, in_core=key in in_core)


def told(user: ServerUser, taken: Taken) -> UserAnswer:
    """As one among many."""
    if isinstance(taken, ServiceError):
        return UserAnswer(key=user.key, refused=taken.code)
    return UserAnswer(**taken.model_dump())
