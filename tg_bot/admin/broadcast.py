"""A broadcast step by step: to whom, what, with which buttons; seen as readers will, confirmed."""

import hashlib

from common.errors import Conflict, Invalid
from common.i18n.texts import Html, Texts, deferred
from common.telegram.keyboards import Key, Style
from models.admin import AudienceCounts
from models.broadcasts import BroadcastButton, BroadcastDraft
from models.codes import Audience
from models.users import Language
from tg_bot.admin import visit_keys
from tg_bot.admin.broadcast_buttons import BadLine, Rows, TooMany, UnknownNames, read_buttons
from tg_bot.admin.dialogue import Data
from tg_bot.admin.names import Item
from tg_bot.admin.visit import AdminVisit, Forged
from tg_bot.admin.visit_keys import item
from tg_bot.admin.wording import number
from tg_bot.visit import View

KEPT = "cast"
EVERYBODY = "all"
FLAGS: dict[Language, str] = {"ru": "🇷🇺", "en": "🇬🇧"}
AUDIENCES = {
    Audience.ALL: deferred("👥 All"),
    Audience.ACTIVE: deferred("✅ With access"),
    Audience.EXPIRED: deferred("⌛️ Access ended"),
    Audience.TRIAL: deferred("🎁 Trial only"),
    Audience.NEVER_PAID: deferred("💤 Never paid"),
}
EXAMPLE = Html("<code>Кнопки: profile myKeys support</code>")
LINK_EXAMPLE = Html("<code>Наш канал | https://t.me/example</code>")


def open_broadcast(visit: AdminVisit) -> View:
    """A key an audience, and one for those of it who read a language."""
    t, counts = visit.t, visit.main_api.audience_counts()
    words = t(
        "📣 <b>Broadcast</b>\n\nWho shall get it? Beside each audience are those of it who read "
        "Russian or English."
    )
    rows = [_audience_row(t, counts, audience) for audience in AUDIENCES]
    earlier = item(t.label("🗂 Earlier broadcasts"), Item.CAST_LIST)
    return View(words, [*rows, [earlier, visit_keys.cancel(t)]])


def open_message(visit: AdminVisit) -> View:
    """Arguments: the audience, a language or "all"."""
    audience, language = _audience(visit.argument(0)), _language(visit.argument(1))
    visit.ask(Item.CAST_TO, audience=audience.value, language=language)
    words = visit.t(
        "✍️ Now send the message itself: text with its formatting, a photo, a video, a document. "
        "Each reader gets a copy of it.\n\n<code>EXIT</code> leaves."
    )
    return View(words, [[visit_keys.cancel(visit.t)]])


def take_message(visit: AdminVisit) -> View:
    """Another message instead may still be given."""
    t, message = visit.t, visit.written()
    if message.media_group_id:
        words = t("❌ An album cannot be sent to many, please send one picture.")
        return View(words, [[visit_keys.cancel(t)]])
    begun: Data = {**visit.data, "message": message.message_id}
    visit.keep(KEPT, begun)
    visit.ask(Item.CAST_KEYS, **begun)
    return _ask_for_buttons(t)


def take_buttons(visit: AdminVisit) -> View:
    t = visit.t

    def countries() -> set[str]:
        return {server.country for server in visit.main_api.servers().servers}

    try:
        rows = read_buttons(visit.text(), countries)
    except UnknownNames as unknown:
        return _ask_for_buttons(t, _unknown(t, unknown.names))
    except BadLine as bad:
        return _ask_for_buttons(t, t("❌ I cannot read “{line}”.", line=bad.line[:60]))
    except TooMany:
        return _ask_for_buttons(t, t("❌ That is more than Telegram shows."))
    if not rows and not visit.text():
        return _ask_for_buttons(t)
    return _preview(visit, visit.data, rows)


def skip_buttons(visit: AdminVisit) -> View:
    return _preview(visit, _begun(visit), [])


