"""Calls a neighbour: signed, with a deadline, and an answer that is a value or a ServiceError."""

import json
import logging
from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Any, Protocol, TypeVar
from urllib.parse import urlencode

import requests
from pydantic import BaseModel, ValidationError
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from common import request_id, service_auth
from common.clock import Clock
from common.errors import Unauthorized, Unavailable, from_wire
from common.kept_connections import KeptConnections, StrangerAnswers
from models.codes import Code

log = logging.getLogger(__name__)
M = TypeVar("M", bound=BaseModel)
MAX_ANSWER_BYTES = 16 * 1024 * 1024
CONNECT_SECONDS = 2.0
READ_SECONDS = 10.0


class SessionOf(Protocol):
    """Makes the transport to neighbours; over `https:` to those with one of the fingerprints."""

    def __call__(self, fingerprints: Collection[str] = ()) -> requests.Session: ...


def make_session(fingerprints: Collection[str] = (), pool_size: int = 32) -> requests.Session:
    """Kept-alive connections; no retries below us, no proxy or .netrc from the environment.

    Without fingerprints `https:` is by the authorities that this machine trusts.
    """
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", KeptConnections(pool_size))
    if fingerprints:
        session.mount("https://", KeptConnections(pool_size, fingerprints))
    else:
        adapter = HTTPAdapter(pool_connections=pool_size, pool_maxsize=pool_size, max_retries=0)
        session.mount("https://", adapter)
    return session


class ServiceClient:
    """One callee at one address. Network trouble, a 5xx or a garbled answer raise Unavailable."""

    def __init__(
        self,
        base_url: str,
        *,
        caller: str,
        callee: str,
        key: str,
        clock: Clock,
        session: requests.Session | None = None,
        read_seconds: float = READ_SECONDS,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._caller, self._callee, self._key = caller, callee, key
        self._clock = clock
        # asked directly: cookies, redirects and the merging of settings cost a session as much as
        # the call itself, and a signed call has none of them
        self._adapter = (session or make_session()).get_adapter(self._base_url)
        self._read_seconds = read_seconds

    def get(self, path: str, model: type[M], *, query: Mapping[str, str | int] | None = None) -> M:
        return self.call("GET", path, model, query=query)

    def post(self, path: str, body: BaseModel | Mapping[str, Any] | None, model: type[M]) -> M:
        return self.call("POST", path, model, body=body)

    def call(
        self,
        method: str,
        path: str,
        model: type[M],
        *,
        body: BaseModel | Mapping[str, Any] | None = None,
        query: Mapping[str, str | int] | None = None,
        read_seconds: float | None = None,
    ) -> M:
        full_path = f"{path}?{urlencode(query)}" if query else path
        answer = self._parsed(self._send(method, full_path, _encoded(body), read_seconds))
        try:
            return model.model_validate(answer)
        except ValidationError:
            raise Unavailable(f"{self._callee} answered something else") from None

    def _send(
        self, method: str, path: str, body: bytes, read_seconds: float | None
    ) -> requests.Response:
        headers = {
            "Authorization": "Bearer " + self._token(method, path, body),
            "Content-Type": "application/json",
            request_id.HEADER: request_id.current(),
        }
        try:
            return self._adapter.send(
                _prepared(method, self._base_url + path, headers, body),
                timeout=(CONNECT_SECONDS, read_seconds or self._read_seconds),
                stream=True,
            )
        except StrangerAnswers:
            raise Unavailable(
                f"somebody else answers in place of {self._callee}", code=Code.WRONG_CERTIFICATE
            ) from None
        except requests.RequestException as trouble:
            raise Unavailable(
                f"{self._callee} cannot be reached ({type(trouble).__name__})"
            ) from None

    def _token(self, method: str, path: str, body: bytes) -> str:
        return service_auth.mint(
            caller=self._caller,
            callee=self._callee,
            key=self._key,
            method=method,
            path=path,
            body=body,
            clock=self._clock,
        )

    def _parsed(self, response: requests.Response) -> Any:
        with response:
            try:
                text = _read_capped(response)
                answer = json.loads(text) if text else None
            except (ValueError, RecursionError, requests.RequestException):
                raise Unavailable(f"{self._callee} answered no JSON") from None
            if response.status_code == HTTPStatus.NOT_FOUND and answer is None:
                # all that an agent says to those whose signature it does not know
                raise Unauthorized(f"{self._callee} turns us away", code=Code.TURNED_AWAY)
            if not response.ok or response.is_redirect:
                raise from_wire(response.status_code, answer)
            return answer


def _prepared(
    method: str, url: str, headers: dict[str, str], body: bytes
) -> requests.PreparedRequest:
    prepared = requests.PreparedRequest()
    prepared.method, prepared.url = method, url
    prepared.headers = CaseInsensitiveDict(headers)
    if body or method != "GET":
        prepared.headers["Content-Length"] = str(len(body))
        prepared.body = body
    return prepared


def _encoded(body: BaseModel | Mapping[str, Any] | None) -> bytes:
    if body is None:
        return b""
    if isinstance(body, BaseModel):
        return body.model_dump_json(exclude_unset=True).encode()
    return json.dumps(body).encode()


def _read_capped(response: requests.Response) -> bytes:
    chunks, size = [], 0
    for chunk in response.iter_content(65536):
        size += len(chunk)
        if size > MAX_ANSWER_BYTES:
            raise ValueError("too long an answer")
        chunks.append(chunk)
    return b"".join(chunks)
