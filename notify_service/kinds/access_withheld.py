"""accessWithheld: a limit of his tariff is reached, and no server lets him in for the time being.

He has paid, so it cannot be switched off, and it does not wait for the morning.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from common.clock import from_milliseconds
from common.i18n.texts import Texts
from models.users import User
from notify_service.kinds import keys
from notify_service.kinds.base import Circumstances, Kind, Message, Milliseconds, Params, Urgency

GIGABYTE = 2**30


class AccessWithheldParams(Params):
    """`limit` is in bytes for traffic, in devices for these; `until_ms` 0: not before he buys."""

    why: Literal["traffic", "devices"]
    limit: Annotated[int, Field(ge=0, le=2**60)]
    until_ms: Milliseconds = 0


def compose(params: AccessWithheldParams, t: Texts, _: Circumstances) -> Message:
    if params.why == "devices":
        return Message(_devices(params, t), [[keys.support(t)]])
    return Message(_traffic(params, t), [[keys.renew(t)], [keys.support(t)]])


def _traffic(params: AccessWithheldParams, t: Texts) -> str:
    heading = t(
        "⏸ <b>The traffic of your plan is used up: {limit} GB in 30 days.</b>\n\n"
        "The VPN is paused. The end of your access stays as it is.",
        limit=params.limit // GIGABYTE,
    )
    if not params.until_ms:
        ways = t(
            "Renew your access, and everything works again at once, with the same link. "
            "The new time is added to what you have."
        )
    else:
        ways = t(
            "On {until} it starts again by itself. If you need it sooner, renew your access: "
            "the traffic is counted anew at once, and the new time is added to what you have.",
            until=t.moment(from_milliseconds(params.until_ms)),
        )
    return f"{heading}\n\n{ways}"


def _devices(params: AccessWithheldParams, t: Texts) -> str:
    heading = t.n(
        "⏸ <b>More than {n} device was connected at the same time.</b>",
        "⏸ <b>More than {n} devices were connected at the same time.</b>",
        params.limit,
    )
    ways = t(
        "That is more than your plan has, so the VPN is paused until {until} and then starts again "
        "by itself. The end of your access stays as it is. Switch the VPN off where you do not "
        "need it. If somebody else uses your link, write to support, and you will get a new one.",
        until=t.moment(from_milliseconds(params.until_ms)),
    )
    return f"{heading}\n\n{ways}"


def wanted(params: AccessWithheldParams, user: User, _now: datetime) -> bool:
    return user.withheld == params.why and not (user.blocked or user.banned)


def use_ends(params: AccessWithheldParams, user: User) -> datetime | None:
    """When he is let in again, or his access ends, which he is told by another notice."""
    return from_milliseconds(params.until_ms) if params.until_ms else user.expires_at


ACCESS_WITHHELD = Kind(
    AccessWithheldParams,
    compose,
    Urgency.TRANSACTION,
    wanted=wanted,
    use_ends=use_ends,
    dated=True,
)
