"""How many are connected: numbers only, since no customer's address leaves this machine."""

from country_api.core.client import CoreError
from country_api.core.online import Online

ALL_SECONDS = 0.5  # main_api judges the server by the answer, which a slow core may not hold up


class CountOnline:
    """None where the core does not count addresses, and while it does not answer."""

    def __init__(self, online: Online) -> None:
        self._online = online

    def of_one(self, key: str) -> int | None:
        """Distinct addresses of one user."""
        if not self._online.can_tell:
            return None
        try:
            return len(self._online.addresses([key])[key])
        except CoreError:
            return None

    def users(self) -> int | None:
        """Users who are connected from anywhere."""
        if not self._online.can_tell:
            return None
        try:
            return len(self._online.all(seconds=ALL_SECONDS))
        except CoreError:
            return None
