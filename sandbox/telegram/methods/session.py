"""getMe, logOut and close: the bot's own session."""

from sandbox.telegram.call import Call
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import JsonObject, too_many_requests

FIRST_MINUTES = 600


def get_me(emulator: Emulator, _call: Call) -> JsonObject:
    return {
        **emulator.bot_user(),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def log_out(emulator: Emulator, _call: Call) -> bool:
    """From here on every call of this run is answered "Logged out"."""
    emulator.logged_out = True
    return True


def close(emulator: Emulator, _call: Call) -> bool:
    """Refused for the first ten minutes of a session, as in the server."""
    since_start = emulator.settings.monotonic() - emulator.started_at
    if since_start < FIRST_MINUTES:
        raise too_many_requests(int(FIRST_MINUTES - since_start) + 1)
    return True
