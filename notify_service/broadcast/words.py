"""A broadcast's progress and report in the admin's language, and the keys under it."""

import math

from common.i18n.texts import Html, Texts, deferred
from common.telegram.keyboards import Key, Keyboard, Style, press
from models.buttons import BroadcastAct, broadcast_path
from notify_service.broadcast.store import Job

TITLES = {
    "running": deferred("📣 <b>The broadcast is on its way</b>"),
    "paused": deferred("⏸ <b>The broadcast is paused</b>"),
    "stopped": deferred("⛔️ <b>The broadcast was stopped</b>"),
    "done": deferred("✅ <b>The broadcast is done</b>"),
    "deleting": deferred("🗑 <b>The messages are being taken back</b>"),
    "deleted": deferred("🗑 <b>The messages were taken back</b>"),
}
MINUTE = 60
STEP_SECONDS = 10  # an estimate that changes each time is no use


def progress_text(t: Texts, job: Job, *, in_turn: bool) -> Html:
    """`in_turn`: another one is worked on now."""
    counts = job.counts
    total = job.recipients
    lines: list[Html] = [t(TITLES[job.state])]
    if job.why:
        lines.append(t("Telegram refuses the message: {why}", why=job.why))
    if not job.frozen:
        if job.state == "running" and in_turn:
            lines.append(t("Another one is on its way; this one begins after it."))
        elif job.state == "running":
            lines.append(t("The list of recipients is being put together…"))
        return _joined(lines)
    served = total - counts.waiting
    lines.append(t("{served} of {total}", served=served, total=total))
    lines.append(_table(t, job))
    if job.state == "running" and counts.waiting:
        lines.append(_left(t, job.seconds_left))
    return _joined(lines)


def progress_keys(t: Texts, job: Job, *, deletable: bool) -> Keyboard:
    """What can be done now; an old key that can no longer does nothing."""

    def key(label: str, act: BroadcastAct, style: Style | None = None) -> Key:
        return press(label, *broadcast_path(act, job.broadcast_id), style=style)

    stop = key(t.label("⛔️ Stop"), BroadcastAct.STOP, Style.DANGER)
    if job.state == "running":
        return [[key(t.label("⏸ Pause"), BroadcastAct.PAUSE), stop]]
    if job.state == "paused":
        return [[key(t.label("▶️ Go on"), BroadcastAct.RESUME, Style.SUCCESS), stop]]
    if job.state in ("done", "stopped") and deletable:
        return [[key(t.label("🗑 Delete everywhere"), BroadcastAct.DELETE)]]
    return []


def _table(t: Texts, job: Job) -> Html:
    counts = job.counts
    rows = [t("✅ sent: {n}", n=counts.sent), t("🚫 cannot be reached: {n}", n=counts.blocked)]
    if counts.unknown:
        rows.append(t("❓ no answer, not sent again: {n}", n=counts.unknown))
    if counts.failed:
        rows.append(t("⚠️ refused by Telegram: {n}", n=counts.failed))
    if counts.waiting:
        rows.append(t("⏳ left: {n}", n=counts.waiting))
    if job.state in ("deleting", "deleted"):
        rows.append(t("🗑 taken back: {n}", n=counts.deleted))
    if counts.undeletable:
        rows.append(t("🔒 can no longer be taken back: {n}", n=counts.undeletable))
    return Html("\n".join(rows))


def _left(t: Texts, seconds: int | None) -> Html:
    if seconds is None:
        return t("⏱ how long it takes is not known yet")
    if seconds < MINUTE:
        rounded = max(math.ceil(seconds / STEP_SECONDS) * STEP_SECONDS, STEP_SECONDS)
        return t.n("⏱ about {n} second more", "⏱ about {n} seconds more", rounded)
    return t.n("⏱ about {n} minute more", "⏱ about {n} minutes more", math.ceil(seconds / MINUTE))


def _joined(lines: list[Html]) -> Html:
    return Html("\n\n".join(lines))
