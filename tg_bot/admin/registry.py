"""All screens of the admin's menu, and all that it asks for in writing, by their names."""

from tg_bot.admin import broadcast, broadcast_acts, broadcast_list
from tg_bot.admin.acts import do_act, question
from tg_bot.admin.add_time import (
    add_time,
    open_add_time,
    open_own_time,
    take_form,
    take_own_time,
)
from tg_bot.admin.audit import open_audit
from tg_bot.admin.card import check_access, open_card
from tg_bot.admin.find import open_find, take_find
from tg_bot.admin.menu import open_menu
from tg_bot.admin.message import open_message, send, take_message
from tg_bot.admin.names import Item
from tg_bot.admin.numbers import open_numbers
from tg_bot.admin.outcome import tell
from tg_bot.admin.payments import open_payments
from tg_bot.admin.test_push import open_test_push, take_seconds
from tg_bot.admin.visit import AdminScreen, Step

SCREENS: dict[str, AdminScreen] = {
    Item.MENU: open_menu,
    Item.FIND: open_find,
    Item.CARD: open_card,
    Item.PRESENCE: check_access,
    Item.ADD_TIME: open_add_time,
    Item.OWN_TIME: open_own_time,
    Item.TIME_GO: add_time,
    Item.TELL: tell,
    Item.REVOKE: question(Item.REVOKE),
    Item.NEW_LINK: question(Item.NEW_LINK),
    Item.BAN: question(Item.BAN),
    Item.UNBAN: question(Item.UNBAN),
    Item.ACT_GO: do_act,
    Item.MESSAGE: open_message,
    Item.MESSAGE_GO: send,
    Item.PAYMENTS: open_payments,
    Item.AUDIT: open_audit,
    Item.TEST_PUSH: open_test_push,
    Item.NUMBERS: open_numbers,
    Item.BROADCAST: broadcast_acts.broadcast,
    Item.CAST_TO: broadcast.open_message,
    Item.CAST_SKIP: broadcast.skip_buttons,
    Item.CAST_GO: broadcast_acts.start,
    Item.CAST_DELETE: broadcast_acts.delete,
    Item.CAST_LIST: broadcast_list.open_list,
}

STEPS: dict[str, Step] = {
    Item.FIND: Step(take_find),
    Item.ADD_TIME: Step(take_form),
    Item.OWN_TIME: Step(take_own_time, reads_forms=True),
    Item.TEST_PUSH: Step(take_seconds),
    Item.MESSAGE: Step(take_message, anything=True),
    Item.CAST_TO: Step(broadcast.take_message, anything=True),
    Item.CAST_KEYS: Step(broadcast.take_buttons),
}

FORM: AdminScreen = take_form
"""What takes a text form wherever it is written, unless a step takes it as its own."""
