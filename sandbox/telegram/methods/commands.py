"""The command menu, by scope and language."""

from sandbox.telegram.call import Call
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import JsonObject, bad_request
from sandbox.telegram.profile import checked_commands, checked_language

SCOPES = {
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
}


def _scope(emulator: Emulator, call: Call) -> str:
    value = call.json("scope", "can't parse BotCommandScope JSON object")
    if value is None:
        return "default"
    kind = value.get("type") if isinstance(value, dict) else None
    if kind in SCOPES:
        return str(kind)
    if kind == "chat":
        chat = emulator.world.known_chat(str(value.get("chat_id", "")))
        return f"chat:{chat.person.id}"
    raise bad_request("can't parse BotCommandScope: unsupported type specified")


def _key(emulator: Emulator, call: Call) -> tuple[str, str]:
    return _scope(emulator, call), checked_language(call.text("language_code"))


def set_my_commands(emulator: Emulator, call: Call) -> bool:
    value = call.json("commands", "can't parse commands JSON object")
    commands = checked_commands([] if value is None else value)
    emulator.profile.commands[_key(emulator, call)] = commands
    emulator.stream.publish("commands", {})
    return True


def get_my_commands(emulator: Emulator, call: Call) -> list[JsonObject]:
    return emulator.profile.commands.get(_key(emulator, call), [])


def delete_my_commands(emulator: Emulator, call: Call) -> bool:
    emulator.profile.commands.pop(_key(emulator, call), None)
    emulator.stream.publish("commands", {})
    return True
