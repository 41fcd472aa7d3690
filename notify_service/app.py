"""notify_service's web app: notices and broadcasts come in here, and go out by threads."""

from flask_openapi3 import OpenAPI

from common.flask_app import assemble, new_app
from common.service_auth import Guard
from models.codes import Service
from notify_service.broadcast.routes import broadcasts
from notify_service.deps import Deps, build
from notify_service.people import people
from notify_service.routes import notices
from notify_service.settings import NotifySettings


def create_app(settings: NotifySettings, deps: Deps | None = None) -> OpenAPI:
    """The threads are started by wsgi.py, not here; /health tells whether they run."""
    deps = deps or build(settings)
    database, scheduler, dispatcher = deps.database, deps.scheduler, deps.dispatcher

    def database_answers() -> bool:
        database.ping()
        return True

    app = new_app(Service.NOTIFY_SERVICE)
    app.register_api(notices(deps.store, deps.alarm, deps.clock))
    app.register_api(people(deps.store, deps.broadcast.recipients))
    app.register_api(broadcasts(deps.broadcast.service))
    return assemble(
        app,
        guard=Guard(Service.NOTIFY_SERVICE, settings.caller_keys, deps.clock),
        probes={
            "database": database_answers,
            "scheduler": scheduler.alive,
            "broadcasts": deps.broadcast.runner.alive,
            "telegram_token": lambda: not dispatcher.token_refused,
        },
        metrics=deps.metrics,
    )
