"""A shop's webhook address: keeps what comes and answers as it is told."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from typing_extensions import override

from tests.support.waiting import PATIENCE_SECONDS


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.body)
        return told

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


class Receiver:
    """`answers` are the next statuses, 200 after them; `on_arrival` runs before the answer."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.on_arrival: Callable[[Received], None] = lambda _: None
        self.most_at_once = 0
        self._at_once = 0
        self._received: list[Received] = []
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def received(self) -> list[Received]:
        with self._changed:
            return list(self._received)

    def wait_for(self, count: int, seconds: float = PATIENCE_SECONDS) -> list[Received]:
        """What has come, once there are `count`; fails when they do not come."""
        with self._changed:
            came = self._changed.wait_for(lambda: len(self._received) >= count, seconds)
            assert came, f"{len(self._received)} events instead of {count}"
            return list(self._received)

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def take(self, received: Received) -> int:
        with self._changed:
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
        self.on_arrival(received)
        with self._changed:
            self._at_once -= 1
            self._received.append(received)
            self._changed.notify_all()
            return self.answers.pop(0) if self.answers else 200

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        take = self.take

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                status = take(Received(self.path, dict(self.headers.items()), body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            @override
            def log_message(self, format: str, *args: Any) -> None:
                """Silent."""

        return Handler
