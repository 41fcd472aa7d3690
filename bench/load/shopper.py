"""One customer's calls, signed as tg_bot signs them, over locust's fast client."""

import json
from collections.abc import Mapping
from typing import Any

from locust import FastHttpUser

from bench.bare.signing import HEADER, sign
from bench.load.spec import Target
from common.clock import system_clock
from common.service_auth import mint

DONE = 300


class CallFailed(Exception):
    """An answer that is none of those hoped for."""


class Shopper(FastHttpUser):
    """`target` is set on a subclass by the run; each instance keeps its connections alive."""

    abstract = True
    host = "http://127.0.0.1"
    target: Target
    network_timeout = 30.0
    connection_timeout = 30.0
    max_retries = 0

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
        with self.client.request(
            method, url, data=data.decode(), headers=headers, catch_response=True, name=method
        ) as answer:
            if not 0 < answer.status_code < DONE:
                answer.failure(str(answer.status_code))
                raise CallFailed(f"{method} was answered {answer.status_code}")
            answer.success()
            if (answer.headers or {}).get("content-type") == "application/json":
                return json.loads(answer.text or "null")
            return None
