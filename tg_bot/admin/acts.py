"""Acts that are asked about first: revoke, a new link, ban and unban."""

from collections.abc import Callable
from dataclasses import dataclass

from common.clients.main_api import MainApi
from common.i18n.texts import deferred
from common.telegram.keyboards import Style
from models.admin import Act, ActDone, Ban
from tg_bot.admin.names import Item
from tg_bot.admin.outcome import Told, done_view
from tg_bot.admin.visit import AdminScreen, AdminVisit, Forged
from tg_bot.admin.visit_keys import item
from tg_bot.admin.wording import access_of, name_of
from tg_bot.visit import View

Do = Callable[[MainApi, int, Act], ActDone]


@dataclass(frozen=True)
class Asked:
    question: str
    yes: str
    do: Do
    told: Told


def _ban(main_api: MainApi, user_id: int, act: Act) -> ActDone:
    return main_api.ban(user_id, Ban(admin_id=act.admin_id, key=act.key, banned=True))


def _unban(main_api: MainApi, user_id: int, act: Act) -> ActDone:
    return main_api.ban(user_id, Ban(admin_id=act.admin_id, key=act.key, banned=False))


ACTS: dict[str, Asked] = {
    Item.REVOKE: Asked(
        deferred("❓ Close the access of <b>{name}</b> right now, on all servers?"),
        deferred("⛔️ Yes, close it"),
        lambda main_api, user_id, act: main_api.revoke(user_id, act),
        Told.CLOSED,
    ),
    Item.NEW_LINK: Asked(
        deferred(
            "❓ A new personal link for <b>{name}</b>? "
            "The old one and all keys in it stop working at once."
        ),
        deferred("🔑 Yes, make a new link"),
        lambda main_api, user_id, act: main_api.new_link(user_id, act),
        Told.LINK,
    ),
    Item.BAN: Asked(
        deferred("❓ Ban <b>{name}</b>? He leaves all servers; the end of access stays."),
        deferred("🚫 Yes, ban"),
        _ban,
        Told.BANNED,
    ),
    Item.UNBAN: Asked(
        deferred("❓ Let <b>{name}</b> in again?"),
        deferred("🕊 Yes, unban"),
        _unban,
        Told.UNBANNED,
    ),
}


def question(name: Item) -> AdminScreen:
    """The screen that asks. Argument: our user id."""

    def ask(visit: AdminVisit) -> View:
        t, asked = visit.t, ACTS[name]
        user = visit.main_api.user(visit.positive(0))
        words = [t(asked.question, name=name_of(user)), access_of(t, user, visit.now)]
        arguments = (user.user_id, name, user.revision)
        yes = item(t.label(asked.yes), Item.ACT_GO, *arguments, style=Style.DANGER)
        no = item(t.label("↩️ No, back to the card"), Item.CARD, user.user_id)
        return View("\n\n".join(words), [[yes], [no]])

    return ask


def do_act(visit: AdminVisit) -> View:
    """Arguments: our user id, the act's name, the revision at which it was asked."""
    user_id, name, revision = visit.positive(0), visit.argument(1), visit.number(2)
    asked = ACTS.get(name)
    if asked is None or revision < 0:
        raise Forged
    key = f"adm-{visit.admin_id}-{user_id}-{name}-{revision}"
    done = asked.do(visit.main_api, user_id, Act(admin_id=visit.admin_id, key=key))
    return done_view(visit, done, asked.told)
