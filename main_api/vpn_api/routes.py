"""Servers over HTTP."""

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from common.access_control import callers
from common.flask_app import answer
from main_api.deps import Deps
from models.codes import Service
from models.servers import ServerState, ServerStates


def routes(deps: Deps) -> APIBlueprint:
    api = APIBlueprint("servers", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="servers")])

    @api.get("/servers", responses={200: ServerStates})
    @callers(Service.TG_BOT)
    def servers() -> Response:
        return answer(states(deps))

    return api


def states(deps: Deps) -> ServerStates:
    """Every server of the countries file, also one that cannot be called for want of a key."""
    places = deps.vpn.servers.places()
    known = deps.vpn.store.all()
    waiting = deps.vpn.waiting.counts([place.address for place in places])
    return ServerStates(
        servers=[
            ServerState(
                country=place.country,
                address=place.address,
                reachable=place.server is not None
                and bool(known.get(place.address, {}).get("reachable")),
                pending_users=waiting[place.address],
                described=bool(known.get(place.address, {}).get("description")),
            )
            for place in places
        ]
    )
