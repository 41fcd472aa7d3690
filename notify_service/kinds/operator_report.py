"""operatorReport: what a job of the shop has done, in numbers and without a name."""

from typing import Annotated, Literal

from pydantic import Field

from common.i18n.texts import Texts
from notify_service.kinds.base import Circumstances, Kind, Message, Params, Urgency

Number = Annotated[int, Field(ge=0)]


class OperatorReportParams(Params):
    """`removed` users are gone, of them `waiting` are still to be forgotten by a server or by
    notify_service; `stayed` were looked at and kept. `complete` is 0 when another run is needed.
    """

    about: Literal["cleanup"]
    removed: Number
    stayed: Number
    waiting: Number
    orders: Number
    facts: Number
    digests: Number
    complete: Literal[0, 1]


def compose(params: OperatorReportParams, t: Texts, _: Circumstances) -> Message:
    parts = [
        t("🧹 <b>The cleanup has run.</b>"),
        _people(params, t),
        _records(params, t),
        _unfinished(params, t),
    ]
    return Message("\n\n".join(filter(None, parts)))


def _people(params: OperatorReportParams, t: Texts) -> str:
    removed = t.n("{n} user was removed", "{n} users were removed", params.removed)
    stayed = t.n("{n} more stays for now", "{n} more stay for now", params.stayed)
    return f"{removed}\n{stayed}" if params.stayed else removed


def _records(params: OperatorReportParams, t: Texts) -> str:
    """Only when there were any: it takes years until the first."""
    if not (params.orders or params.facts or params.digests):
        return ""
    return t(
        "Old records removed: orders {orders}, messages of providers {facts}, "
        "marks of who has left {digests}.",
        orders=params.orders,
        facts=params.facts,
        digests=params.digests,
    )


def _unfinished(params: OperatorReportParams, t: Texts) -> str:
    if params.complete:
        return ""
    waiting = t.n(
        "⏳ {n} of the removed is still known to a server or to the notices.",
        "⏳ {n} of the removed are still known to a server or to the notices.",
        params.waiting,
    )
    again = t("Not everything could be done. The next run will go on where this one stopped.")
    return f"{waiting}\n{again}" if params.waiting else again


OPERATOR_REPORT = Kind(OperatorReportParams, compose, Urgency.REMINDER)
