"""The emulator over real HTTP, and short ways to act as the bot and as the people."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import requests

from common.clock import Sleep, make_clock, real_sleep
from sandbox.telegram.app import create_app
from sandbox.telegram.emulator import Emulator, build
from sandbox.telegram.server import make
from sandbox.telegram.settings import Settings

TOKEN = "42:TEST-token"
ANYA, BOB = 910_000_001, 910_000_002


@dataclass
class Running:
    base: str
    emulator: Emulator
    elapsed: "Elapsed"
    http: requests.Session = field(default_factory=requests.Session)

    def raw(self, method: str, **params: Any) -> requests.Response:
        return self.http.post(f"{self.base}/bot{TOKEN}/{method}", json=params, timeout=30)

    def call(self, method: str, **params: Any) -> Any:
        """The result; the answer must be ok."""
        answer = self.raw(method, **params).json()
        assert answer["ok"], answer
        return answer["result"]

    def refused(self, method: str, **params: Any) -> str:
        """ "code description" of an answer that must be a refusal."""
        response = self.raw(method, **params)
        answer = response.json()
        assert not answer["ok"], answer
        assert response.status_code == answer["error_code"]
        return f"{answer['error_code']} {answer['description']}"

    def act(self, user_id: int, action: str, **params: Any) -> Any:
        response = self.http.post(
            f"{self.base}/sandbox/api/chats/{user_id}/{action}", json=params, timeout=30
        )
        return {**response.json(), "status": response.status_code}

    def send_file(
        self, user_id: int, kind: str, name: str, content: bytes, *, status: int = 200, **form: str
    ) -> Any:
        """A person's photo, video or document."""
        response = self.http.post(
            f"{self.base}/sandbox/api/chats/{user_id}/send",
            data={"kind": kind, **form}, files={"file": (name, content)}, timeout=30,
        )  # fmt: skip
        assert response.status_code == status, response.text
        return response.json()

    def chat(self, user_id: int, **query: Any) -> Any:
        return self.get(f"chats/{user_id}", **query)

    def get(self, path: str, **query: Any) -> Any:
        return self.http.get(f"{self.base}/sandbox/api/{path}", params=query, timeout=30).json()

    def post(self, path: str, **params: Any) -> requests.Response:
        return self.http.post(f"{self.base}/sandbox/api/{path}", json=params, timeout=30)

    def updates(self, offset: int = 0, timeout: int = 0, **params: Any) -> Any:
        self.elapsed.seconds += 4  # else the server brakes whoever asks the same at once
        return self.call("getUpdates", offset=offset, timeout=timeout, **params)

    def texts(self, user_id: int) -> list[str]:
        return [message["text"] for message in self.chat(user_id)["messages"]]


@dataclass
class Elapsed:
    """A monotonic clock that a test moves on."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@contextmanager
def running_emulator(
    offset_file: Path | None, sleep: Sleep = real_sleep, **changes: Any
) -> Iterator[Running]:
    elapsed = Elapsed()
    clock = make_clock(offset_file)
    settings = Settings(TOKEN, clock=clock, offset_file=offset_file, monotonic=elapsed)
    emulator = build(replace(settings, **changes), sleep)
    server = make(create_app(emulator.settings, emulator), "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    running = Running(f"http://127.0.0.1:{server.port}", emulator, elapsed)
    try:
        yield running
    finally:
        running.http.close()
        server.shutdown()
        server.server_close()
        thread.join()
