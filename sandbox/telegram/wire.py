"""Messages as the Bot API shows them: what is absent is left out, never null."""

from collections.abc import Iterable

from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import JsonObject
from sandbox.telegram.world import Content, Media, Message


def message_json(emulator: Emulator, message: Message, *, nested: bool = False) -> JsonObject:
    chat = emulator.world.chats[message.chat_id]
    shown: JsonObject = {
        "message_id": message.message_id,
        "from": emulator.bot_user() if message.from_bot else chat.person.as_user(),
        "chat": chat.person.as_chat(),
        "date": message.date,
    }
    if message.edit_date:
        shown["edit_date"] = message.edit_date
    if message.forward_origin:
        shown["forward_origin"] = message.forward_origin
    replied = chat.find(message.reply_to) if message.reply_to else None
    if replied and not nested:
        shown["reply_to_message"] = message_json(emulator, replied, nested=True)
    shown.update(content_json(emulator, message.content))
    shown.update(message.extras)
    if message.markup:
        shown["reply_markup"] = message.markup
    return shown


def content_json(emulator: Emulator, content: Content) -> JsonObject:
    shown: JsonObject = {}
    if content.kind == "text":
        shown["text"] = content.text.text
        text_entities = "entities"
    else:
        shown.update(media_json(emulator, content))
        text_entities = "caption_entities"
        if content.text.text:
            shown["caption"] = content.text.text
    if content.text.entities:
        shown[text_entities] = entities_json(emulator, content.text.entities)
    shown.update(content.options)
    return shown


def entities_json(emulator: Emulator, entities: Iterable[JsonObject]) -> list[JsonObject]:
    """A mention by number shows its person; of somebody unknown only the text is left."""
    shown = []
    for entity in entities:
        chat = emulator.world.chats.get(entity.get("user_id", 0))
        if entity["type"] != "text_mention":
            shown.append(entity)
        elif chat:
            place = {name: entity[name] for name in ("type", "offset", "length")}
            shown.append({**place, "user": chat.person.as_user()})
    return shown


def media_json(emulator: Emulator, content: Content) -> JsonObject:
    media = content.media
    assert media is not None
    stored = emulator.files.by_id[media.file_id]
    described = {**stored.as_file(), **_measures(content.kind, media)}
    if content.kind == "photo":
        return {"photo": [described]}
    described["file_name"] = stored.upload.name
    described["mime_type"] = stored.upload.mime_type
    return {content.kind: described}


def _measures(kind: str, media: Media) -> JsonObject:
    if kind == "document":
        return {}
    size: JsonObject = {"width": media.width, "height": media.height}
    return {**size, "duration": media.duration} if kind == "video" else size
