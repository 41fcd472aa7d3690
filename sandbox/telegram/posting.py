"""The changes of a chat, each told to the waiting readers and to the page."""

from sandbox.telegram.call import Call
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import JsonObject, bad_request
from sandbox.telegram.view import message_view
from sandbox.telegram.world import Chat, Content, Message


def tell(emulator: Emulator, kind: str, message: Message) -> None:
    emulator.world.touch(message)
    emulator.stream.publish(kind, message_view(emulator, message))


def post(emulator: Emulator, message: Message) -> Message:
    emulator.world.post(message)
    emulator.stream.publish("message", message_view(emulator, message))
    return message


def post_from_bot(
    emulator: Emulator, chat: Chat, call: Call, content: Content, markup: JsonObject | None
) -> Message:
    """Send what a call asks for, with its reply and options; raises 400 for a wrong reply."""
    message = Message(
        message_id=0,
        chat_id=chat.person.id,
        date=emulator.now(),
        from_bot=True,
        content=content,
        reply_to=replied_message(chat, call),
        extras=_extras(call),
    )
    if markup and "inline_keyboard" in markup:
        message.markup = markup
    elif markup:
        chat.reply_keyboard = markup if "keyboard" in markup else None
    return post(emulator, message)


def replied_message(chat: Chat, call: Call) -> int | None:
    given = call.json("reply_parameters", "can't parse reply parameters JSON object")
    parameters = given if isinstance(given, dict) else {}
    message_id = parameters.get("message_id") or call.integer("reply_to_message_id")
    if not isinstance(message_id, int) or message_id <= 0:
        return None
    optional = parameters.get("allow_sending_without_reply")
    if chat.find(message_id):
        return message_id
    if optional or call.boolean("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _extras(call: Call) -> JsonObject:
    extras: JsonObject = {}
    if call.boolean("protect_content"):
        extras["has_protected_content"] = True
    if call.text("message_effect_id"):
        extras["effect_id"] = call.text("message_effect_id")
    return extras
