"""Broadcasts so far, so that one that runs, or that is to be taken back, is found again."""

from common.i18n.texts import Html, Texts, deferred
from common.telegram.keyboards import Key
from models.broadcasts import Broadcast
from models.buttons import BroadcastAct
from tg_bot.admin import visit_keys
from tg_bot.admin.broadcast import AUDIENCES, FLAGS
from tg_bot.admin.broadcast_acts import NOW
from tg_bot.admin.names import Item
from tg_bot.admin.visit import AdminVisit
from tg_bot.admin.visit_keys import item
from tg_bot.admin.wording import number
from tg_bot.visit import View

MAX_SHOWN = 8
LABELS = {
    BroadcastAct.PAUSE: deferred("⏸ Pause no. {n}"),
    BroadcastAct.RESUME: deferred("▶️ Go on with no. {n}"),
    BroadcastAct.STOP: deferred("⛔️ Stop no. {n}"),
    BroadcastAct.DELETE: deferred("🗑 Delete no. {n}"),
}
WHILE_IN = {
    "running": (BroadcastAct.PAUSE, BroadcastAct.STOP),
    "paused": (BroadcastAct.RESUME, BroadcastAct.STOP),
}


def open_list(visit: AdminVisit) -> View:
    t = visit.t
    known = visit.services.notify_service.broadcasts().broadcasts
    begun = [one for one in known if one.started_at is not None][:MAX_SHOWN]
    told = [_one(t, n, found) for n, found in enumerate(begun, 1)]
    words = [t("🗂 <b>Broadcasts</b>, the newest first"), *(told or [t("There has been none yet.")])]
    rows = [_keys(visit, n, found) for n, found in enumerate(begun, 1)]
    return View("\n\n".join(words), [*filter(None, rows), [visit_keys.menu(t)]])


def _one(t: Texts, n: int, found: Broadcast) -> Html:
    audience = " ".join(
        [t.label(AUDIENCES[found.audience]), FLAGS[found.language] if found.language else ""]
    ).strip()
    return t(
        "<b>{n}.</b> {at} · {audience}\n{state}\nsent: {sent} of {total}",
        n=n, at=t.moment(found.started_at or found.created_at), audience=audience,
        state=t(NOW[found.state]), sent=number(t, found.sent), total=number(t, found.recipients),
    )  # fmt: skip


def _keys(visit: AdminVisit, n: int, found: Broadcast) -> list[Key]:
    acts: tuple[BroadcastAct, ...] = WHILE_IN.get(found.state, ())
    until = found.deletable_until
    if found.state in ("done", "stopped") and until and visit.now < until:
        acts = (BroadcastAct.DELETE,)
    label = visit.t.label
    return [
        item(label(LABELS[act], n=n), Item.BROADCAST, act.value, found.broadcast_id) for act in acts
    ]
