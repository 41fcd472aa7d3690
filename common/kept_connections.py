"""Carries calls to neighbours over urllib3's kept-alive connections."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from typing_extensions import override
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, ReadTimeoutError

TROUBLE: Final[dict[type[HTTPError], type[requests.ConnectionError | requests.Timeout]]] = {
    ConnectTimeoutError: requests.ConnectTimeout,
    ReadTimeoutError: requests.ReadTimeout,
}


class KeptConnections(BaseAdapter):
    """For `http:` alone. What requests' own adapter looks after besides (cookies, proxies,
    certificates by address) no call between services has, and it costs more than the call.
    """

    def __init__(self, pool_size: int) -> None:
        super().__init__()
        self._pool_size = pool_size
        self._pools: dict[str, HTTPConnectionPool] = {}

    @override
    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """`timeout` as requests has it: seconds, or those to connect and those to read."""
        connect, read = timeout if isinstance(timeout, tuple) else (timeout, timeout)
        try:
            raw = self._pool(str(request.url)).urlopen(
                str(request.method),
                request.path_url,
                body=request.body,
                headers=request.headers,
                timeout=Timeout(connect=connect, read=read),
                retries=False,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
                decode_content=False,
            )
        except HTTPError as trouble:
            kind = TROUBLE.get(type(trouble), requests.ConnectionError)
            raise kind(trouble, request=request) from trouble
        return _response(request, raw)

    def _pool(self, url: str) -> HTTPConnectionPool:
        address = urlsplit(url)
        pool = self._pools.get(address.netloc)
        if pool is None:  # of two made at once one stays
            made = HTTPConnectionPool(str(address.hostname), address.port, maxsize=self._pool_size)
            pool = self._pools.setdefault(address.netloc, made)
        return pool

    @override
    def close(self) -> None:
        """A later call connects anew, as with requests' own."""
        pools, self._pools = self._pools, {}
        for pool in pools.values():
            pool.close()


def _response(request: requests.PreparedRequest, raw: BaseHTTPResponse) -> requests.Response:
    response = requests.Response()
    response.request, response.url = request, str(request.url)
    response.status_code, response.reason = raw.status, str(raw.reason)
    response.headers = CaseInsensitiveDict(raw.headers)
    response.encoding = get_encoding_from_headers(response.headers)
    response.raw = raw
    return response
