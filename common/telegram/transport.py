"""Carries telebot's calls: parameters in the body, and it knows whether a request has left.

telebot's own way puts message texts into the address, and its settings are one for the process;
here each token has its own address and proxy. Neither ever stands in an exception's text.
"""

import functools
import threading
from collections.abc import Callable, Mapping
from typing import Any, final

import requests
import telebot
from requests.adapters import HTTPAdapter
from telebot import apihelper
from typing_extensions import override
from urllib3.connection import HTTPConnection

from common.telegram.errors import NoAnswer, NothingSent

CONNECT_SECONDS = 5
READ_SECONDS = 20
IDLE_SECONDS = 30.0  # a kept-alive connection older than that may be dead without telling
_on_the_wire = threading.local()


class _Noting(HTTPConnection):
    """Put before urllib3's connections: notes the first byte of a request that leaves.

    A handshake with a server or a proxy is not the request; when it fails, nothing was sent, though
    requests raises the same errors (a TLS handshake that hangs is even a ReadTimeout).
    """

    _connecting = False

    @override
    def connect(self) -> None:
        self._connecting = True
        try:
            super().connect()
        finally:
            self._connecting = False

    @override
    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        if not self._connecting:
            _on_the_wire.sent = True
        super().send(data)


@functools.cache
def _noting(base: type) -> type:
    return (
        base if issubclass(base, _Noting) else type(f"Noting{base.__name__}", (_Noting, base), {})
    )


@final
class _Adapter(HTTPAdapter):
    @override
    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = _noting(pool.ConnectionCls)
        return pool


@final
class Transport:
    """One token's way to one address; a session a thread, renewed when it has been idle."""

    def __init__(
        self,
        api_url: str,
        proxy: str | None,
        monotonic: Callable[[], float],
        read_seconds: float = READ_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
    ) -> None:
        self._api_url = api_url.rstrip("/")
        self._read_seconds, self._connect_seconds = read_seconds, connect_seconds
        self._proxies = {"http": proxy, "https": proxy} if proxy else {}
        self._monotonic = monotonic
        self._local = threading.local()

    def post(
        self,
        token: str,
        method: str,
        params: Mapping[str, Any] | None,
        files: Mapping[str, Any] | None,
        poll_seconds: float = 0.0,
    ) -> requests.Response:
        """Raises NothingSent or NoAnswer. `poll_seconds`: a long poll may take that long."""
        _on_the_wire.sent = False
        try:
            return self._session().post(
                f"{self._api_url}/bot{token}/{method}",
                data=params,
                files=files,
                timeout=(self._connect_seconds, max(poll_seconds, self._read_seconds)),
                allow_redirects=False,
            )
        except (requests.RequestException, ValueError) as trouble:
            self._drop_session()
            kind = NoAnswer if _on_the_wire.sent else NothingSent
            raise kind(f"{method}: {type(trouble).__name__}") from None

    def _session(self) -> requests.Session:
        now = self._monotonic()
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None or now - self._local.used > IDLE_SECONDS:
            self._drop_session()
            session = self._local.session = self._new_session()
        self._local.used = now
        return session

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.trust_env = False
        session.proxies.update(self._proxies)
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter(pool_connections=1, pool_maxsize=1, max_retries=0))
        return session

    def _drop_session(self) -> None:
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is not None:
            session.close()
            self._local.session = None


_transports: dict[str, Transport] = {}
_telebot: Any = apihelper  # its settings are untyped module variables


def install(token: str, transport: Transport) -> None:
    """From now on every call that telebot makes with this token goes this way."""
    _transports[token] = transport
    _telebot.CUSTOM_REQUEST_SENDER = _send
    _telebot.RETRY_ON_ERROR = False  # its engines repeat after a read timeout: copies of a message
    _telebot.READ_TIMEOUT = 0  # then what it asks for is what a long poll needs
    _telebot.format_header_param = None  # else it patches urllib3 for the whole process
    telebot.logger.handlers.clear()  # it writes to standard error beside our own logs
    telebot.logger.setLevel("WARNING")  # below that it logs texts


def _send(
    _http_method: str,
    url: str,
    params: Mapping[str, Any] | None = None,
    files: Mapping[str, Any] | None = None,
    timeout: tuple[float, float] = (0.0, 0.0),
    proxies: object = None,
) -> requests.Response:
    del proxies  # telebot's setting for the whole process; ours is the transport's own
    token, _, method = url.partition("/bot")[2].partition("/")
    transport = _transports.get(token)
    if transport is None:
        raise NothingSent(f"{method}: no transport is installed for this bot")
    return transport.post(token, method, params, files, poll_seconds=timeout[1])
