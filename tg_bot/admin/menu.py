"""The admin's menu: everything there is, a key each."""

from common.i18n.texts import deferred
from tg_bot.admin.names import Item
from tg_bot.admin.visit import AdminVisit
from tg_bot.admin.visit_keys import item
from tg_bot.visit import View

ROWS: tuple[tuple[tuple[Item, str], ...], ...] = (
    ((Item.FIND, deferred("🔎 Find a user")), (Item.ADD_TIME, deferred("⏱ Add time"))),
    ((Item.TEST_PUSH, deferred("🔔 Test push")), (Item.NUMBERS, deferred("📊 Numbers"))),
    ((Item.BROADCAST, deferred("📣 Broadcast")),),
)
"""Screens that need no arguments."""


def open_menu(visit: AdminVisit) -> View:
    t = visit.t
    title = t(
        "🛠 <b>Admin menu</b>\n\n"
        "What you are asked for in writing you can leave by <code>EXIT</code>."
    )
    rows = [[item(t.label(label), name) for name, label in row] for row in ROWS]
    return View("\n\n".join(filter(None, [visit.note, title])), rows)
