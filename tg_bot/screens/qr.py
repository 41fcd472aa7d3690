"""The personal link as a picture, for a device that is not at hand but in sight."""

from io import BytesIO

import segno

from common.i18n.texts import Texts
from models.access import Links
from tg_bot import keys
from tg_bot.links import with_links
from tg_bot.visit import View, Visit

PIXELS_A_MODULE = 8
QUIET_ZONE = 4


def open_qr(visit: Visit) -> View:
    return with_links(visit, lambda visit, links: picture(visit.t, links))


def picture(t: Texts, links: Links) -> View:
    text = t(
        "🔳 Point the camera of the app on your other device at this code: "
        "it holds your personal link."
    )
    return View(text, [[keys.connect(t), keys.menu(t)]], photo=_png(links.config_url))


def _png(content: str) -> bytes:
    written = BytesIO()
    segno.make(content, error="m", micro=False).save(
        written, kind="png", scale=PIXELS_A_MODULE, border=QUIET_ZONE
    )
    return written.getvalue()
