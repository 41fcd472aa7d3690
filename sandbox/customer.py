"""A person in the sandbox's chat: writes, presses what can be seen, waits for what is to come."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import requests

from common.service_client import make_session

Json = dict[str, Any]
T = TypeVar("T")
WAIT_SECONDS = 15.0


class NotSeen(AssertionError):
    """What should have appeared in the chat did not; the message tells what is there instead."""


class Customer:
    """Uses the chat only through what its page uses: say, press, look."""

    def __init__(self, chat_url: str, user_id: int) -> None:
        self.user_id = user_id
        self._url = f"{chat_url}/sandbox/api/chats/{user_id}"
        self._session = make_session()

    @classmethod
    def join(cls, chat_url: str, first_name: str, language: str, username: str) -> "Customer":
        """Somebody new to the chat (he has not started the bot)."""
        person = {"first_name": first_name, "language_code": language, "username": username}
        answer = requests.post(f"{chat_url}/sandbox/api/users", json=person, timeout=10)
        answer.raise_for_status()
        return cls(chat_url, int(answer.json()["id"]))

    def say(self, text: str) -> None:
        self._post("say", {"text": text})

    def press(self, data: str, *, after: int = 0, within: float = WAIT_SECONDS) -> None:
        """Press the newest visible button whose callback begins with `data`; wait for it first."""
        message, button = self.button(
            lambda b: str(b.get("data", "")).startswith(data), after=after, within=within
        )
        self._post("press", {"message_id": message["message_id"], "data": button["data"]})

    def button(
        self, wanted: Callable[[Json], bool], *, after: int = 0, within: float = WAIT_SECONDS
    ) -> tuple[Json, Json]:
        """The newest wanted button, with its message, changed after `after`; raises NotSeen."""

        def find(messages: list[Json]) -> tuple[Json, Json] | None:
            newest_first = sorted(messages, key=lambda m: int(m["seq"]), reverse=True)
            recent = (m for m in newest_first if m["seq"] > after)
            found = ((m, b) for m in recent for b in buttons(m) if wanted(b))
            return next(found, None)

        return self._wait(find, within, "the button")

    def message(self, pattern: str, *, after: int = 0, within: float = WAIT_SECONDS) -> Json:
        """The bot's newest message, changed after `after`, whose text matches; else NotSeen."""

        def find(messages: list[Json]) -> Json | None:
            found = [m for m in messages if m["seq"] > after and re.search(pattern, m["text"])]
            return max(found, key=lambda m: int(m["seq"])) if found else None

        return self._wait(find, within, f"a message like {pattern!r}")

    def count(self, pattern: str, *, after: int = 0) -> int:
        return sum(
            1
            for m in self._look()["messages"]
            if m["seq"] > after and re.search(pattern, m["text"])
        )

    def now(self) -> int:
        """The chat's present sequence number: `after=` for what comes next."""
        return int(self._look()["seq"])

    def _wait(self, find: Callable[[list[Json]], T | None], within: float, what: str) -> T:
        deadline = time.monotonic() + within
        seen = self._look()
        while True:
            messages = [m for m in seen["messages"] if m["from_bot"] and not m["deleted"]]
            if (found := find(messages)) is not None:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                texts = [m["text"][:60] for m in messages[-3:]]
                raise NotSeen(f"{what} did not appear; the last messages are {texts}")
            self._look(after=int(seen["seq"]), timeout=min(left, 5.0))
            seen = self._look()

    def _look(self, **query: float) -> Json:
        answer = self._session.get(self._url, params=query, timeout=20)
        answer.raise_for_status()
        return dict(answer.json())

    def _post(self, action: str, body: Json) -> Json:
        answer = self._session.post(f"{self._url}/{action}", json=body, timeout=20)
        answer.raise_for_status()
        return dict(answer.json())


def buttons(message: Json) -> Iterator[Json]:
    for row in message["keyboard"]:
        yield from row
