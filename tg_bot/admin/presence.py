"""Where a user stands on each server: by the servers' own word, or by what main_api remembers."""

from datetime import datetime, timedelta

from common.errors import ServiceError
from common.i18n.texts import Html, Texts, deferred
from models.admin import ServerPresence, UserCard
from models.presence import PlacePresence, UserPresence, Verdict
from tg_bot.admin.visit import AdminVisit
from tg_bot.wording import DAY, HOUR, MINUTE, country

MAX_SERVERS = 30
ASKED: dict[Verdict, str] = {
    "there": deferred("🟢 {place}: is there"),
    "gone": deferred("⚪️ {place}: not there, as it should be"),
    "missing": deferred("🔴 {place}: is missing, is being put back"),
    "lingers": deferred("🔴 {place}: still lets in whom it should not"),
    "silent": deferred("🔴 {place}: does not answer"),
    "untold": deferred("⚪️ {place}: cannot tell, its version is old"),
}
BEING_TOLD = deferred("🟡 {place}: is being told")
REMEMBERED = {
    "present": ASKED["there"],
    "pending": BEING_TOLD,
    "absent": ASKED["gone"],
}


def servers(visit: AdminVisit, card: UserCard, *, insist: bool = False) -> str:
    """The servers are asked when all are known to answer, so that the card waits for none that is
    away; with `insist` also when not.
    """
    if not card.presence:
        return ""
    lines = _asked(visit, card) if insist or all(it.reachable for it in card.presence) else []
    lines = lines or [_remembered(visit.t, it) for it in card.presence]
    shown = [visit.t("🌍 <b>Servers</b>"), *lines[:MAX_SERVERS]]
    if len(lines) > MAX_SERVERS:
        shown.append(visit.t("… and {n} more", n=len(lines) - MAX_SERVERS))
    return "\n".join(shown)


def _asked(visit: AdminVisit, card: UserCard) -> list[Html]:
    try:
        found = visit.main_api.presence(card.user.user_id)
    except ServiceError:
        return []
    return [_by_its_word(visit.t, place, visit.now) for place in found.places]


def _remembered(t: Texts, one: ServerPresence) -> Html:
    words = REMEMBERED[one.state] if one.reachable else ASKED["silent"]
    return t(words, place=_place(t, one.country, one.address))


def _by_its_word(t: Texts, one: PlacePresence, now: datetime) -> Html:
    being_told = one.pending and one.verdict in {"missing", "lingers"}
    words = BEING_TOLD if being_told else ASKED[one.verdict]
    line = t(words, place=_place(t, one.country, one.address))
    return Html(" · ".join([line, *(_more(t, one.found, now) if one.found else [])]))


def _more(t: Texts, found: UserPresence, now: datetime) -> list[str]:
    more: list[str] = []
    if found.desired and not found.core_running:
        more.append(t("its VPN program does not run"))
    if found.desired and not found.on_disk:
        more.append(t("not in the file yet"))
    if found.last_traffic_at:
        more.append(t("traffic {ago}", ago=_ago(t, now - found.last_traffic_at)))
    if found.online:
        more.append(t.n("{n} device online", "{n} devices online", found.online))
    return more


def _ago(t: Texts, time: timedelta) -> Html:
    if time < MINUTE:
        return t("just now")
    if time < HOUR:
        return t.n("{n} minute ago", "{n} minutes ago", time // MINUTE)
    if time < DAY:
        return t.n("{n} hour ago", "{n} hours ago", time // HOUR)
    return t.n("{n} day ago", "{n} days ago", time // DAY)


def _place(t: Texts, key: str, address: str) -> Html:
    return t("{country}, {address}", country=country(t, key), address=address)
