"""How to connect, by the person's own system."""

from common.i18n.texts import Texts
from common.telegram.keyboards import link, press
from tg_bot import keys
from tg_bot.apps import PLATFORMS, Platform
from tg_bot.names import Name
from tg_bot.visit import View, Visit


def open_help(visit: Visit) -> View:
    platform = PLATFORMS.get(visit.argument())
    return steps(visit.t, platform) if platform else choice(visit)


def choice(visit: Visit) -> View:
    t = visit.t
    text = t(
        "📱 <b>Set up a device</b>\n\nWhat do you want to connect? It takes about two minutes."
    )
    found = [press(one.name, Name.HELP, key) for key, one in PLATFORMS.items()]
    rows = [found[:2], found[2:], [keys.support(t, visit.support_url), keys.menu(t)]]
    return View(text, rows)


def steps(t: Texts, platform: Platform) -> View:
    app = platform.apps[0].name
    title = t(
        "📱 <b>{platform}</b>\n\n1. Install {app} by the button below.",
        platform=platform.name,
        app=app,
    )
    others = t(
        "{other} will do as well, if you cannot find {app} or are used to the other one.",
        app=app,
        other=platform.apps[1].name,
    )
    downloads = [[link(f"⬇️ {one.name}", one.url) for one in platform.apps]]
    other_device = press(t.label("📱 Another device"), Name.HELP)
    return View(
        f"{title}\n{t(platform.steps, app=app)}\n\n{others}",
        [*downloads, [keys.connect(t)], [other_device, keys.menu(t)]],
    )
