"""A customer's VPN client: a core process started from exactly the link it was given."""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import requests

from sandbox.core import Core
from sandbox.layout import LOOPBACK, free_ports

START_SECONDS = 10.0
FETCH_SECONDS = 8.0


@dataclass(frozen=True)
class VlessLink:
    """What a `vless://` share link says (XTLS/Xray-core discussion 716)."""

    core_id: str
    host: str
    port: int
    name: str
    parameters: dict[str, str]


class BadLink(ValueError):
    """Not a link that a client could use."""


def parse_link(link: str) -> VlessLink:
    parts = urlsplit(link)
    if parts.scheme != "vless" or not parts.username or not parts.hostname or not parts.port:
        raise BadLink("not a vless:// link")
    parameters = {key: values[0] for key, values in parse_qs(parts.query).items()}
    return VlessLink(
        unquote(parts.username), parts.hostname, parts.port, unquote(parts.fragment), parameters
    )


def client_config(link: VlessLink, proxy_port: int) -> dict[str, Any]:
    user = {"id": link.core_id, "encryption": "none", "level": 0}
    if flow := link.parameters.get("flow"):
        user["flow"] = flow
    server = {"address": link.host, "port": link.port, "users": [user]}
    return {
        "log": {"loglevel": "warning"},
        "inbounds": [{"listen": LOOPBACK, "port": proxy_port, "protocol": "http"}],
        "outbounds": [
            {
                "protocol": "vless",
                "settings": {"vnext": [server]},
                "streamSettings": _stream_settings(link.parameters),
            }
        ],
    }


def _stream_settings(parameters: dict[str, str]) -> dict[str, Any]:
    settings: dict[str, Any] = {"network": parameters.get("type", "tcp")}
    if parameters.get("security") == "reality":
        settings["security"] = "reality"
        settings["realitySettings"] = {
            "serverName": parameters["sni"],
            "fingerprint": parameters.get("fp", "chrome"),
            "publicKey": parameters["pbk"],
            "shortId": parameters.get("sid", ""),
            "spiderX": parameters.get("spx", "/"),
        }
    return settings


class VpnClient:
    """`fetch` goes through the tunnel; it raises requests.RequestException when that is refused."""

    def __init__(self, proxy_port: int) -> None:
        self._proxies = {"http": f"http://{LOOPBACK}:{proxy_port}"}

    def fetch(self, url: str) -> bytes:
        """A new connection each time; raises requests.RequestException, for an empty answer too."""
        with requests.Session() as session:
            session.trust_env = False
            answer = session.get(url, proxies=self._proxies, timeout=FETCH_SECONDS)
            answer.raise_for_status()
            return answer.content


@contextmanager
def connected(core: Core, link: str, folder: Path) -> Iterator[VpnClient]:
    """Start a client core from the link, and stop it at the end."""
    proxy_port = free_ports(("proxy",))["proxy"]
    config = folder / f"client-{proxy_port}.json"
    config.write_text(json.dumps(client_config(parse_link(link), proxy_port)))
    process = subprocess.Popen(
        core.run_command(config),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_listening(process, proxy_port)
        yield VpnClient(proxy_port)
    finally:
        process.kill()
        process.wait()
        config.unlink(missing_ok=True)


def _wait_until_listening(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise BadLink(f"the client core stopped with status {process.returncode}")
        try:
            requests.get(f"http://{LOOPBACK}:{port}", timeout=1)
        except requests.ConnectionError:
            time.sleep(0.02)
            continue
        return
    raise BadLink("the client core did not start to listen")
