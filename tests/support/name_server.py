"""A name server of our own, for tests: it knows the names it was given and counts the questions."""

import socket
from collections import Counter
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from threading import Thread

TYPES = {1: 4, 28: 6}  # A and AAAA, and which IP they ask for
NO_SUCH_NAME = 3


class NameServer:
    """Listens on UDP port 53 of `address`. `changing` names have, by question for IPv4, one list of
    addresses after the other; the last stays.
    """

    def __init__(
        self,
        address: str,
        zone: Mapping[str, Sequence[str]],
        changing: Mapping[str, Sequence[Sequence[str]]] | None = None,
    ) -> None:
        self.zone = dict(zone)
        self._changing = dict(changing or {})
        self.asked: Counter[tuple[str, int]] = Counter()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((address, 53))
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            question, caller = self._socket.recvfrom(4096)
            if not question:
                return
            self._socket.sendto(self._answer(question), caller)

    def _answer(self, question: bytes) -> bytes:
        name, kind, end = _parse(question)
        version = TYPES.get(kind, 0)
        self.asked[name, version] += 1
        known = self._addresses(name, version)
        found = [ip_address(it) for it in known or [] if ip_address(it).version == version]
        code = NO_SUCH_NAME if known is None else 0
        flags = (0x8180 | code).to_bytes(2, "big")
        counts = b"\0\1" + len(found).to_bytes(2, "big") + bytes(4)
        records = b"".join(
            b"\xc0\x0c" + kind.to_bytes(2, "big") + b"\0\1" + bytes(4)
            + len(it.packed).to_bytes(2, "big") + it.packed
            for it in found
        )  # fmt: skip
        return question[:2] + flags + counts + question[12:end] + records

    def _addresses(self, name: str, version: int) -> Sequence[str] | None:
        if name not in self._changing:
            return self.zone.get(name)
        turns = self._changing[name]
        place = self.asked[name, 4] - 1 if version == 4 else 0
        return turns[min(place, len(turns) - 1)]

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            end.sendto(b"", self._socket.getsockname())
        self._thread.join()
        self._socket.close()


def _parse(question: bytes) -> tuple[str, int, int]:
    """Name, type, and where the question ends."""
    labels, place = [], 12
    while size := question[place]:
        labels.append(question[place + 1 : place + 1 + size].decode())
        place += 1 + size
    kind = int.from_bytes(question[place + 1 : place + 3], "big")
    return ".".join(labels).lower(), kind, place + 5
