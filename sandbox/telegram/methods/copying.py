"""copyMessage and forwardMessage."""

from dataclasses import replace

from sandbox.telegram.call import Call
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import ApiError, JsonObject, bad_request
from sandbox.telegram.formatted import caption, formatted
from sandbox.telegram.markup import read_markup
from sandbox.telegram.posting import post, post_from_bot
from sandbox.telegram.wire import message_json
from sandbox.telegram.world import Content, Message


def copy_message(emulator: Emulator, call: Call) -> JsonObject:
    """Only the new number comes back; without `reply_markup` the copy has no keyboard."""
    new_caption = _new_caption(emulator, call)
    markup = read_markup(call, lax_urls=emulator.settings.lax_urls)
    chat = emulator.world.writable_chat(call.text("chat_id"))
    content = _source(emulator, call, "message to copy").content
    if new_caption and content.kind != "text":
        content = replace(content, text=new_caption.text)
    return {"message_id": post_from_bot(emulator, chat, call, content, markup).message_id}


def _new_caption(emulator: Emulator, call: Call) -> Content | None:
    if "caption" not in call.values:
        return None
    entities = call.json("caption_entities", "can't parse entities JSON object")
    lax = emulator.settings.lax_urls
    text = formatted(call.text("caption"), call.text("parse_mode"), entities, lax_urls=lax)
    return Content("text", caption(text))


def forward_message(emulator: Emulator, call: Call) -> JsonObject:
    source = _source(emulator, call, "message to forward")
    if source.extras.get("has_protected_content"):
        raise ApiError(400, "Bad Request: the message can't be forwarded")
    chat = emulator.world.writable_chat(call.text("chat_id"))
    sender = emulator.world.chats[source.chat_id].person.as_user()
    origin = source.forward_origin or {
        "type": "user",
        "sender_user": emulator.bot_user() if source.from_bot else sender,
        "date": source.date,
    }
    message = Message(
        0, chat.person.id, emulator.now(), from_bot=True, content=source.content,
        forward_origin=origin,
    )  # fmt: skip
    return message_json(emulator, post(emulator, message))


def _source(emulator: Emulator, call: Call, name: str) -> Message:
    if not call.text("from_chat_id"):
        raise bad_request('parameter "from_chat_id" is required')
    chat = emulator.world.known_chat(call.text("from_chat_id"))
    message = chat.find(call.integer("message_id"))
    if message is None:
        raise bad_request(f"{name} not found")
    return message
