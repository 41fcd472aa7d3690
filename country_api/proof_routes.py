"""Proof of access and health over HTTP, for main_api."""

import time
from datetime import datetime
from functools import partial

from flask import Response
from flask_openapi3 import APIBlueprint

from common.access_control import callers
from common.errors import Unavailable
from common.flask_app import answer
from country_api.count_online import CountOnline
from country_api.deps import Deps
from country_api.machine.load import Load
from country_api.missing import Missing
from country_api.presence import Proof
from country_api.routes import UserPath
from country_api.settings import CountrySettings
from country_api.status import Status
from country_api.traffic.ledger import Ledger
from models.codes import Service
from models.presence import ServerStatus, UserPresence


def make_proof_api(settings: CountrySettings, deps: Deps) -> APIBlueprint:
    api = APIBlueprint("country_api_proof", __name__)
    counting = CountOnline(deps.online)
    proof, status = _proof(settings, deps, counting), _status(settings, deps, counting)

    @api.get("/users/<key>/presence", responses={200: UserPresence})
    @callers(Service.MAIN_API)
    def show_presence(path: UserPath) -> Response:
        return answer(proof.of(path.key))

    @api.get("/status", responses={200: ServerStatus})
    @callers(Service.MAIN_API)
    def show_status() -> Response:
        return answer(status.now())

    return api


def _proof(settings: CountrySettings, deps: Deps, counting: CountOnline) -> Proof:
    return Proof(
        store=deps.store,
        accounts=deps.accounts,
        enforcer=deps.enforcer,
        pulse=deps.pulse,
        config=settings.core_config,
        clock=deps.clock,
        last_traffic=partial(_last_traffic, deps.counting.ledger),
        online=counting.of_one,
    )


def _status(settings: CountrySettings, deps: Deps, counting: CountOnline) -> Status:
    return Status(
        client=deps.client,
        mirror=deps.mirror,
        missing=Missing(deps.store, deps.enforcer, deps.clock, time.monotonic),
        load=Load(settings.state_dir, deps.accounts.carried, time.monotonic),
        cutter=deps.cutter,
        clock=deps.clock,
        online=counting.users,
        started_at=deps.clock(),
        life=deps.life,
    )


def _last_traffic(ledger: Ledger, key: str) -> datetime | None:
    """What the ledger cannot tell is no reason to leave the rest untold."""
    try:
        return ledger.last_at(key)
    except Unavailable:
        return None
