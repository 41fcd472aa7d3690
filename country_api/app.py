"""The agent's web app."""

from flask_openapi3 import OpenAPI

from common.flask_app import assemble, new_app
from country_api.agreement_routes import agreement_api
from country_api.deps import Deps, build
from country_api.proof_routes import make_proof_api
from country_api.routes import make_api
from country_api.settings import CountrySettings
from country_api.strangers import turn_away
from country_api.traffic.routes import make_traffic_api
from models.codes import Service


def create_app(settings: CountrySettings, deps: Deps | None = None) -> OpenAPI:
    """Does not start the keeper: the entry file and the tests do."""
    deps = deps or build(settings)
    app = new_app(Service.COUNTRY_API)
    turn_away(app, deps.guard)
    app.register_api(make_api(settings, deps))
    app.register_api(agreement_api(deps.agreement))
    app.register_api(make_proof_api(settings, deps))
    app.register_api(make_traffic_api(deps.counting.ledger))
    probes = {
        "core": deps.pulse.beat,
        "core_config": lambda: deps.mirror.well,
        "store": deps.store.works,
    }
    return assemble(app, guard=deps.guard, probes=probes)
