"""Puts both doubles and their control API into one Flask app."""

import logging
from dataclasses import dataclass

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from common.clock import Clock, Sleep, real_sleep, system_clock
from sandbox.payments.control import control_routes
from sandbox.payments.delivery import Courier
from sandbox.payments.journal import Journal
from sandbox.payments.settings import PaymentsSettings
from sandbox.payments.switches import SwitchBoard
from sandbox.payments.yookassa import api as kassa_api
from sandbox.payments.yookassa import page as kassa_page
from sandbox.payments.yookassa.errors import YooKassaError, error_answer
from sandbox.payments.yookassa.shop import Shop
from sandbox.payments.yoomoney import api as wallet_api
from sandbox.payments.yoomoney import page as wallet_page
from sandbox.payments.yoomoney.quickpay import quickpay_routes
from sandbox.payments.yoomoney.wallet import Wallet

_log = logging.getLogger(__name__)
_LARGEST_BODY = 256 * 1024


@dataclass(frozen=True)
class Doubles:
    """What the app stands on; reachable as `app.extensions["doubles"]`, above all to close it."""

    board: SwitchBoard
    journal: Journal
    courier: Courier
    shop: Shop
    wallet: Wallet


def create_app(
    settings: PaymentsSettings, clock: Clock = system_clock, sleep: Sleep = real_sleep
) -> Flask:
    """The clock gives timestamps and lifetimes; retries run in real time. Starts one thread."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    # Another site's page must not reach the doubles through a name that points to loopback.
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost", "[::1]"]
    doubles = _build(settings, clock)
    app.extensions["doubles"] = doubles
    shop, wallet, board = doubles.shop, doubles.wallet, doubles.board
    app.register_blueprint(kassa_api.api_routes(shop, board, clock, sleep))
    app.register_blueprint(kassa_page.page_routes(shop))
    app.register_blueprint(quickpay_routes(wallet))
    app.register_blueprint(wallet_page.page_routes(wallet))
    app.register_blueprint(wallet_api.api_routes(wallet, board, sleep))
    app.register_blueprint(control_routes(shop, wallet, board, doubles.journal, doubles.courier))
    app.add_url_rule("/health", view_func=lambda: jsonify({"status": "ok"}))
    app.register_error_handler(HTTPException, _http_error)
    app.after_request(_log_request)
    return app


def _build(settings: PaymentsSettings, clock: Clock) -> Doubles:
    board = SwitchBoard(settings.switches)
    journal = Journal(clock)
    courier = Courier(
        board, journal, factor=settings.retry_factor, timeout=settings.delivery_timeout
    )
    return Doubles(
        board=board,
        journal=journal,
        courier=courier,
        shop=Shop(settings.yookassa, clock, courier, board),
        wallet=Wallet(settings.yoomoney, clock, courier, board),
    )


def _http_error(error: HTTPException) -> Response | HTTPException | tuple[Response, int]:
    """JSON where the caller is a program: YooKassa's own shape under /v3."""
    status = error.code or 500
    if request.path.startswith("/v3/"):
        return error_answer(YooKassaError(status, error.description or error.name))
    if request.path.startswith("/sandbox/"):
        return jsonify({"error": error.description or error.name}), status
    return error


def _log_request(response: Response) -> Response:
    # without the query string: it carries order ids and wallets
    _log.info("%s %s %d", request.method, request.path, response.status_code)
    return response
