"""A core that tells its uptime at once and keeps everybody waiting who asks for more."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import grpc
from typing_extensions import override

from country_api.core.proto import core_api_pb2 as pb


class _Core(grpc.GenericRpcHandler):
    def __init__(self, over: threading.Event) -> None:
        self._over = over

    @override
    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        asked = handler_call_details.method
        return grpc.unary_unary_rpc_method_handler(
            self._uptime if asked.endswith("/GetSysStats") else self._hang
        )

    def _uptime(self, _request: bytes, _context: grpc.ServicerContext) -> bytes:
        return pb.SysStatsResponse(uptime=100).SerializeToString()

    def _hang(self, _request: bytes, _context: grpc.ServicerContext) -> bytes:
        self._over.wait()
        return b""


@contextmanager
def hanging_core(api: str) -> Iterator[None]:
    """`api` is where it listens, as in CORE_API."""
    over = threading.Event()
    server = grpc.server(ThreadPoolExecutor(16), handlers=[_Core(over)])
    server.add_insecure_port(api)
    server.start()
    try:
        yield
    finally:
        over.set()
        server.stop(None).wait()
