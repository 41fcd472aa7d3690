"""Carries calls to neighbours over urllib3's kept-alive connections."""

import logging
from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from typing_extensions import override
from urllib3 import BaseHTTPResponse, HTTPConnectionPool, Timeout
from urllib3.exceptions import ConnectTimeoutError, HTTPError, ReadTimeoutError

from common.pinned_tls import WrongCertificate, pinned_pool

log = logging.getLogger(__name__)


class StrangerAnswers(requests.exceptions.SSLError):
    """Whoever is there has another certificate than the pinned one, and was sent nothing."""


TROUBLE: Final[dict[type[HTTPError], type[requests.ConnectionError | requests.Timeout]]] = {
    ConnectTimeoutError: requests.ConnectTimeout,
    ReadTimeoutError: requests.ReadTimeout,
    WrongCertificate: StrangerAnswers,
}


class KeptConnections(BaseAdapter):
    """For `http:`, and for `https:` to those who are known by one of the `fingerprints`. What
    requests' own adapter looks after besides (cookies, proxies, certificates by address) no call
    between services has, and it costs more than the call.
    """

    def __init__(self, pool_size: int, fingerprints: Collection[str] = ()) -> None:
        super().__init__()
        self._pool_size = pool_size
        self._fingerprints = fingerprints
        self._pools: dict[str, HTTPConnectionPool] = {}
        self._strangers: set[str] = set()

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
            if isinstance(trouble, WrongCertificate):
                self._report(urlsplit(str(request.url)).netloc, trouble.seen)
            kind = TROUBLE.get(type(trouble), requests.ConnectionError)
            raise kind(trouble, request=request) from trouble
        if self._strangers:
            self._strangers.discard(urlsplit(str(request.url)).netloc)
        return _response(request, raw)

    def _pool(self, url: str) -> HTTPConnectionPool:
        address = urlsplit(url)
        pool = self._pools.get(address.netloc)
        if pool is None:  # of two made at once one stays
            pool = self._pools.setdefault(address.netloc, self._made(address))
        return pool

    def _made(self, address: SplitResult) -> HTTPConnectionPool:
        host, size = str(address.hostname), self._pool_size
        if address.scheme == "https":
            pins = self._fingerprints
            return pinned_pool(host, address.port, pool_size=size, fingerprints=pins)
        return HTTPConnectionPool(host, address.port, maxsize=size)

    def _report(self, netloc: str, seen: str) -> None:
        """Once, until the right one has answered again."""
        if netloc not in self._strangers:
            self._strangers.add(netloc)
            log.error(
                "%s shows another certificate than the pinned one, and was told nothing: somebody"
                " else answers there, or it has a new one, whose fingerprint would be %s",
                netloc,
                seen,
            )

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
