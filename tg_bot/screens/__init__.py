"""The screens by the names that keys and commands carry."""

from models.buttons import Button
from tg_bot.names import Name
from tg_bot.screens.connect import open_connect
from tg_bot.screens.forget_me import open_forget_me
from tg_bot.screens.help import open_help
from tg_bot.screens.invite import open_invite
from tg_bot.screens.language import open_language
from tg_bot.screens.menu import open_menu
from tg_bot.screens.my_keys import open_my_keys
from tg_bot.screens.notices import open_notices
from tg_bot.screens.order import open_order
from tg_bot.screens.pay import open_pay
from tg_bot.screens.profile import open_profile
from tg_bot.screens.qr import open_qr
from tg_bot.screens.region import open_region
from tg_bot.screens.start import open_start
from tg_bot.screens.support import open_support
from tg_bot.screens.tariffs import open_tariffs
from tg_bot.screens.trial import open_trial
from tg_bot.visit import Screen

SCREENS: dict[str, Screen] = {
    Name.START: open_start,
    Button.MENU: open_menu,
    Button.TRIAL: open_trial,
    Button.CONNECT: open_connect,
    Name.QR: open_qr,
    Button.MY_KEYS: open_my_keys,
    Button.CHANGE_REGION: open_region,
    Button.PROFILE: open_profile,
    Button.RENEW: open_tariffs,
    Name.PAY: open_pay,
    Name.ORDER: open_order,
    Name.HELP: open_help,
    Name.LANGUAGE: open_language,
    Name.INVITE: open_invite,
    Name.NOTICES: open_notices,
    Button.SUPPORT: open_support,
    Name.FORGET_ME: open_forget_me,
}

COMMANDS: dict[str, str] = {
    "start": Name.START,
    "menu": Button.MENU,
    "help": Name.HELP,
    "profile": Button.PROFILE,
    "language": Name.LANGUAGE,
}
