"""sendMessage and sendChatAction."""

from sandbox.telegram.call import Call
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import JsonObject, bad_request
from sandbox.telegram.formatted import FormattedText, formatted, message_text
from sandbox.telegram.markup import read_markup
from sandbox.telegram.posting import post_from_bot
from sandbox.telegram.wire import message_json
from sandbox.telegram.world import Content

ACTIONS = frozenset(
    f"{verb}_{what}"
    for verb in ("upload", "record")
    for what in ("video", "voice", "video_note", "photo", "document", "audio")
) | {"typing", "choose_sticker", "find_location", "cancel"}


def read_text(emulator: Emulator, call: Call) -> FormattedText:
    text = call.text("text")
    if not text:
        raise bad_request("Message text is empty")
    entities = call.json("entities", "can't parse entities JSON object")
    lax = emulator.settings.lax_urls
    return message_text(formatted(text, call.text("parse_mode"), entities, lax_urls=lax))


def text_content(emulator: Emulator, call: Call) -> Content:
    text = read_text(emulator, call)
    preview = call.json("link_preview_options", "can't parse link preview options JSON object")
    options = (("link_preview_options", preview),) if isinstance(preview, dict) else ()
    return Content("text", text, options=options)


def send_message(emulator: Emulator, call: Call) -> JsonObject:
    """Text and markup are judged before the chat, as in the server."""
    content = text_content(emulator, call)
    markup = read_markup(call, lax_urls=emulator.settings.lax_urls)
    chat = emulator.world.writable_chat(call.text("chat_id"))
    return message_json(emulator, post_from_bot(emulator, chat, call, content, markup))


def send_chat_action(emulator: Emulator, call: Call) -> bool:
    action = call.text("action").lower()
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = emulator.world.writable_chat(call.text("chat_id"))
    emulator.stream.publish("action", {"chat_id": chat.person.id, "action": action})
    return True
