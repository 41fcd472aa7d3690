"""The web app: pay pages and notifications for the world, checkouts for main_api."""

from flask_openapi3 import OpenAPI
from werkzeug.middleware.proxy_fix import ProxyFix

from common.flask_app import assemble, new_app
from common.metrics import Metrics
from common.service_auth import Guard
from models.codes import Service
from payments_webhook.deps import Deps, build
from payments_webhook.routes.checkouts import checkout_routes
from payments_webhook.routes.notifications import notification_routes
from payments_webhook.routes.pay import pay_routes
from payments_webhook.settings import PaymentsWebhookSettings


def create_app(settings: PaymentsWebhookSettings, deps: Deps | None = None) -> OpenAPI:
    deps = deps or build(settings)
    app = new_app(Service.PAYMENTS_WEBHOOK)
    metrics = Metrics(Service.PAYMENTS_WEBHOOK)
    app.register_api(checkout_routes(settings, deps))
    app.register_api(notification_routes(settings, deps, metrics))
    app.register_api(pay_routes(deps))
    guard = Guard(Service.PAYMENTS_WEBHOOK, settings.caller_keys, deps.clock)
    assemble(app, guard=guard, probes={"inbox": deps.store.answers}, metrics=metrics)
    if settings.trusted_proxy_hops:
        hops = settings.trusted_proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]  # Flask's own way
    return app
