"""The chat as its person sees it: what the page draws and what the user API answers."""

from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import JsonObject
from sandbox.telegram.world import Chat, Media, Message, Person

ACTIONS = {
    "callback_data": "callback",
    "url": "url",
    "copy_text": "copy_text",
    "web_app": "web_app",
    "disabled": "disabled",
    "switch_inline_query": "switch_inline",
    "switch_inline_query_current_chat": "switch_inline",
}


def message_view(emulator: Emulator, message: Message) -> JsonObject:
    """A deleted message keeps its number and loses everything it said."""
    shown: JsonObject = {
        "message_id": message.message_id,
        "chat_id": message.chat_id,
        "seq": message.seq,
        "date": message.date,
        "from_bot": message.from_bot,
        "edited": message.edit_date is not None,
        "deleted": message.deleted,
    }
    if message.deleted:
        return {**shown, "kind": "text", "text": "", "entities": [], "keyboard": []}
    content = message.content
    shown |= {
        "kind": content.kind,
        "text": content.text.text,
        "entities": list(content.text.entities),
        "keyboard": keyboard_view(message.markup),
        "forwarded": message.forward_origin is not None,
        "protected": bool(message.extras.get("has_protected_content")),
    }
    if content.media:
        shown[content.kind] = _file_view(emulator, content.media)
    replied = emulator.world.chats[message.chat_id].find(message.reply_to or 0)
    if replied:
        shown["reply_to"] = {
            "message_id": replied.message_id,
            "text": replied.content.text.text[:80],
        }
    return shown


def _file_view(emulator: Emulator, media: Media) -> JsonObject:
    stored = emulator.files.by_id[media.file_id]
    return {
        "url": f"/sandbox/api/files/{media.file_id}",
        "file_name": stored.upload.name,
        "mime_type": stored.upload.mime_type,
        "size": stored.size,
        "width": media.width,
        "height": media.height,
    }


def keyboard_view(markup: JsonObject | None) -> list[list[JsonObject]]:
    return [
        [button_view(button) for button in row] for row in (markup or {}).get("inline_keyboard", [])
    ]


def button_view(button: JsonObject) -> JsonObject:
    """Text, style, and `kind` with what it does: data, url or copy_text."""
    shown: JsonObject = {name: button[name] for name in ("text", "style", "url") if name in button}
    shown["kind"] = next(kind for name, kind in ACTIONS.items() if name in button)
    if "callback_data" in button:
        shown["data"] = button["callback_data"]
    if "copy_text" in button:
        shown["copy_text"] = button["copy_text"]["text"]
    if "web_app" in button:
        shown["url"] = button["web_app"]["url"]
    return shown


def person_view(person: Person, chat: Chat) -> JsonObject:
    last = next(chat.visible(), None)
    return {
        "id": person.id,
        "first_name": person.first_name,
        "username": person.username,
        "language_code": person.language_code,
        "started": person.started,
        "blocked": person.blocked,
        "deactivated": person.deactivated,
        "seq": chat.seq,
        "last_text": last.content.text.text[:80] if last else "",
        "last_date": last.date if last else None,
    }


def chat_view(emulator: Emulator, chat: Chat, after: int = 0) -> JsonObject:
    """The person and the messages changed after `after`, oldest first."""
    person = chat.person
    return {
        "user": person_view(person, chat),
        "seq": chat.seq,
        "reply_keyboard": (chat.reply_keyboard or {}).get("keyboard", []),
        "commands": emulator.profile.commands_for(person.id, person.language_code),
        "messages": [
            message_view(emulator, message)
            for message in chat.messages.values()
            if message.seq > after
        ],
    }
