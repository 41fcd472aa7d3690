"""From the wire to a stored notice: our own shape and P's, parameters checked by the kind."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError

from common.clock import from_milliseconds
from common.errors import Invalid
from models.codes import NoticeKind
from models.notifies import Notice, PaperNotify
from notify_service.kinds import KINDS
from notify_service.store import NewNotice


def from_notice(notice: Notice) -> NewNotice:
    """Raises Invalid for parameters that the kind does not know, lacks, or cannot take."""
    return _checked(
        key=notice.key,
        kind=notice.kind,
        telegram_id=notice.telegram_id,
        language=notice.language if "language" in notice.model_fields_set else None,
        due_at=_utc(notice.due_at),
        params=dict(notice.params),
    )


def from_paper(notify: PaperNotify) -> NewNotice:
    """P's notice has no key: the same one again is known by all that it says."""
    text = str(notify.args[1]).strip() if len(notify.args) > 1 else ""
    if notify.args and str(notify.args[0]) != str(notify.tgid):
        raise Invalid("args[0] must be the same as tgid", fields={"args": "another person's id"})
    said = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:12]
    return _checked(
        key=f"paper:{notify.pushName}:{notify.tgid}:{notify.date}:{said}",
        kind=NoticeKind(notify.pushName),
        telegram_id=notify.tgid,
        language=None,
        due_at=_moment(notify.date),
        params={"text": text} if text else {},
    )


def _moment(milliseconds: int) -> datetime:
    try:
        return from_milliseconds(milliseconds)
    except (ValueError, OverflowError, OSError):
        raise Invalid("date must be in milliseconds", fields={"date": "too far away"}) from None


def _utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise Invalid("due_at is too far away", fields={"due_at": "too far away"}) from None


def _checked(*, kind: NoticeKind, params: dict[str, Any], **fields: Any) -> NewNotice:
    chosen = KINDS[kind]
    try:
        chosen.params.model_validate(params)
    except ValidationError as wrong:
        problems = wrong.errors(include_url=False, include_input=False, include_context=False)
        told = {".".join(["params", *map(str, p["loc"])]): p["msg"] for p in problems}
        raise Invalid(f"{kind} cannot take these parameters", fields=told) from None
    return NewNotice(kind=kind, params=params, urgency=int(chosen.urgency), **fields)
