"""deleteMessage and deleteMessages."""

from sandbox.telegram.call import Call
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import bad_request
from sandbox.telegram.posting import tell
from sandbox.telegram.world import Message

DELETABLE_SECONDS = 48 * 3600
MAX_AT_ONCE = 100


def delete_message(emulator: Emulator, call: Call) -> bool:
    if not call.integer("message_id"):
        raise bad_request("message identifier is not specified")
    chat = emulator.world.known_chat(call.text("chat_id"))
    message = chat.find(call.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    _delete(emulator, [message])
    return True


def delete_messages(emulator: Emulator, call: Call) -> bool:
    """What is not there is passed over; one that is too old stops them all."""
    wanted = _numbers(call)
    chat = emulator.world.known_chat(call.text("chat_id"))
    found = [chat.find(message_id) for message_id in wanted]
    _delete(emulator, [message for message in found if message])
    return True


def _numbers(call: Call) -> list[int]:
    value = call.json("message_ids", "can't parse message_ids JSON object")
    if value is None or value == []:
        raise bad_request("Message identifiers are not specified")
    if not isinstance(value, list):
        raise bad_request("Expected an Array of message identifiers")
    if len(value) > MAX_AT_ONCE:
        raise bad_request("Too many message identifiers specified")
    if not all(isinstance(number, int) and number > 0 for number in value):
        raise bad_request("Invalid message identifier specified")
    return value


def _delete(emulator: Emulator, messages: list[Message]) -> None:
    oldest = emulator.now() - DELETABLE_SECONDS
    if any(message.date < oldest for message in messages):
        raise bad_request("message can't be deleted for everyone")
    for message in messages:
        message.deleted = True
        tell(emulator, "delete", message)