def _ask_for_buttons(t: Texts, wrong: Html | None = None) -> View:
    words = t(
        "🔘 And the buttons? Name the bot's own:\n{example}\n"
        "(connect, renewSub, profile, subTrial, myKeys, support, changeRegion, menu, and "
        "countries such as finland), or write a line for each link:\n{link}",
        example=EXAMPLE,
        link=LINK_EXAMPLE,
    )
    text = "\n\n".join(filter(None, [wrong, words]))
    return View(text, [[item(t.label("Without buttons"), Item.CAST_SKIP)], [visit_keys.cancel(t)]])


def _preview(visit: AdminVisit, begun: Data, rows: Rows) -> View:
    """The copy comes first, then the question. The same answers make the same broadcast."""
    t, notify = visit.t, visit.services.notify_service
    draft = _draft(visit, begun, rows)
    try:
        notify.draft_broadcast(draft)
        notify.preview_broadcast(draft.broadcast_id)
    except Invalid as wrong:
        told = wrong.details.get("names") or wrong.details.get("urls")
        return _asked_again(visit, begun, _unknown(t, list(told) if told else []))
    except Conflict as refused:
        why = str(refused.details.get("why", ""))
        words = t("❌ Telegram refuses this message: {why}", why=why)
        if rows:  # most likely a link of theirs
            return _asked_again(visit, begun, words)
        return View(words, [[visit_keys.cancel(t)]])
    people = _people(visit.main_api.audience_counts(), draft.audience, draft.language)
    visit.leave()
    if not people:
        return View(t("🤷 There is nobody in this audience."), [[visit_keys.cancel(t)]])
    words = t("👆 This is what each of them will see. Send it?")
    go = item(
        t.label("📣 Send to {n}", n=number(t, people)), Item.CAST_GO, draft.broadcast_id,
        style=Style.SUCCESS,
    )  # fmt: skip
    return View(words, [[go], [visit_keys.cancel(t)]])


def _asked_again(visit: AdminVisit, begun: Data, wrong: Html) -> View:
    visit.ask(Item.CAST_KEYS, **begun)
    return _ask_for_buttons(visit.t, wrong)


def _draft(visit: AdminVisit, begun: Data, rows: Rows) -> BroadcastDraft:
    keyboard: list[list[BroadcastButton]] = rows
    draft = BroadcastDraft(
        broadcast_id="x", admin_id=visit.admin_id, source_message_id=int(begun["message"]),
        keyboard=keyboard, audience=_audience(begun["audience"]), language=begun["language"],
    )  # fmt: skip
    said = hashlib.sha256(draft.model_dump_json().encode()).hexdigest()
    return draft.model_copy(update={"broadcast_id": said[:16]})


def _begun(visit: AdminVisit) -> Data:
    begun = visit.kept(KEPT)
    if begun is None:
        raise Forged
    return begun


def _audience_row(t: Texts, counts: AudienceCounts, audience: Audience) -> list[Key]:
    def key(label: str, language: Language | None) -> Key:
        people = number(t, _people(counts, audience, language))
        text = f"{label} · {people}"
        return item(text, Item.CAST_TO, audience.value, language or EVERYBODY)

    everybody = key(t.label(AUDIENCES[audience]), None)
    return [everybody, *(key(flag, language) for language, flag in FLAGS.items())]


def _people(counts: AudienceCounts, audience: Audience, language: Language | None) -> int:
    wanted = (audience, language)
    found = (one.people for one in counts.counts if (one.audience, one.language) == wanted)
    return next(found, 0)


def _audience(value: object) -> Audience:
    try:
        return Audience(str(value))
    except ValueError:
        raise Forged from None


def _language(value: str) -> Language | None:
    for language in FLAGS:
        if value == language:
            return language
    if value != EVERYBODY:
        raise Forged
    return None


def _unknown(t: Texts, names: list[str]) -> Html:
    return t("❌ There are no such buttons: {names}", names=", ".join(names)[:200])
