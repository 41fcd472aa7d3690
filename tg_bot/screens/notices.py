"""Reminders: switched on or off, and the time zone whose nights they respect."""

from datetime import datetime

from common.i18n.texts import Texts, deferred, texts_in
from common.i18n.zones import offset_of, zone_of
from common.telegram.keyboards import Key, press
from models.buttons import Button
from models.users import User, UserChange
from tg_bot import keys
from tg_bot.names import Name
from tg_bot.visit import View, Visit

ON, OFF, ZONE = "on", "off", "zone"
ZONES: dict[str, str] = {
    "Europe/Kaliningrad": deferred("Kaliningrad"),
    "Europe/Moscow": deferred("Moscow"),
    "Europe/Minsk": deferred("Minsk"),
    "Europe/Istanbul": deferred("Istanbul"),
    "Europe/Samara": deferred("Samara"),
    "Asia/Tbilisi": deferred("Tbilisi"),
    "Asia/Yerevan": deferred("Yerevan"),
    "Asia/Baku": deferred("Baku"),
    "Asia/Yekaterinburg": deferred("Yekaterinburg"),
    "Asia/Almaty": deferred("Almaty"),
    "Asia/Tashkent": deferred("Tashkent"),
    "Asia/Omsk": deferred("Omsk"),
    "Asia/Bishkek": deferred("Bishkek"),
    "Asia/Novosibirsk": deferred("Novosibirsk"),
    "Asia/Krasnoyarsk": deferred("Krasnoyarsk"),
    "Asia/Irkutsk": deferred("Irkutsk"),
    "Asia/Yakutsk": deferred("Yakutsk"),
    "Asia/Vladivostok": deferred("Vladivostok"),
    "Asia/Magadan": deferred("Magadan"),
    "Asia/Kamchatka": deferred("Kamchatka"),
    "Europe/London": deferred("London"),
    "Europe/Berlin": deferred("Berlin"),
}


def open_notices(visit: Visit) -> View:
    first, second = (*visit.arguments, "", "")[:2]
    if first == ZONE and second not in ZONES:
        return zones(visit.t, visit.now)
    change = UserChange(time_zone=second) if first == ZONE else None
    if first in (ON, OFF):
        change = UserChange(notices=first == ON)
    user = visit.main_api.change_user(visit.user.user_id, change) if change else visit.user
    return state_of(user, visit.now)


def state_of(user: User, now: datetime) -> View:
    t = texts_in(user.language, user.time_zone)
    if user.notices:
        state, switch = t("They are on."), press(t.label("🔕 Switch off"), Name.NOTICES, OFF)
    else:
        state, switch = t("They are off."), press(t.label("🔔 Switch on"), Name.NOTICES, ON)
    about = t(
        "🔔 <b>Reminders</b>\n\n"
        "We write before your access ends and once it has ended, and not at night. "
        "Messages about your payments come in any case."
    )
    clock = t("Your time now: {time}", time=t.second(now))
    profile = press(t.label("👤 Profile"), Button.PROFILE)
    choose = press(t.label("🕰 Another time zone"), Name.NOTICES, ZONE)
    return View(f"{about}\n\n{state}\n{clock}", [[switch], [choose], [profile, keys.menu(t)]])


def zones(t: Texts, now: datetime) -> View:
    """From west to east, two in a row."""
    eastward = sorted(
        ZONES, key=lambda name: str(now.astimezone(zone_of(name)).replace(tzinfo=None))
    )
    found = [_zone(t, name, now) for name in eastward]
    rows = [found[at : at + 2] for at in range(0, len(found), 2)]
    back = press(t.label("← Back"), Name.NOTICES)
    return View(t("🕰 What time is it where you are?"), [*rows, [back, keys.menu(t)]])


def _zone(t: Texts, name: str, now: datetime) -> Key:
    local = now.astimezone(zone_of(name)).strftime("%H:%M")
    offset = offset_of(now, zone_of(name)).removeprefix("UTC")
    label = f"{local} {t.label(ZONES[name])} {offset}".rstrip()
    return press(label, Name.NOTICES, ZONE, name)
