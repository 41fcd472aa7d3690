"""Comparing the servers at once, by request."""

from concurrent.futures import wait

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from common.access_control import callers
from common.errors import NotFound, ServiceError
from common.flask_app import answer
from main_api.deps import Deps
from main_api.vpn_api.agreement import Agreement
from main_api.vpn_api.servers import Server
from models.agreement import AgreeRequest, ServerAgreement, ServerAgreements
from models.codes import Code, Service

PATIENCE_SECONDS = 8.0


def routes(deps: Deps) -> APIBlueprint:
    api = APIBlueprint("agreement", __name__, url_prefix="/api/v1", abp_tags=[Tag(name="servers")])

    @api.post("/servers/agree", responses={200: ServerAgreements})
    @callers(Service.TG_BOT)
    def agree(body: AgreeRequest) -> Response:
        servers = [s for s in deps.vpn.servers.callable() if body.address in (None, s.address)]
        if body.address is not None and not servers:
            raise NotFound("no such server", code=Code.NO_SUCH_SERVER)
        return answer(ServerAgreements(servers=_agree(deps.vpn.agreement, servers, body.force)))

    return api


def _agree(agreement: Agreement, servers: list[Server], force: bool) -> list[ServerAgreement]:  # noqa: FBT001 -- handed on
    calls = {server.calls.submit(_one, agreement, server, force): server for server in servers}
    in_time, _ = wait(calls, PATIENCE_SECONDS)
    return [
        call.result()
        if call in in_time
        else ServerAgreement(address=server.address, trouble="no_answer")
        for call, server in calls.items()
    ]


def _one(agreement: Agreement, server: Server, force: bool) -> ServerAgreement:  # noqa: FBT001 -- handed on
    try:
        found = agreement.repair(server, force=force)
    except ServiceError as trouble:
        return ServerAgreement(address=server.address, trouble=trouble.code)
    return ServerAgreement(
        address=server.address,
        equal=found.equal,
        missing=found.missing,
        extra=found.extra,
        other=found.other,
        spared=found.spared,
    )
