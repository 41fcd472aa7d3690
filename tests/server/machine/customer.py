"""A customer with the real Xray on this side of the wire, and the page that he fetches."""

import json
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from typing_extensions import override

from country_api.core.config import CoreKind
from sandbox.core import Core
from scripts.server import env_file
from tests.server.machine.network import Wire
from tests.server.machine.server import Server
from tests.support.core import CoreProcess, FoundCore
from tests.support.ports import free_port

PAGE = b"fetched through the tunnel"
SECONDS = 8.0


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(PAGE)

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def page(wire: Wire) -> Iterator[None]:
    site = ThreadingHTTPServer((wire.far, 80), _Page)
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    try:
        yield
    finally:
        site.shutdown()
        thread.join()
        site.server_close()


def fetches(server: Server, core: Core, short_id: str) -> bool:
    """Whether a link with this short id, of a user whom the core has, brings the page."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder, page(server.wire):
        config = Path(folder) / "customer.json"
        config.write_text(json.dumps(_config(server, port, short_id)))
        process = CoreProcess(FoundCore(CoreKind.XRAY, core.path), config)
        process.start()
        try:
            # the core goes by the name in the request, as a browser's would be
            asked = Request(f"http://127.0.0.1:{port}/", headers={"Host": server.wire.far})
            with urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310 -- our own port
                return bool(answer.read() == PAGE)
        except OSError:
            return False
        finally:
            process.kill()


def _config(server: Server, port: int, short_id: str) -> dict[str, Any]:
    known = env_file.values(server.root / "etc/keyland/agent.env")
    kept = json.loads((server.root / "var/lib/keyland/core/config.json").read_text())
    user = kept["inbounds"][0]["settings"]["clients"][0]["id"]
    reality = {
        "serverName": known["REALITY_SERVER_NAME"], "fingerprint": "chrome",
        "publicKey": known["REALITY_PUBLIC_KEY"], "shortId": short_id,
    }  # fmt: skip
    account = {"id": user, "flow": "xtls-rprx-vision", "encryption": "none"}
    hop = {"address": server.wire.there, "port": 443, "users": [account]}
    stream = {"network": "tcp", "security": "reality", "realitySettings": reality}
    return {
        "log": {"loglevel": "warning"},
        "inbounds": [{
            "listen": "127.0.0.1", "port": port, "protocol": "dokodemo-door",
            "settings": {"address": server.wire.far, "port": 80, "network": "tcp"},
        }],
        "outbounds": [
            {"protocol": "vless", "settings": {"vnext": [hop]}, "streamSettings": stream}
        ],
    }  # fmt: skip
