"""getUpdates and the webhook that is never set here."""

import json

from sandbox.telegram.call import Call
from sandbox.telegram.emulator import Emulator
from sandbox.telegram.errors import JsonObject
from sandbox.telegram.updates import MAX_TIMEOUT

MAX_LIMIT = 100


def get_updates(emulator: Emulator, call: Call) -> list[JsonObject]:
    limit = min(max(call.integer("limit", MAX_LIMIT), 1), MAX_LIMIT)
    timeout = min(max(call.integer("timeout"), 0), MAX_TIMEOUT)
    remember_allowed(emulator, call)
    return emulator.queue.get(call.integer("offset"), limit, timeout)


def remember_allowed(emulator: Emulator, call: Call) -> None:
    """A list that can't be read changes nothing, as in the server."""
    try:
        emulator.queue.allow(json.loads(call.text("allowed_updates") or "null"))
    except ValueError:
        return


def delete_webhook(emulator: Emulator, call: Call) -> bool:
    if call.boolean("drop_pending_updates"):
        emulator.queue.clear()
    return True


def get_webhook_info(emulator: Emulator, _call: Call) -> JsonObject:
    return {
        "url": "",
        "has_custom_certificate": False,
        "pending_update_count": len(emulator.queue.pending),
        "allowed_updates": sorted(emulator.queue.allowed),
    }
