"""People, their chats with the bot, and every message in them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.call import identifier
from sandbox.telegram.errors import ApiError, JsonObject, bad_request, forbidden
from sandbox.telegram.formatted import FormattedText


@dataclass(frozen=True)
class Media:
    """A photo, document or video: the file it shows and what Telegram says of it."""

    file_id: str
    width: int = 0
    height: int = 0
    duration: int = 0


@dataclass(frozen=True)
class Content:
    """What an edit may replace; `kind` is text, photo, document or video."""

    kind: str
    text: FormattedText
    media: Media | None = None
    options: tuple[tuple[str, Any], ...] = ()


@dataclass
class Message:
    message_id: int
    chat_id: int
    date: int
    from_bot: bool
    content: Content
    markup: JsonObject | None = None
    edit_date: int | None = None
    reply_to: int | None = None
    forward_origin: JsonObject | None = None
    extras: JsonObject = field(default_factory=dict)
    deleted: bool = False
    seq: int = 0


@dataclass
class Person:
    id: int
    first_name: str
    username: str | None = None
    language_code: str = "en"
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    def as_user(self) -> JsonObject:
        user: JsonObject = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.username:
            user["username"] = self.username
        return {**user, "language_code": self.language_code}

    def as_chat(self) -> JsonObject:
        chat: JsonObject = {"id": self.id, "type": "private", "first_name": self.first_name}
        return {**chat, "username": self.username} if self.username else chat


@dataclass
class Chat:
    """`seq` is the number of the last change in it; `reply_keyboard` is what the person sees."""

    person: Person
    messages: dict[int, Message] = field(default_factory=dict)
    reply_keyboard: JsonObject | None = None
    seq: int = 0

    def visible(self) -> Iterator[Message]:
        """Newest first, without what was deleted."""
        for message in reversed(self.messages.values()):
            if not message.deleted:
                yield message

    def find(self, message_id: int) -> Message | None:
        message = self.messages.get(message_id)
        return message if message and not message.deleted else None


PRESETS = (
    Person(910_000_001, "Аня", "anya_sandbox", "ru"),
    Person(910_000_002, "Bob", "bob_sandbox", "en"),
    Person(910_000_003, "Админ", "admin_sandbox", "ru"),
)
FIRST_FREE_ID = 910_000_100


@dataclass
class World:
    chats: dict[int, Chat] = field(default_factory=dict)
    last_message_id: int = 0
    last_seq: int = 0

    def add(self, person: Person) -> Chat:
        chat = self.chats[person.id] = Chat(person)
        return chat

    def free_id(self) -> int:
        return max(FIRST_FREE_ID - 1, *self.chats) + 1 if self.chats else FIRST_FREE_ID

    def touch(self, message: Message) -> None:
        """Give the message a new change number, which wakes whoever waits on its chat."""
        self.last_seq += 1
        message.seq = self.chats[message.chat_id].seq = self.last_seq

    def post(self, message: Message) -> Message:
        self.last_message_id += 1
        message.message_id = self.last_message_id
        self.chats[message.chat_id].messages[message.message_id] = message
        self.touch(message)
        return message

    def known_chat(self, chat_id: str) -> Chat:
        """The chat the bot may name: it was started by its person; raises 400."""
        if not chat_id:
            raise bad_request("chat_id is empty")
        chat = self.chats.get(identifier(chat_id) or 0)
        if chat is None or not chat.person.started:
            raise bad_request("chat not found")
        return chat

    def writable_chat(self, chat_id: str) -> Chat:
        """The chat the bot may write to now; raises 400 or 403."""
        chat = self.known_chat(chat_id)
        refuse_unreachable(chat.person)
        return chat


def refuse_unreachable(person: Person) -> None:
    if person.deactivated:
        raise forbidden("user is deactivated")
    if person.blocked:
        raise forbidden("bot was blocked by the user")


def editable(chat: Chat, message_id: int) -> Message:
    """The bot's own message, to be edited; raises 400."""
    message = chat.find(message_id)
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot or message.forward_origin:
        raise ApiError(400, "Bad Request: message can't be edited")
    return message
