"""People send what their app lets them send, and the bot reads it as Telegram would tell it."""

import json
import struct
from typing import Any

import pytest

from sandbox.telegram.files import PNG
from tests.sandbox.telegram.running import ANYA, BOB, Running

PICTURE = PNG + b"\0\0\0\rIHDR" + struct.pack(">II", 40, 30)
BOLD = {"type": "bold", "offset": 0, "length": 3}
LINK = {"type": "text_link", "offset": 4, "length": 5, "url": "https://example.org/a"}


def heard(sandbox: Running) -> list[dict[str, Any]]:
    return [update["message"] for update in sandbox.updates()]


def test_a_formatted_text_comes_with_its_entities(sandbox: Running) -> None:
    sandbox.act(ANYA, "say", text="Big news", entities=[BOLD, LINK])

    [message] = heard(sandbox)
    assert message["text"] == "Big news"
    assert message["entities"] == [BOLD, {**LINK, "length": 4, "url": "https://example.org/a"}]


@pytest.mark.parametrize("kind", ["photo", "video", "document"])
def test_a_file_comes_with_its_caption_and_can_be_downloaded(sandbox: Running, kind: str) -> None:
    caption = json.dumps([BOLD])
    sandbox.send_file(ANYA, kind, "new.png", PICTURE, caption="Big news", entities=caption)

    [message] = heard(sandbox)
    assert (message["caption"], message["caption_entities"]) == ("Big news", [BOLD])
    assert "text" not in message
    told = message[kind][-1] if kind == "photo" else message[kind]
    if kind == "photo":
        assert (told["width"], told["height"]) == (40, 30)
    else:
        assert told["file_name"] == "new.png"
    path = sandbox.call("getFile", file_id=told["file_id"])["file_path"]
    file = sandbox.http.get(f"{sandbox.base}/file/bot42:TEST-token/{path}", timeout=30)
    assert file.content == PICTURE


@pytest.mark.parametrize("kind", ["photo", "video", "document"])
def test_a_copy_of_it_is_the_same_for_somebody_else(sandbox: Running, kind: str) -> None:
    sandbox.act(BOB, "say", text="/start")
    entities = json.dumps([BOLD])
    sent = sandbox.send_file(ANYA, kind, "new.png", PICTURE, caption="Big news", entities=entities)
    sandbox.call(
        "copyMessage", chat_id=BOB, from_chat_id=ANYA, message_id=sent["message_id"]
    )  # fmt: skip

    mine, copied = sandbox.chat(ANYA)["messages"][-1], sandbox.chat(BOB)["messages"][-1]
    for name in ("kind", "text", "entities", kind):
        assert copied[name] == mine[name]


def test_pieces_of_an_album_share_its_number_and_a_copy_has_none(sandbox: Running) -> None:
    for name in ("a.png", "b.png"):
        sandbox.send_file(ANYA, "photo", name, PICTURE, media_group_id="77")

    album = heard(sandbox)
    assert [one["media_group_id"] for one in album] == ["77", "77"]
    copied = sandbox.call(
        "copyMessage", chat_id=ANYA, from_chat_id=ANYA, message_id=album[0]["message_id"]
    )
    stored = sandbox.emulator.world.chats[ANYA].messages[copied["message_id"]]
    assert "media_group_id" not in stored.extras


def test_what_is_forwarded_tells_who_wrote_it_first(sandbox: Running) -> None:
    sandbox.act(ANYA, "say", text="As Bob wrote", forwarded_from=BOB)

    [message] = heard(sandbox)
    assert message["forward_origin"]["sender_user"]["id"] == BOB
    assert message["from"]["id"] == ANYA


@pytest.mark.parametrize(
    ("kind", "content", "form"),
    [
        ("sticker", PICTURE, {}),
        ("photo", b"no picture", {}),
        ("document", b"", {}),
        ("document", b"x", {"caption": "x" * 1025}),
        ("document", b"x", {"caption": "x", "entities": "{"}),
        ("document", b"x", {"caption": "x", "entities": '[{"type": "bold"}]'}),
    ],
)
def test_what_no_app_sends_is_refused(
    sandbox: Running, kind: str, content: bytes, form: dict[str, str]
) -> None:
    sandbox.send_file(ANYA, kind, "x", content, status=409, **form)
    assert sandbox.updates() == []


def test_who_has_blocked_the_bot_sends_it_nothing(sandbox: Running) -> None:
    sandbox.act(ANYA, "say", text="/start")
    sandbox.act(ANYA, "block")

    sandbox.send_file(ANYA, "document", "x", b"x", status=409)
    assert sandbox.act(ANYA, "say", text="x", entities=[])["status"] == 409
