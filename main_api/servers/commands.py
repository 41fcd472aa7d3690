"""What the operator can do with the list of servers; each command returns its exit code."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import requests

from common.clock import Clock
from common.errors import ServiceError
from common.service_client import make_session
from main_api.servers.files import ServerFiles
from main_api.servers.filling import Bar, Filling, NotFilled
from main_api.servers.line import BadLine, NewServer, check_country
from main_api.servers.probing import Unfit, described, probe
from main_api.vpn_api.agreement import TooOld
from main_api.vpn_api.deps import VpnApi
from main_api.vpn_api.servers import Place

Say = Callable[[str], None]
UNCALLED = "has no key or fingerprint among the secrets, and is not called"


@dataclass(frozen=True)
class Desk:
    """`vpn` opens the database, as the user to whom it belongs; so it is called after the files
    were written, as root.
    """

    files: ServerFiles
    vpn: Callable[[], VpnApi]
    clock: Clock
    say: Say
    session_of: Callable[..., requests.Session] = make_session


def add(desk: Desk, country: str, server: NewServer, bar: Bar) -> int:
    """Probes, lists, and waits until all users are there. Raises Unfit, NotFilled, CannotWrite."""
    check_country(country)
    desk.files.check_writable()
    elsewhere = desk.files.country_of(server.address)
    if elsewhere not in (None, country):
        raise BadLine(f"{server.address} stands under {elsewhere} already; remove it there first")
    told = probe(server, desk.clock, desk.session_of)
    desk.say(f"{server.address} answers: {told.core} at {told.host}:{told.port}")
    desk.files.add(country, server)
    desk.say(f"{server.address} is listed under {country}")
    vpn = desk.vpn()
    if vpn.store.all().get(server.address, {}).get("enlisted"):
        _compare(vpn, server.address)
    Filling(vpn.store, vpn.waiting).watch(server.address, bar)
    desk.say(f"done: everybody who has access is at {server.address}")
    return 0


def _compare(vpn: VpnApi, address: str) -> None:
    """One that was listed before may have been installed anew: whom it lacks is pending then."""
    for server in vpn.servers.callable():
        if server.address == address:
            with suppress(TooOld):
                vpn.agreement.repair(server)


def show(desk: Desk) -> int:
    """All servers, a line each, as the shop last saw them."""
    vpn = desk.vpn()
    places, known = vpn.servers.places(), vpn.store.all()
    waiting = vpn.waiting.counts([place.address for place in places])
    for place in places:
        seen = known.get(place.address, {})
        state = "answers" if seen.get("reachable") else "does not answer"
        told = state if place.server else UNCALLED
        left = waiting[place.address]
        desk.say(f"{place.country:16} {place.address:28} {told}, {left} users still to be brought")
    if not places:
        desk.say("no servers are listed: python -m main_api.servers add <country>")
    return 0


def check(desk: Desk) -> int:
    """Asks every server now; 1 when something is wrong with one."""
    vpn = desk.vpn()
    places = vpn.servers.places()
    waiting = vpn.waiting.counts([place.address for place in places])
    wrong = 0
    for place in places:
        left = waiting[place.address]
        trouble = _trouble(place) or _difference(vpn, place)
        if trouble:
            wrong += 1
            desk.say(f"WRONG  {place.country}: {trouble}")
        else:
            desk.say(f"ok     {place.country}: {place.address}, {left} users still to be brought")
    return 1 if wrong else 0


def _trouble(place: Place) -> str:
    """Empty when it answers as it should."""
    if place.server is None:
        return f"{place.address} {UNCALLED}"
    try:
        described(place.server)
    except Unfit as trouble:
        return str(trouble)
    return ""


def _difference(vpn: VpnApi, place: Place) -> str:
    """What the server holds besides what it should; who is still to be brought does not count."""
    assert place.server is not None
    try:
        found = vpn.agreement.check(place.server)
    except ServiceError as trouble:
        return f"{place.address} cannot be compared: {trouble.message}"
    if not found.found:
        return ""
    return (
        f"{place.address} lacks {found.missing} users, has {found.extra} too many and {found.other}"
        " otherwise; the jobs process repairs it within a minute (journalctl -u keyland-main-jobs)"
    )


def agree(desk: Desk, address: str, *, force: bool) -> int:
    """Compares it now, and has repaired what differs; 1 when some would lose access by that, and
    are left as they are for want of `force`.
    """
    vpn = desk.vpn()
    asked = [it for it in vpn.servers.callable() if it.address == address]
    if not asked:
        raise BadLine(f"{address} is not listed, or has no key or fingerprint")
    found = vpn.agreement.repair(asked[0], force=force)
    desk.say(
        f"{address} lacked {found.missing} users, had {found.extra} too many and {found.other}"
        f" otherwise; {found.spared} of them would lose access, and are left as they are"
    )
    return 1 if found.spared else 0


def remove(desk: Desk, address: str) -> int:
    """It leaves the links at once; what it knows stays there until its own installer removes it."""
    desk.files.check_writable()
    if desk.files.country_of(address) is None:
        raise BadLine(f"{address} is not listed")
    desk.files.unlist(address)
    desk.files.forget(address)
    desk.say(f"{address} is listed no more, and in nobody's links")
    vpn = desk.vpn()
    try:
        Filling(vpn.store, vpn.waiting).until_enlisted(address, enlisted=False)
    except NotFilled as trouble:
        desk.say(str(trouble))
        return 1
    desk.say("now, on that server: scripts/install-server remove --yes --drain-minutes 60")
    return 0
