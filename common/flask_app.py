"""What every service's web app has: errors, request ids, guard, /health, /metrics, OpenAPI."""

import json
import logging
import re
from collections.abc import Callable, Mapping

from flask import Response, request
from flask_openapi3 import Info, OpenAPI
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import HTTPException

from common import access_control, request_id
from common.errors import BadRequest, Invalid, ServiceError, to_wire
from common.metrics import Metrics
from common.service_auth import Guard
from common.version import VERSION

log = logging.getLogger(__name__)
MAX_BODY_BYTES = 64 * 1024
Probe = Callable[[], bool]

PLACEHOLDER = re.compile(r"<(?:\w+:)?(\w+)>")
MISSING = {"missing", "model_type", "model_attributes_type", "json_invalid"}


class UndocumentedView(Exception):
    """The OpenAPI document, which says what is tested, lost a route; the app must not start."""


class Health(BaseModel):
    """`dependencies`: what the service cannot work without -> whether it answers now."""

    status: str
    service: str
    version: str
    dependencies: dict[str, bool]


def answer(model: BaseModel, status: int = 200) -> Response:
    return Response(model.model_dump_json(), status=status, mimetype="application/json")


def new_app(service: str, *, max_body_bytes: int = MAX_BODY_BYTES) -> OpenAPI:
    """An app to register blueprints on; call `assemble` afterwards."""
    app = OpenAPI(
        service,
        info=Info(title=service, version=VERSION),
        security_schemes={"service_token": {"type": "http", "scheme": "bearer"}},
        validation_error_callback=_raise_validation_error,
        validation_error_model=ErrorBody,
        doc_ui=False,
    )
    app.config["MAX_CONTENT_LENGTH"] = max_body_bytes
    return app


def assemble(
    app: OpenAPI, *, guard: Guard, probes: Mapping[str, Probe], metrics: Metrics | None = None
) -> OpenAPI:
    """Add what all services share.

    Raises UnguardedView if a view does not say who may call it, UndocumentedView if the OpenAPI
    document has its path without its method.
    """
    metrics = metrics or Metrics(app.import_name)

    @app.get("/health")
    @access_control.public
    def health() -> Response:
        states = {name: _probed(name, probe) for name, probe in probes.items()}
        well = all(states.values())
        body = Health(
            status="ok" if well else "degraded",
            service=app.import_name,
            version=VERSION,
            dependencies=states,
        )
        return answer(body, 200 if well else 503)

    def openapi_document() -> dict[str, object]:
        return app.api_doc

    def metrics_page() -> Response:
        return Response(metrics.page(), content_type=CONTENT_TYPE_LATEST)

    app.add_url_rule("/openapi.json", view_func=access_control.public(openapi_document))
    app.add_url_rule("/metrics", view_func=access_control.loopback_only(metrics_page))
    _install_request_id(app)
    access_control.install(app, guard)
    metrics.install(app)
    _install_errors(app)
    access_control.check_all_marked(app)
    _check_all_documented(app)
    return app


def _check_all_documented(app: OpenAPI) -> None:
    """flask-openapi3 forgets operations of a path when a second blueprint has the same path."""
    for rule in app.url_map.iter_rules():
        told = app.api_doc["paths"].get(PLACEHOLDER.sub(r"{\1}", rule.rule))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            if told is not None and method.lower() not in told:
                raise UndocumentedView(f"{method} {rule.rule} is not in the OpenAPI document")


def _probed(name: str, probe: Probe) -> bool:
    try:
        return probe()
    except Exception:  # noqa: BLE001 -- a probe that fails in any way is a dependency that is away
        log.warning("health: %s does not answer", name)
        return False


class ErrorDetail(BaseModel):
    code: str
    message: str
    details: dict[str, object] = {}
    request_id: str


class ErrorBody(BaseModel):
    error: ErrorDetail


def _raise_validation_error(error: ValidationError) -> None:
    """400 when something is absent or no JSON at all, 422 when a value is wrong (C's contract)."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    fields = {".".join(map(str, p["loc"])) or "body": p["msg"] for p in problems}
    if any(p["type"] in MISSING for p in problems):
        raise BadRequest("a field is missing or the body is not a JSON object", fields=fields)
    raise Invalid("a value is not acceptable", fields=fields)


def _install_request_id(app: OpenAPI) -> None:
    def adopt() -> None:
        request_id.adopt(request.headers.get(request_id.HEADER))

    def attach(response: Response) -> Response:
        response.headers[request_id.HEADER] = request_id.current()
        return response

    app.before_request_funcs.setdefault(None, []).insert(0, adopt)
    app.after_request(attach)


def _install_errors(app: OpenAPI) -> None:
    @app.errorhandler(ServiceError)
    def service_error(error: ServiceError) -> tuple[Response, int]:
        return _json(to_wire(error, request_id.current())), error.status

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> tuple[Response, int]:
        code = (error.name or "error").lower().replace(" ", "_")
        wire = to_wire(ServiceError(error.name or "error", code=code), request_id.current())
        return _json(wire), error.code or 500

    @app.errorhandler(Exception)
    def unexpected(error: Exception) -> tuple[Response, int]:
        log.error("unexpected error at %s", request.endpoint, exc_info=error)
        wire = to_wire(ServiceError("internal error"), request_id.current())
        return _json(wire), 500


def _json(body: dict[str, object]) -> Response:
    return Response(json.dumps(body, default=str), mimetype="application/json")
