"""The four ways to change a message; each without `reply_markup` takes the keyboard away."""

from dataclasses import replace

from sandbox.telegram.call import Call
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import JsonObject, bad_request
from sandbox.telegram.formatted import FormattedText, caption, formatted
from sandbox.telegram.markup import read_inline_markup
from sandbox.telegram.methods.media import attached, stored_media
from sandbox.telegram.methods.sending import text_content
from sandbox.telegram.posting import tell
from sandbox.telegram.wire import message_json
from sandbox.telegram.world import Content, Message, editable

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
MEDIA_KINDS = ("photo", "document", "video")


def edit_text(emulator: Emulator, call: Call) -> JsonObject:
    content = text_content(emulator, call)
    markup = read_inline_markup(call, lax_urls=emulator.settings.lax_urls)
    message = _message(emulator, call)
    if message.content.kind != "text":
        raise bad_request("there is no text in the message to edit")
    return _changed(emulator, message, content, markup)


def edit_caption(emulator: Emulator, call: Call) -> JsonObject:
    text = _caption(emulator, call.text("caption"), call.text("parse_mode"), call)
    markup = read_inline_markup(call, lax_urls=emulator.settings.lax_urls)
    message = _message(emulator, call)
    if message.content.kind == "text":
        raise bad_request("there is no caption in the message to edit")
    return _changed(emulator, message, replace(message.content, text=text), markup)


def edit_reply_markup(emulator: Emulator, call: Call) -> JsonObject:
    markup = read_inline_markup(call, lax_urls=emulator.settings.lax_urls)
    message = _message(emulator, call)
    return _changed(emulator, message, message.content, markup)


def edit_media(emulator: Emulator, call: Call) -> JsonObject:
    given = call.json("media", "can't parse input media JSON object")
    if not isinstance(given, dict) or given.get("type") not in MEDIA_KINDS:
        raise bad_request("can't parse InputMedia: type is unsupported")
    kind, reference = given["type"], str(given.get("media", ""))
    source = attached(call, kind, reference)
    text = _caption(
        emulator, str(given.get("caption") or ""), str(given.get("parse_mode") or ""), call
    )
    markup = read_inline_markup(call, lax_urls=emulator.settings.lax_urls)
    message = _message(emulator, call)
    content = Content(kind, text, stored_media(emulator, call, kind, source))
    return _changed(emulator, message, content, markup)


def _caption(emulator: Emulator, text: str, parse_mode: str, call: Call) -> FormattedText:
    entities = call.json("caption_entities", "can't parse entities JSON object")
    lax = emulator.settings.lax_urls
    return caption(formatted(text, parse_mode, entities, lax_urls=lax))


def _message(emulator: Emulator, call: Call) -> Message:
    if not call.text("chat_id") and not call.integer("message_id"):
        raise bad_request("message identifier is not specified")
    chat = emulator.world.writable_chat(call.text("chat_id"))
    return editable(chat, call.integer("message_id"))


def _changed(
    emulator: Emulator, message: Message, content: Content, markup: JsonObject | None
) -> JsonObject:
    if (content, markup) == (message.content, message.markup):
        raise bad_request(NOT_MODIFIED)
    if content != message.content:
        message.edit_date = emulator.now()
    message.content, message.markup = content, markup
    tell(emulator, "edit", message)
    return message_json(emulator, message)
