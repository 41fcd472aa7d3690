"""The language of everything the bot and the notices say."""

from common.i18n.texts import Texts, texts_in
from common.telegram.keyboards import press
from models.users import Language, UserChange
from tg_bot import keys
from tg_bot.names import Name
from tg_bot.visit import View, Visit
from tg_bot.wording import access, standing

NAMES: dict[Language, str] = {"ru": "🇷🇺 Русский", "en": "🇬🇧 English"}


def open_language(visit: Visit) -> View:
    chosen = next((one for one in NAMES if one == visit.argument()), None)
    if chosen is None:
        return choice(visit.t)
    visit.main_api.change_user(visit.user.user_id, UserChange(language=chosen))
    return changed(visit, texts_in(chosen, visit.user.time_zone))


def choice(t: Texts) -> View:
    names = [press(name, Name.LANGUAGE, language) for language, name in NAMES.items()]
    return View(t("🌐 Which language shall we speak?"), [names, [keys.menu(t)]])


def changed(visit: Visit, t: Texts) -> View:
    text = t("🌐 Agreed, from now on in English.")
    menu = keys.main(t, visit.user, standing(visit.user, visit.now), visit.support_url)
    return View(f"{text}\n\n{access(t, visit.user, visit.now)}", menu)
