"""Which servers have taken a user while somebody waits for them: noted together, in one write."""

import threading


class Taken:
    """One push of one revision. Who comes after `close` has to be noted on his own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._addresses: list[str] | None = []

    def add(self, address: str) -> bool:
        """False when it is too late."""
        with self._lock:
            if self._addresses is None:
                return False
            self._addresses.append(address)
            return True

    def close(self) -> list[str]:
        with self._lock:
            addresses, self._addresses = self._addresses or [], None
            return addresses
