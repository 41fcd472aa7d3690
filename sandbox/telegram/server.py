"""Serving the emulator: a thread for each long poll and each open page, on loopback only."""

import logging

from flask import Flask
from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer, WSGIRequestHandler, make_server

from sandbox.telegram.app import is_loopback


class NotLoopback(Exception):
    """The sandbox was asked to listen where others could reach it."""


class KeepAliveHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"


def make(app: Flask, host: str, port: int) -> BaseWSGIServer:
    """A listening server, its `port` known; raises NotLoopback.

    Requests are not logged: their paths carry the token, their queries the texts.
    """
    if not is_loopback(host):
        raise NotLoopback(f"the sandbox listens on loopback only, not on {host}")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server(host, port, app, threaded=True, request_handler=KeepAliveHandler)
    assert isinstance(server, ThreadedWSGIServer)
    server.daemon_threads = True
    return server
