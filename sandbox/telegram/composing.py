"""What people send beside plain words: a formatted text, something forwarded, a file."""

from sandbox.telegram.call import Call
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import ApiError, JsonObject
from sandbox.telegram.files import FOLDERS
from sandbox.telegram.formatted import FormattedText, caption, formatted, message_text
from sandbox.telegram.methods.media import stored_media
from sandbox.telegram.people import Impossible, write
from sandbox.telegram.world import Chat, Content, Message

NO_ENTITIES = "entities must be a list in JSON"


def say_formatted(
    emulator: Emulator, chat: Chat, text: str, entities: object, forwarded_from: int
) -> Message:
    """`forwarded_from`: the person who wrote it first; 0 for what is the sender's own."""
    try:
        written = message_text(_formatted(emulator, text, entities))
    except ApiError as refused:
        raise Impossible(refused.description) from None
    origin = _origin(emulator, forwarded_from) if forwarded_from else None
    return write(emulator, chat, Content("text", written), forward_origin=origin)


def send_file(emulator: Emulator, chat: Chat, call: Call) -> Message:
    """Pieces of an album come one by one and share their media_group_id, as in Telegram."""
    kind, upload = call.text("kind"), call.uploads.get("file")
    if kind not in FOLDERS or upload is None:
        raise Impossible("a file is sent as a photo, a video or a document")
    try:
        entities = call.json("entities", NO_ENTITIES)
        text = caption(_formatted(emulator, call.text("caption"), entities))
        content = Content(kind, text, stored_media(emulator, call, kind, upload))
    except ApiError as refused:
        raise Impossible(refused.description) from None
    group = call.text("media_group_id")
    return write(emulator, chat, content, extras={"media_group_id": group} if group else {})


def _formatted(emulator: Emulator, text: str, entities: object) -> FormattedText:
    return formatted(text, "", entities, lax_urls=emulator.settings.lax_urls)


def _origin(emulator: Emulator, user_id: int) -> JsonObject:
    known = emulator.world.chats.get(user_id)
    if known is None:
        raise Impossible("nobody has written what is forwarded")
    return {"type": "user", "sender_user": known.person.as_user(), "date": emulator.now()}
