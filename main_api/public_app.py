"""The public app: subscription pages, proxied to the internet."""

from flask_openapi3 import OpenAPI

from common.flask_app import assemble, new_app
from common.service_auth import Guard
from main_api.app import probes
from main_api.deps import Deps, build
from main_api.links.public_routes import routes
from main_api.settings import MainSettings

SERVICE = "main_api_public"
MAX_BODY_BYTES = 1024


def create_public_app(settings: MainSettings, deps: Deps | None = None) -> OpenAPI:
    deps = deps or build(settings)
    app = new_app(SERVICE, max_body_bytes=MAX_BODY_BYTES)
    app.register_api(routes(deps))
    return assemble(app, guard=Guard(SERVICE, {}, deps.clock), probes=probes(deps))
