"""What people do in their chats: write, press, block, come back."""

import hashlib
from dataclasses import dataclass

from sandbox.telegram.callbacks import Press
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import JsonObject
from sandbox.telegram.formatted import MAX_TEXT, cleaned
from sandbox.telegram.posting import post
from sandbox.telegram.view import button_view
from sandbox.telegram.wire import message_json
from sandbox.telegram.world import Chat, Content, Message


class Impossible(Exception):
    """A person can't do this now; the text says why."""


@dataclass(frozen=True)
class Pressed:
    """`press` is there for a callback button; the others act on the person's own screen."""

    message: Message
    button: JsonObject
    press: Press | None = None


def say(emulator: Emulator, chat: Chat, text: str) -> Message:
    """Write to the bot; the first word starts the chat. Raises Impossible."""
    written = cleaned(text, [])
    if not written.text or len(written.text) > MAX_TEXT:
        raise Impossible("a message has 1 to 4096 characters")
    return write(emulator, chat, Content("text", written))


def write(
    emulator: Emulator,
    chat: Chat,
    content: Content,
    *,
    forward_origin: JsonObject | None = None,
    extras: JsonObject | None = None,
) -> Message:
    """Raises Impossible."""
    _require_open(chat)
    chat.person.started = True
    message = Message(
        0, chat.person.id, emulator.now(), from_bot=False, content=content,
        forward_origin=forward_origin, extras=extras or {},
    )  # fmt: skip
    post(emulator, message)
    emulator.queue.add("message", message_json(emulator, message))
    return message


def press(
    emulator: Emulator,
    chat: Chat,
    *,
    message_id: int | None = None,
    text: str | None = None,
    data: str | None = None,
) -> Pressed:
    """Press a button of a message that can be seen, the newest that has it. Raises Impossible."""
    _require_open(chat)
    message, button = find_button(chat, message_id, text, data)
    if "disabled" in button:
        raise Impossible("the button is disabled")
    if "callback_data" not in button:
        return Pressed(message, button_view(button))
    made = emulator.callbacks.press(chat.person.id, message.message_id, button["text"])
    query: JsonObject = {
        "id": made.callback_id,
        "from": chat.person.as_user(),
        "message": message_json(emulator, message),
        "chat_instance": _chat_instance(emulator, chat),
        "data": button["callback_data"],
    }
    emulator.queue.add("callback_query", query)
    emulator.stream.publish("callback", made.as_json())
    return Pressed(message, button_view(button), made)


def find_button(
    chat: Chat, message_id: int | None, text: str | None, data: str | None
) -> tuple[Message, JsonObject]:
    for message in chat.visible():
        if message_id not in {None, message.message_id}:
            continue
        for row in (message.markup or {}).get("inline_keyboard", []):
            for button in row:
                if _is_meant(button, text, data):
                    return message, button
    raise Impossible("no visible message has this button")


def _is_meant(button: JsonObject, text: str | None, data: str | None) -> bool:
    if data is not None:
        return bool(button.get("callback_data") == data)
    return bool(button["text"] == text)


def _chat_instance(emulator: Emulator, chat: Chat) -> str:
    seed = f"{emulator.chat_instance_seed}:{chat.person.id}".encode()
    return str(int.from_bytes(hashlib.sha256(seed).digest()[:8], "big", signed=True))


def _require_open(chat: Chat) -> None:
    if chat.person.deactivated:
        raise Impossible("the account is deleted")
    if chat.person.blocked:
        raise Impossible("the person has blocked the bot")


def set_blocked(emulator: Emulator, chat: Chat, *, blocked: bool) -> bool:
    """Block or unblock, which tells the bot; False when it was so already."""
    person = chat.person
    if person.blocked == blocked:
        return False
    if not person.started:
        raise Impossible("the person has not started the bot")
    person.blocked = blocked
    member, kicked = (
        {"user": emulator.bot_user(), "status": "member"},
        {"user": emulator.bot_user(), "status": "kicked", "until_date": 0},
    )
    change: JsonObject = {
        "chat": person.as_chat(),
        "from": person.as_user(),
        "date": emulator.now(),
        "old_chat_member": member if blocked else kicked,
        "new_chat_member": kicked if blocked else member,
    }
    emulator.queue.add("my_chat_member", change)
    emulator.stream.publish("people", {"chat_id": person.id})
    return True


def delete_account(emulator: Emulator, chat: Chat) -> None:
    chat.person.deactivated = True
    emulator.stream.publish("people", {"chat_id": chat.person.id})
