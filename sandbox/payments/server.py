"""A small threaded HTTP server that listens on loopback only."""

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server

from sandbox.payments.settings import require_loopback


def listen(app: Flask, host: str, port: int) -> BaseWSGIServer:
    """Bound but not yet serving; port 0 takes a free one. Raises ValueError beyond loopback."""
    return make_server(require_loopback(host), port, app, threaded=True)
