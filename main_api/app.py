"""The internal app: signed callers only."""

from collections.abc import Callable
from typing import Final

from flask_openapi3 import APIBlueprint, OpenAPI

from common.flask_app import assemble, new_app
from common.metrics import Metrics
from common.service_auth import Guard
from main_api import paper_names
from main_api.access.routes import routes as access_routes
from main_api.admin.routes import routes as admin_routes
from main_api.audiences.routes import routes as audiences_routes
from main_api.deps import Deps, build
from main_api.payments.routes import routes as payments_routes
from main_api.referrals.routes import routes as referrals_routes
from main_api.removal.routes import routes as removal_routes
from main_api.settings import MainSettings
from main_api.statistics.routes import routes as statistics_routes
from main_api.subscriptions.routes import routes as subscriptions_routes
from main_api.tariffs.routes import routes as tariffs_routes
from main_api.traffic.routes import routes as traffic_routes
from main_api.users.routes import routes as users_routes
from main_api.vpn_api.agreement_routes import routes as agreement_routes
from main_api.vpn_api.routes import routes as servers_routes
from main_api.watching.figures import ServerFigures
from main_api.watching.routes import routes as watching_routes
from main_api.withholding.figures import WithheldFigures
from models.codes import Service

ROOMS: Final[list[Callable[[Deps], APIBlueprint]]] = [
    users_routes,
    access_routes,
    servers_routes,
    agreement_routes,
    watching_routes,
    subscriptions_routes,
    tariffs_routes,
    payments_routes,
    referrals_routes,
    removal_routes,
    admin_routes,
    audiences_routes,
    statistics_routes,
    traffic_routes,
    paper_names.routes,
]


def create_app(settings: MainSettings, deps: Deps | None = None) -> OpenAPI:
    deps = deps or build(settings)
    app = new_app(Service.MAIN_API)
    for routes in ROOMS:
        app.register_api(routes(deps))
    guard = Guard(Service.MAIN_API, settings.caller_keys, deps.clock)
    metrics = Metrics(app.import_name)
    metrics.ask(ServerFigures(deps.vpn.servers, deps.watch_store, deps.alarms))
    metrics.ask(WithheldFigures(deps.db))
    return assemble(app, guard=guard, probes=probes(deps), metrics=metrics)


def probes(deps: Deps) -> dict[str, Callable[[], bool]]:
    def database() -> bool:
        deps.db.ping()
        return True

    return {"database": database}
