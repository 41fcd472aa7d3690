"""A neighbour that answers anything at all: whatever it is, the caller gets a ServiceError."""

import gzip
import json
from io import BytesIO

import pytest
import requests
from requests.adapters import BaseAdapter
from typing_extensions import override
from urllib3 import HTTPResponse

from common.errors import BadRequest, Unavailable
from common.service_client import ServiceClient
from models.servers import ServerUsers
from tests.support.clock import FakeClock


class Neighbour(BaseAdapter):
    def __init__(self, body: bytes, status: int = 200, encoding: str = "") -> None:
        super().__init__()
        self._answer = status, body, {"Content-Encoding": encoding}

    @override
    def send(
        self, request: requests.PreparedRequest, *_: object, **__: object
    ) -> requests.Response:
        status, body, headers = self._answer
        response = requests.Response()
        response.status_code = status
        response.raw = HTTPResponse(BytesIO(body), headers=headers, preload_content=False)
        response.url, response.request = request.url or "", request
        return response

    @override
    def close(self) -> None:
        pass


def ask(neighbour: Neighbour) -> None:
    session = requests.Session()
    session.mount("http://", neighbour)
    client = ServiceClient(
        "http://n", caller="a", callee="b", key="k" * 32, clock=FakeClock(), session=session
    )
    client.get("/users", ServerUsers)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 1_000_000,
        b"9" * 5000,
        b"\xff\xfe\x00",
        b"NaN",
        b'{"users": 9e999}',
    ],
    ids=["deep", "long number", "no text", "no number", "no object"],
)
def test_an_answer_that_is_no_answer_is_unavailable(body: bytes) -> None:
    with pytest.raises(Unavailable):
        ask(Neighbour(body))


def test_an_error_whose_details_bear_our_own_names_is_still_that_error() -> None:
    details = {"code": 1, "message": 2, "self": 3}
    error = {"code": "5" * 1000, "message": [1], "details": details}
    body = json.dumps({"error": error}).encode()

    with pytest.raises(BadRequest) as caught:
        ask(Neighbour(body, 400))

    assert caught.value.details == details
    assert len(caught.value.code) == 64


def test_a_small_answer_that_unpacks_to_a_huge_one_is_not_unpacked_whole() -> None:
    packed = gzip.compress(b" " * 50_000_000, 1)

    with pytest.raises(Unavailable, match="no JSON"):
        ask(Neighbour(packed, encoding="gzip"))
