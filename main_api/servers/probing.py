"""Calls a server before it is listed, and says in plain words why it would not do."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

import requests

from common.clock import Clock
from common.errors import Forbidden, Invalid, ServiceError, Unauthorized
from common.service_client import make_session
from main_api.servers.line import NewServer
from main_api.vpn_api.countries import CountriesFile
from main_api.vpn_api.describing import checked
from main_api.vpn_api.servers import Server, Servers
from models.servers import ServerDescription

REASONS: Final[dict[str, str]] = {
    "wrong_certificate": "somebody else answers there, or its certificate was made anew: compare"
    " the fingerprint with what scripts/install-server prints there",
    "clock_skew": "its clock and ours differ by more than 10 seconds: timedatectl on both",
    "turned_away": "it does not take this key, or the clocks differ: scripts/install-server prints"
    " the right line, timedatectl the time",
}


class Unfit(Exception):
    """The server cannot be used; the message says what to do about it."""


def probe(
    server: NewServer,
    clock: Clock,
    session_of: Callable[..., requests.Session] = make_session,
) -> ServerDescription:
    """What it says of itself, with the very means by which the shop will call it. Raises Unfit."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "countries.json"
        file.write_text(json.dumps({"probed": [server.address]}))
        known = {server.address: server.secret()}
        servers = Servers(CountriesFile(file), known, clock, session_of)
        try:
            return described(servers.callable()[0])
        finally:
            servers.close()


def described(server: Server) -> ServerDescription:
    """Raises Unfit."""
    try:
        return checked(server, server.api.describe())
    except Invalid as wrong:
        raise Unfit(f"{server.address} {wrong.message}: is its --address right?") from None
    except ServiceError as trouble:
        raise Unfit(f"{server.address}: {_plainly(trouble)}") from None


def _plainly(trouble: ServiceError) -> str:
    if trouble.code in REASONS:
        return REASONS[trouble.code]
    if isinstance(trouble, Unauthorized | Forbidden):
        return "it does not take this key: scripts/install-server prints the right line there"
    return (
        f"{trouble.message}: is it up (scripts/install-server doctor), and may this host reach"
        " that port (--main-address there)?"
    )
