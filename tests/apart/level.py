"""Whether a server has what main wants, as of one moment."""

import time
from collections.abc import Callable

from common.clock import system_clock
from common.errors import ServiceError
from models.servers import ListedUser
from models.users import User
from sandbox.operator import Operator

LOOK_SECONDS = 0.2


def desired(operator: Operator) -> list[User]:
    """Everybody who ever had access, as main has him now."""
    users = [operator.user(user_id) for user_id in operator.user_ids()]
    return [user for user in users if user.expires_at is not None]


def behind(operator: Operator, country: str, users: list[User]) -> list[int]:
    """Of these the ids of those whom the server holds otherwise, or its core; raises ServiceError.

    A revision newer than the wanted one is as good: he has changed since.
    """
    held = {user.key: user for user in operator.users(country).users}
    return [user.user_id for user in users if not _is_level(user, held.get(f"u{user.user_id}"))]


def _is_level(user: User, held: ListedUser | None) -> bool:
    if held is None or held.revision < user.revision:
        return False
    if held.revision == user.revision and held.expires_at != user.expires_at:
        return False
    return held.in_core == (held.active and held.expires_at > system_clock())


def seconds_until_level(
    operator: Operator, country: str, users: list[User], within: float
) -> float | None:
    """How long it took, None when it was not within that time."""
    return _seconds_until(lambda: not behind(operator, country, users), within)


def _seconds_until(true: Callable[[], bool], within: float) -> float | None:
    began = time.monotonic()
    while time.monotonic() < began + within:
        try:
            if true():
                return time.monotonic() - began
        except ServiceError:
            pass  # not reached yet
        time.sleep(LOOK_SECONDS)
    return None
