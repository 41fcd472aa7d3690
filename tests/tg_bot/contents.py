"""All that an admin may send to somebody else: formatted, forwarded, with a file."""

import json
import struct
from collections.abc import Callable
from typing import Any

from sandbox.telegram.files import PNG
from tests.sandbox.telegram.running import ANYA
from tests.tg_bot.people import Someone

PICTURE = PNG + b"\0\0\0\rIHDR" + struct.pack(">II", 40, 30)
WORDS = "Новый сервер в Германии 🎉 и скидка"
FORMAT: list[dict[str, Any]] = [
    {"type": "bold", "offset": 0, "length": 12},
    {"type": "text_link", "offset": 15, "length": 8, "url": "https://example.org/de"},
    {"type": "custom_emoji", "offset": 24, "length": 2, "custom_emoji_id": "5368324170671202286"},
    {"type": "spoiler", "offset": 29, "length": 6},
]
Send = Callable[[Someone], None]


def formatted(admin: Someone) -> None:
    admin.say(WORDS, entities=FORMAT)


def forwarded(admin: Someone) -> None:
    admin.say(WORDS, entities=FORMAT, forwarded_from=ANYA)


def file_of(kind: str, name: str, content: bytes) -> Send:
    def send(admin: Someone) -> None:
        admin.send_file(kind, name, content, caption=WORDS, entities=json.dumps(FORMAT))

    return send


CONTENTS: dict[str, Send] = {
    "text": formatted,
    "forwarded": forwarded,
    "photo": file_of("photo", "new.png", PICTURE),
    "video": file_of("video", "как подключить.mp4", b"\0\0\0\x18ftypmp42" + b"v" * 200),
    "document": file_of("document", "Инструкция.pdf", b"%PDF-1.7 " + b"d" * 200),
}


def content(message: dict[str, Any]) -> dict[str, Any]:
    """What it says and shows, without its place and its keys."""
    names = ("kind", "text", "entities", "photo", "video", "document", "forwarded")
    return {name: message[name] for name in names if name in message}


def sent_by(admin: Someone) -> dict[str, Any]:
    messages = admin.running.chat(admin.id)["messages"]
    return content([one for one in messages if not one["from_bot"]][-1]) | {"forwarded": False}
