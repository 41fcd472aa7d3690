"""getChat, getChatMember and the menu button."""

from sandbox.telegram.call import Call, identifier
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import JsonObject, bad_request

MENU_TYPES = {"default", "commands", "web_app"}


def get_chat(emulator: Emulator, call: Call) -> JsonObject:
    chat = emulator.world.known_chat(call.text("chat_id"))
    return {
        **chat.person.as_chat(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {
            "unlimited_gifts": True,
            "limited_gifts": True,
            "unique_gifts": True,
            "premium_subscription": True,
            "gifts_from_channels": True,
        },
    }


def get_chat_member(emulator: Emulator, call: Call) -> JsonObject:
    chat = emulator.world.known_chat(call.text("chat_id"))
    user_id = identifier(call.text("user_id")) or 0
    if user_id == emulator.settings.bot_id:
        return {"user": emulator.bot_user(), "status": "member"}
    if user_id <= 0:
        raise bad_request("Invalid user_id specified")
    if user_id != chat.person.id:
        raise bad_request("user not found")
    return {"user": chat.person.as_user(), "status": "member"}


def set_chat_menu_button(emulator: Emulator, call: Call) -> bool:
    value = call.json("menu_button", "can't parse menu button JSON object")
    button = {"type": "default"} if value is None else value
    if not isinstance(button, dict) or button.get("type") not in MENU_TYPES:
        raise bad_request("can't parse menu button: unsupported menu button type specified")
    emulator.profile.menu_buttons[_chat_key(emulator, call)] = button
    return True


def get_chat_menu_button(emulator: Emulator, call: Call) -> JsonObject:
    buttons = emulator.profile.menu_buttons
    return buttons.get(_chat_key(emulator, call)) or buttons.get(0) or {"type": "default"}


def _chat_key(emulator: Emulator, call: Call) -> int:
    """0 is the button of everybody without one of their own."""
    if not call.text("chat_id"):
        return 0
    return emulator.world.known_chat(call.text("chat_id")).person.id
