"""What the bot says of itself: names, descriptions, commands and the menu button."""

import re
from dataclasses import dataclass, field

from sandbox.telegram.errors import JsonObject, bad_request

LIMITS = {"name": 64, "description": 512, "short_description": 120}
MAX_COMMANDS = 100
MAX_COMMAND_DESCRIPTION = 256
LANGUAGE = re.compile(r"[a-z]{2}")

Commands = list[JsonObject]


@dataclass
class Profile:
    """Texts by kind and language; commands by scope and language; "" is every other language."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    commands: dict[tuple[str, str], Commands] = field(default_factory=dict)
    menu_buttons: dict[int, JsonObject] = field(default_factory=dict)

    def name_in(self, language: str) -> str:
        return self.text("name", language)

    def text(self, kind: str, language: str) -> str:
        return self.texts.get((kind, language)) or self.texts.get((kind, ""), "")

    def set_text(self, kind: str, language: str, text: str) -> None:
        """Raises 400 for a text that is too long; an empty one takes the language away."""
        if len(text) > LIMITS[kind]:
            raise bad_request(f"BOT_{kind.upper()}_TOO_LONG")
        self.texts[kind, language] = text

    def commands_for(self, user_id: int, language: str) -> Commands:
        """The person's menu: the narrowest scope that has commands, own language first."""
        for scope in (f"chat:{user_id}", "all_private_chats", "default"):
            for spoken in (language, ""):
                if self.commands.get((scope, spoken)):
                    return self.commands[scope, spoken]
        return []


def checked_language(code: str) -> str:
    if code and not LANGUAGE.fullmatch(code):
        raise bad_request("LANGUAGE_CODE_INVALID")
    return code


def checked_commands(value: object) -> Commands:
    if not isinstance(value, list):
        raise bad_request("Expected an Array of BotCommand")
    if len(value) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return [_checked_command(command) for command in value]


def _checked_command(command: object) -> JsonObject:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    checked = {}
    for name in ("command", "description"):
        if not isinstance(command.get(name), str):
            raise bad_request(f"can't parse BotCommand: Can't find field \"{name}\"")
        checked[name] = command[name].strip()
    checked["command"] = checked["command"].removeprefix("/")
    if not re.fullmatch(r"[a-z0-9_]{1,32}", checked["command"]):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(checked["description"]) <= MAX_COMMAND_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return checked
