"""The emulator as one web application: Bot API, the people's API, the switches and the page."""

from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from sandbox.telegram.bot_api import bot_api
from sandbox.telegram.control_api import control_api
from sandbox.telegram.emulator import Emulator, build
from sandbox.telegram.people import Impossible
from sandbox.telegram.reading import Refused
from sandbox.telegram.settings import Settings
from sandbox.telegram.user_api import user_api

PAGE = Path(__file__).parent / "page"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
Answer = tuple[Response, int]


def create_app(settings: Settings, emulator: Emulator | None = None) -> Flask:
    emulator = emulator or build(settings)
    app = Flask(__name__, static_folder=str(PAGE), static_url_path="/page")
    app.extensions["emulator"] = emulator
    app.register_blueprint(bot_api(emulator))
    app.register_blueprint(user_api(emulator))
    app.register_blueprint(control_api(emulator))
    _guard(app)
    _errors(app)

    @app.get("/")
    def page() -> Response:
        return app.send_static_file("index.html")

    @app.get("/sandbox/api/bot")
    def bot() -> Response:
        with emulator.changed:
            return jsonify({**emulator.bot_user(), "seq": emulator.stream.last_seq})

    return app


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _guard(app: Flask) -> None:
    """Another site open in the same browser must not act here, nor read by a rebound name."""

    @app.before_request
    def own_page_only() -> Answer | None:
        host = urlsplit(f"//{request.host}").hostname or ""
        origin = request.headers.get("Origin")
        if not is_loopback(host) or (origin and urlsplit(origin).netloc != request.host):
            return jsonify({"error": "this sandbox is for its own page on loopback"}), 403
        return None

    @app.after_request
    def page_policy(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def _errors(app: Flask) -> None:
    @app.errorhandler(Refused)
    def refused(error: Refused) -> Answer:
        return jsonify({"error": error.message}), error.status

    @app.errorhandler(Impossible)
    def impossible(error: Impossible) -> Answer:
        return jsonify({"error": str(error)}), 409

    @app.errorhandler(HTTPException)
    def not_here(error: HTTPException) -> Answer:
        code = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
        return jsonify({"ok": False, "error_code": code, "description": error.name}), code
