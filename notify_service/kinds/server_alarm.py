"""serverAlarm: a server is in trouble, or out of it again; for the owner of the shop."""

from collections.abc import Callable
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
OTHERS = deferred(
    "New customers get the other servers, and for all the rest it stands last in the list. "
    "It returns by itself once it is well."
)
NO_OTHERS = deferred(
    "No other server is well, so customers still get this one. "
    "You will be told when it is well again."
)
OVER = {
    "sick": deferred("✅ <b>{place}: the server is well again</b>"),
    "missing": deferred("✅ <b>{place}: everybody with access is there again</b>"),
    "spared": deferred("✅ <b>{place}: nobody is let in any more without access</b>"),
    "uncalled": deferred("✅ <b>{place}: the server can be called again</b>"),
}
MINUTE = timedelta(minutes=1)


class ServerAlarmParams(Params):
    """`users` with access were missing there when it began, or (spared) had to have less of it;
    `others`: well servers beside it; `until_ms` 0: it goes on.
    """

    about: Literal["sick", "missing", "spared", "uncalled"]
    reason: Literal["silent", "core_down", "missing", ""] = ""
    country: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
    address: Annotated[str, Field(min_length=1, max_length=300)]
    users: Annotated[int, Field(ge=0)]
    others: Annotated[int, Field(ge=0)] = 1
    since_ms: Milliseconds
    until_ms: Milliseconds = 0


def compose(params: ServerAlarmParams, t: Texts, _: Circumstances) -> Message:
    place = t(
        "{country}, {address}",
        country=country_label(t.language, params.country),
        address=params.address,
    )
    told = _over if params.until_ms else BEGUN[params.about]
    return Message(told(params, t, place))


def _sick(params: ServerAlarmParams, t: Texts, place: Html) -> str:
    parts = [t(SICK[params.reason], place=place), _since(params, t), _waiting(params, t)]
    return "\n\n".join([*filter(None, parts), t(OTHERS if params.others else NO_OTHERS)])


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


def _spared(params: ServerAlarmParams, t: Texts, place: Html) -> str:
    heading = t(
        "🚨 <b>{place}: the server lets in people who have no or less access by the database "
        "({n})</b>",
        place=place,
        n=params.users,
    )
    todo = t(
        "Nobody was removed: it may be the database that has lost something. If it is right and "
        "whole, say so on the main host:\n"
        "<pre>python -m main_api.servers agree {address} --force</pre>",
        address=params.address,
    )
    return f"{heading}\n\n{_since(params, t)}\n\n{todo}"


def _uncalled(params: ServerAlarmParams, t: Texts, place: Html) -> str:
    heading = t("🚨 <b>{place}: the server cannot be called</b>", place=place)
    todo = t(
        "Its key, or the fingerprint of its certificate, is not in SERVERS_SECRETS. It learns of "
        "no change, and its link is given to nobody. Enter it again, with the line that its "
        "installer printed:\n<pre>python -m main_api.servers add {country}</pre>",
        country=params.country,
    )
    return f"{heading}\n\n{_since(params, t)}\n\n{todo}"


def _over(params: ServerAlarmParams, t: Texts, place: Html) -> str:
    heading = t(OVER[params.about], place=place)
    lasted = from_milliseconds(params.until_ms) - from_milliseconds(params.since_ms)
    minutes = max(-(-lasted // MINUTE), 1)
    took = t.n("It took {n} minute.", "It took {n} minutes.", minutes)
    return f"{heading}\n\n{took}"


def _since(params: ServerAlarmParams, t: Texts) -> Html:
    return t("Since {moment}.", moment=t.moment(from_milliseconds(params.since_ms)))


BEGUN: dict[str, Callable[[ServerAlarmParams, Texts, Html], str]] = {
    "sick": _sick,
    "missing": _missing,
    "spared": _spared,
    "uncalled": _uncalled,
}
SERVER_ALARM = Kind(ServerAlarmParams, compose, Urgency.TRANSACTION)
