"""Keys that stand under more than one screen."""

from common.i18n.texts import Texts
from common.telegram.keyboards import Key, Keyboard, Style, link, press
from models.access import Links
from models.buttons import Button
from models.users import User
from tg_bot.names import Name
from tg_bot.wording import Standing, country

MAX_REGIONS = 20


def menu(t: Texts) -> Key:
    return press(t.label("☰ Menu"), Button.MENU)


def start(t: Texts) -> Key:
    return press(t.label("▶️ Start"), Name.START, style=Style.PRIMARY)


def connect(t: Texts) -> Key:
    return press(t.label("🔌 Connect"), Button.CONNECT, style=Style.PRIMARY)


def trial(t: Texts) -> Key:
    return press(t.label("🎁 Try for free"), Button.TRIAL, style=Style.SUCCESS)


def tariffs(t: Texts) -> Key:
    return press(t.label("💳 Plans and prices"), Button.RENEW)


def renew(t: Texts, *, style: Style | None = None) -> Key:
    return press(t.label("💳 Renew"), Button.RENEW, style=style)


def set_up(t: Texts) -> Key:
    return press(t.label("📱 Set up a device"), Name.HELP)


def forget_me(t: Texts) -> Key:
    return press(t.label("🗑 Delete my data"), Name.FORGET_ME)


def support(t: Texts, url: str) -> Key:
    """One tap to a living person."""
    return link(t.label("💬 Support"), url)


def reminders(t: Texts) -> Key:
    return press(t.label("🔔 Reminders"), Name.NOTICES)


def invite(t: Texts) -> Key:
    return press(t.label("🎁 Invite a friend"), Name.INVITE)


def language(t: Texts) -> Key:
    """Told in the other language, for whoever cannot read this one."""
    other = "en" if t.language == "ru" else "ru"
    return press("🇬🇧 English" if other == "en" else "🇷🇺 Русский", Name.LANGUAGE, other)


def main(t: Texts, user: User, now_standing: Standing, support_url: str) -> Keyboard:
    """The menu: first what this person most likely wants."""
    last = [set_up(t), support(t, support_url)]
    profile = press(t.label("👤 Profile"), Button.PROFILE)
    first = [] if user.trial_taken_at or user.expires_at else [[trial(t)]]
    if now_standing is Standing.NEVER:
        return [*first, [tariffs(t)], last, [invite(t), language(t)]]
    if now_standing is Standing.ENDED:
        return [*first, [renew(t, style=Style.PRIMARY)], [profile, invite(t)], last]
    my_keys = press(t.label("🗝 My keys"), Button.MY_KEYS)
    region = press(t.label("🌍 Regions"), Button.CHANGE_REGION)
    buy = tariffs(t) if now_standing is Standing.TRIAL else renew(t)
    return [[connect(t)], [my_keys, region], [profile, buy], [invite(t)], last]


def regions(t: Texts, links: Links) -> list[list[Key]]:
    """A key a country, two in a row."""
    countries = list(dict.fromkeys(one.country for one in links.links))[:MAX_REGIONS]
    found = [press(country(t, name), Button.CHANGE_REGION, name) for name in countries]
    return [found[at : at + 2] for at in range(0, len(found), 2)]
