"""A person in the emulator's chat, as a test wants to act: say, press, wait, look."""

from dataclasses import dataclass
from typing import Any

from models.buttons import callback
from tests.sandbox.telegram.running import Running
from tests.support.waiting import wait_until
from tg_bot.names import Name

WAIT_SECONDS = 20.0


def admin_key(name: str, *arguments: str | int) -> str:
    """What a key of the admin's menu sends."""
    return callback(Name.ADMIN, name, *arguments)


@dataclass
class Someone:
    running: Running
    id: int

    def say(self, text: str, **more: Any) -> None:
        assert self.running.act(self.id, "say", text=text, **more)["status"] == 200

    def send_file(self, kind: str, name: str, content: bytes, **form: Any) -> None:
        """`form`: caption, entities in JSON, media_group_id."""
        self.running.send_file(self.id, kind, name, content, **form)

    def start(self, payload: str = "") -> None:
        assert self.running.act(self.id, "start", payload=payload)["status"] == 200

    def press(self, data: str) -> str:
        """Of the newest message that has this key; returns the press's id."""
        pressed = self.running.act(self.id, "press", data=data)
        assert pressed["status"] == 200, (pressed, self.texts(), self.buttons())
        return str(pressed.get("callback_id", ""))

    def inject_press(self, data: str, message_id: int = 0) -> None:
        """A key that nobody shows any more, or never did."""
        query = {
            "id": "1", "chat_instance": "1", "data": data, "from": self._user(),
            "message": {"message_id": message_id or 1, "date": 0, "chat": self._chat()},
        }  # fmt: skip
        self.running.post("updates", callback_query=query)

    def answer_to(self, callback_id: str) -> Any:
        path = f"chats/{self.id}/callbacks/{callback_id}"
        return self.running.get(path, timeout=WAIT_SECONDS)

    def sees(self, text: str) -> dict[str, Any]:
        """Wait for a visible message of the bot that holds `text`."""
        while True:
            seen = self.seq()
            for message in reversed(self.from_bot()):
                if text in str(message["text"]):
                    return dict(message)
            news = self.running.chat(self.id, after=seen, timeout=WAIT_SECONDS)["messages"]
            assert news, f"{text!r} never came; there is {self.texts()}"

    def has_messages(self, count: int) -> None:
        """Wait until the bot has sent so many."""
        wait_until(lambda: len(self.from_bot()) == count)

    def seq(self) -> int:
        return int(self.running.chat(self.id)["seq"])

    def from_bot(self) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = self.running.chat(self.id)["messages"]
        return sorted(
            (one for one in messages if one["from_bot"] and not one["deleted"]),
            key=lambda one: int(one["seq"]),
        )

    def texts(self) -> list[str]:
        return [str(one["text"]) for one in self.from_bot()]

    def buttons(self) -> list[dict[str, Any]]:
        """Of the message that changed last."""
        return [key for row in self.from_bot()[-1]["keyboard"] for key in row]

    def _user(self) -> dict[str, Any]:
        return self.running.emulator.world.chats[self.id].person.as_user()

    def _chat(self) -> dict[str, Any]:
        return self.running.emulator.world.chats[self.id].person.as_chat()
