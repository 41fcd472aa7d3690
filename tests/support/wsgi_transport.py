"""A requests transport that hands a call to a WSGI app in this process, over no network."""

from collections.abc import Mapping
from io import BytesIO
from urllib.parse import urlsplit

import requests
from flask import Flask
from requests.adapters import BaseAdapter
from typing_extensions import override


class WsgiAdapter(BaseAdapter):
    """`down` makes the neighbour unreachable; `lost` lets it work and loses the answer."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self._client_of = app.test_client
        self.down = False
        self.lost = False

    @override
    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        if self.down:
            raise requests.ConnectionError("down")
        parts = urlsplit(request.url or "")
        path = str(parts.path) + (f"?{parts.query!s}" if parts.query else "")
        answer = self._client_of().open(
            path, method=request.method, headers=dict(request.headers), data=request.body
        )
        if self.lost:
            raise requests.ReadTimeout("lost")
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers.update(dict(answer.headers))
        response.raw = BytesIO(answer.get_data())
        response.request = request
        response.url = request.url or ""
        return response

    @override
    def close(self) -> None:
        pass


def session_to(app: Flask) -> tuple[requests.Session, WsgiAdapter]:
    session = requests.Session()
    session.trust_env = False
    adapter = WsgiAdapter(app)
    session.mount("http://", adapter)
    return session, adapter
