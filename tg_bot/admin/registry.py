"""All screens of the admin's menu, and all that it asks for in writing, by their names."""

from tg_bot.admin.menu import open_menu
from tg_bot.admin.names import Item
from tg_bot.admin.visit import AdminScreen, Step

SCREENS: dict[str, AdminScreen] = {
    Item.MENU: open_menu,
}

STEPS: dict[str, Step] = {}
