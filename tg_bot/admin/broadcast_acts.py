"""What a running or finished broadcast is told: start, pause, go on, stop, take everything back."""

from collections.abc import Callable

from common.clients.notify_service import NotifyService
from common.errors import Conflict
from common.i18n.texts import Html, deferred
from common.telegram.keyboards import Style
from models.admin import Noted
from models.broadcasts import Broadcast, BroadcastProgressMessage
from models.buttons import BroadcastAct
from tg_bot.admin import visit_keys
from tg_bot.admin.broadcast import open_broadcast
from tg_bot.admin.names import Item
from tg_bot.admin.visit import AdminVisit, Forged
from tg_bot.admin.visit_keys import item
from tg_bot.visit import View

NOW = {
    "draft": deferred("📝 It has not been sent yet."),
    "running": deferred("📣 It is on its way. How far it is, its own message tells."),
    "paused": deferred("⏸ It is paused. What was on its way at this moment still arrives."),
    "stopped": deferred("⛔️ It is stopped for good."),
    "done": deferred("✅ It is done."),
    "deleting": deferred("🗑 Its messages are being taken back."),
    "deleted": deferred("🗑 Its messages have been taken back."),
}
ACTS: dict[BroadcastAct, Callable[[NotifyService, str], Broadcast]] = {
    BroadcastAct.PAUSE: NotifyService.pause_broadcast,
    BroadcastAct.RESUME: NotifyService.resume_broadcast,
    BroadcastAct.STOP: NotifyService.stop_broadcast,
}


def start(visit: AdminVisit) -> View:
    """Argument: the broadcast. Pressed again, it tells how that is now."""
    notify, broadcast_id = visit.services.notify_service, visit.argument(0)
    found = notify.broadcast(broadcast_id)
    if found.admin_id != visit.admin_id:
        raise Forged
    if found.state != "draft":
        return _told(visit, found)
    _note(visit, found, "start")
    progress = visit.services.sender.send_message(
        visit.admin_id, visit.t("📣 The broadcast begins…")
    )
    message = BroadcastProgressMessage(message_id=progress)
    return _told(visit, notify.start_broadcast(broadcast_id, message))


def broadcast(visit: AdminVisit) -> View:
    """Without arguments the first screen; else an act and the broadcast that it is about."""
    if not visit.arguments:
        return open_broadcast(visit)
    try:
        act = BroadcastAct(visit.argument(0))
    except ValueError:
        raise Forged from None
    notify, broadcast_id = visit.services.notify_service, visit.argument(1)
    found = notify.broadcast(broadcast_id)
    if act is BroadcastAct.DELETE:
        return _ask_to_delete(visit, found)
    _note(visit, found, act.value)
    return _told(visit, ACTS[act](notify, broadcast_id))


def delete(visit: AdminVisit) -> View:
    """Argument: the broadcast."""
    notify, broadcast_id = visit.services.notify_service, visit.argument(0)
    _note(visit, notify.broadcast(broadcast_id), "delete")
    try:
        return _told(visit, notify.delete_broadcast(broadcast_id))
    except Conflict:
        words = visit.t("⌛️ Messages can be taken back once it has ended, and only for 48 hours.")
        return View(words, [[visit_keys.menu(visit.t)]])


def _ask_to_delete(visit: AdminVisit, found: Broadcast) -> View:
    t = visit.t
    words = t.n(
        "🗑 Take {n} message back from everybody? This cannot be undone.",
        "🗑 Take {n} messages back from everybody? This cannot be undone.",
        found.sent,
    )
    yes = item(
        t.label("🗑 Yes, take them back"), Item.CAST_DELETE, found.broadcast_id, style=Style.DANGER
    )
    return View(words, [[yes], [visit_keys.cancel(t)]])


def _told(visit: AdminVisit, found: Broadcast) -> View:
    words: Html = visit.t(NOW[found.state])
    return View(words, [[visit_keys.menu(visit.t)]])


def _note(visit: AdminVisit, found: Broadcast, act: str) -> None:
    """Nothing goes out that the audit log does not know of."""
    details: dict[str, str | int] = {
        "broadcast": found.broadcast_id,
        "audience": found.audience.value,
        "language": found.language or "",
    }
    key = f"cast-{found.broadcast_id}-{act}-{int(visit.now.timestamp())}"
    visit.main_api.note_broadcast(
        Noted(admin_id=visit.admin_id, key=key, action=f"broadcast_{act}", details=details)
    )
