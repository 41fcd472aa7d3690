"""A web server on loopback with a page of known bytes: what the demo fetches through the VPN."""

import argparse
import hashlib
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from typing_extensions import override

PAGE_BYTES = 200_000


def page(name: str) -> bytes:
    """The bytes of a page, made from its name: another name, other bytes."""
    return hashlib.shake_256(name.encode()).digest(PAGE_BYTES)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = page(self.path.lstrip("/"))
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: object) -> None:
        sys.stderr.write("page served\n")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m sandbox.web", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    server = ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Handler)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
