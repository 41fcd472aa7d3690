"""The bot's name and descriptions, by language."""

from sandbox.telegram.call import Call
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import JsonObject
from sandbox.telegram.profile import checked_language


def _set(emulator: Emulator, call: Call, kind: str) -> bool:
    language = checked_language(call.text("language_code"))
    emulator.profile.set_text(kind, language, call.text(kind))
    return True


def _get(emulator: Emulator, call: Call, kind: str) -> JsonObject:
    language = checked_language(call.text("language_code"))
    text = emulator.profile.text(kind, language)
    return {kind: text or (emulator.settings.bot_name if kind == "name" else "")}


def set_name(emulator: Emulator, call: Call) -> bool:
    return _set(emulator, call, "name")


def get_name(emulator: Emulator, call: Call) -> JsonObject:
    return _get(emulator, call, "name")


def set_description(emulator: Emulator, call: Call) -> bool:
    return _set(emulator, call, "description")


def get_description(emulator: Emulator, call: Call) -> JsonObject:
    return _get(emulator, call, "description")


def set_short_description(emulator: Emulator, call: Call) -> bool:
    return _set(emulator, call, "short_description")


def get_short_description(emulator: Emulator, call: Call) -> JsonObject:
    return _get(emulator, call, "short_description")
