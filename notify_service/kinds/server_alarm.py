"""serverAlarm: a server is in trouble, or out of it again; for the owner of the shop."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field

from common.clock import from_milliseconds
from common.i18n.countries import country_label
from common.i18n.texts import Html, Texts, deferred
from notify_service.kinds.base import Circumstances, Kind, Message, Milliseconds, Params, Urgency

SICK = {
    "silent": deferred("🚨 <b>{place}: the server does not answer</b>"),
    "core_down": deferred("🚨 <b>{place}: the VPN program does not run</b>"),
    "missing": deferred("🚨 <b>{place}: the server does not let everybody in</b>"),
    "": deferred("🚨 <b>{place}: the server is not well</b>"),
}
MINUTE = timedelta(minutes=1)


class ServerAlarmParams(Params):
    """`users` with access were missing there when it began; `until_ms` 0: it goes on."""

    about: Literal["sick", "missing"]
    reason: Literal["silent", "core_down", "missing", ""] = ""
    country: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
    address: Annotated[str, Field(min_length=1, max_length=300)]
    users: Annotated[int, Field(ge=0)]
    since_ms: Milliseconds
    until_ms: Milliseconds = 0


def compose(params: ServerAlarmParams, t: Texts, _: Circumstances) -> Message:
    place = t(
        "{country}, {address}",
        country=country_label(t.language, params.country),
        address=params.address,
    )
    if params.until_ms:
        return Message(_over(params, t, place))
    return Message(
        _sick(params, t, place) if params.about == "sick" else _missing(params, t, place)
    )


def _sick(params: ServerAlarmParams, t: Texts, place: Html) -> str:
    consequence = t(
        "New customers get the other servers, and for all the rest it stands last in the list. "
        "It returns by itself once it is well."
    )
    parts = [t(SICK[params.reason], place=place), _since(params, t), _waiting(params, t)]
    return "\n\n".join([*filter(None, parts), consequence])


def _waiting(params: ServerAlarmParams, t: Texts) -> str:
    if not params.users:
        return ""
    return t.n(
        "{n} customer with access is not on it.",
        "{n} customers with access are not on it.",
        params.users,
    )


def _missing(params: ServerAlarmParams, t: Texts, place: Html) -> str:
    heading = t.n(
        "🚨 <b>{place}: {n} customer with access is missing</b>",
        "🚨 <b>{place}: {n} customers with access are missing</b>",
        params.users,
        place=place,
    )
    repair = t("They are being put there again; you will be told when all of them are there.")
    return f"{heading}\n\n{_since(params, t)}\n\n{repair}"


def _over(params: ServerAlarmParams, t: Texts, place: Html) -> str:
    if params.about == "sick":
        heading = t("✅ <b>{place}: the server is well again</b>", place=place)
    else:
        heading = t("✅ <b>{place}: everybody with access is there again</b>", place=place)
    lasted = from_milliseconds(params.until_ms) - from_milliseconds(params.since_ms)
    minutes = max(-(-lasted // MINUTE), 1)
    took = t.n("It took {n} minute.", "It took {n} minutes.", minutes)
    return f"{heading}\n\n{took}"


def _since(params: ServerAlarmParams, t: Texts) -> Html:
    return t("Since {moment}.", moment=t.moment(from_milliseconds(params.since_ms)))


SERVER_ALARM = Kind(ServerAlarmParams, compose, Urgency.TRANSACTION)
