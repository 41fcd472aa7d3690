"""One customer's calls, signed as tg_bot signs them, over the client beneath locust's fast one.

Locust's own statistics of a request would cost more CPU than the request, on the machine whose
CPU is measured.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from geventhttpclient import HTTPClient
from locust import User

from bench.bare.signing import HEADER, sign
from bench.load.spec import Target
from common.clock import system_clock
from common.service_auth import mint

DONE = 300
TIMEOUT = 30.0


class CallFailed(Exception):
    """An answer that is none of those hoped for."""


class Shopper(User):
    """`target` is set on a subclass by the run; each instance keeps its connections alive."""

    abstract = True
    target: Target

    def __init__(self, environment: Any) -> None:
        super().__init__(environment)
        self._clients: dict[str, HTTPClient] = {}

    def signed(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Call main_api as tg_bot; raises CallFailed."""
        data = json.dumps(body).encode() if body is not None else b""
        token = mint(
            caller="tg_bot", callee="main_api", key=self.target.main_key,
            method=method, path=path, body=data, clock=system_clock,
        )  # fmt: skip
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        return self._call(method, self.target.main_url + path, data, headers)

    def create(self, tg_id: int) -> str:
        """A customer comes and takes the trial: afterwards every server has him. His user id."""
        who = {
            "telegram_id": tg_id,
            "username": f"bench_{tg_id}",
            "first_name": "Bench",
            "language_code": "ru",
        }
        user_id = self.signed("POST", "/api/v1/users/register", who)["user_id"]
        access = self.signed("POST", f"/api/v1/users/{user_id}/trial")
        if access["pending"]:
            raise CallFailed("a server has not taken the user")
        return str(user_id)

    def create_bare(self, tg_id: int) -> None:
        body = json.dumps({"tg_id": tg_id, "username": f"bench_{tg_id}"}).encode()
        headers = {
            HEADER: sign(self.target.bare_key, "POST", "/createUser", body),
            "Content-Type": "application/json",
        }
        self._call("POST", self.target.bare_url + "/createUser", body, headers)

    def read(self, url: str) -> None:
        self._call("GET", url, b"", {})

    def notify(self, form: bytes) -> None:
        """Tell payments_webhook of money, as the wallet does."""
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        self._call("POST", self.target.webhook_url + "/notification", form, kind)

    def _call(self, method: str, url: str, data: bytes, headers: dict[str, str]) -> Any:
        parts = urlsplit(url)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        answer = self._client(parts.netloc).request(method, path, data, headers)
        body = answer.read()
        if answer.status_code >= DONE:
            raise CallFailed(f"{method} was answered {answer.status_code}")
        if answer.get("content-type") == "application/json":
            return json.loads(body)
        return None

    def _client(self, address: str) -> HTTPClient:
        if address not in self._clients:
            host, _, port = address.rpartition(":")
            self._clients[address] = HTTPClient(
                host, int(port), concurrency=1, connection_timeout=TIMEOUT, network_timeout=TIMEOUT
            )
        return self._clients[address]
