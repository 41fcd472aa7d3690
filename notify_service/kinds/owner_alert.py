"""ownerAlert: something the owner of the shop must know now."""

from typing import Annotated

from pydantic import StringConstraints

from common.i18n.texts import Texts
from notify_service.kinds.base import Circumstances, Kind, Message, Params, Urgency

SHOWN_CHARS = 3500  # a message holds 4096


class OwnerAlertParams(Params):
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def compose(params: OwnerAlertParams, t: Texts, _: Circumstances) -> Message:
    shown = params.text[:SHOWN_CHARS] + ("…" if len(params.text) > SHOWN_CHARS else "")
    return Message(t("🚨 <b>Attention is needed</b>\n\n{text}", text=shown))


OWNER_ALERT = Kind(OwnerAlertParams, compose, Urgency.TRANSACTION)
