"""The core's gRPC API: RPCs called by path, so one client drives Xray and v2ray.

The messages are our own, compiled once and checked in; after a change of the .proto:
    .venv/bin/python -m grpc_tools.protoc -I. --python_out=. --pyi_out=. \
        country_api/core/proto/core_api.proto
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message

from common.errors import Unavailable
from country_api.core.config import CoreKind
from country_api.core.proto import core_api_pb2 as pb

M = TypeVar("M", bound=Message)

SECONDS = 1.0
PREFIXES = {CoreKind.XRAY: "xray", CoreKind.V2RAY: "v2ray.core"}
OPTIONS = (
    ("grpc.enable_http_proxy", 0),
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),
    # by default a core that was away is found again only after 5 s
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 250),
)


class CoreError(Unavailable):
    """The core did not do it; whether it half did is unknown. `told` is the core's own text."""

    code = "core_error"

    def __init__(self, message: str, told: str = "") -> None:
        super().__init__(message)
        self.told = told


class CoreDown(CoreError):
    """Nothing answers at the core's address."""

    code = "core_down"


class CoreClient:
    """One channel to one core; made after the fork, since gRPC does not survive one.

    `losses` grows whenever nothing answered or the connection was lost: the core may have started
    anew since, and knows nothing of what it was told before.
    """

    def __init__(self, target: str, kind: CoreKind) -> None:
        self.prefix = PREFIXES[kind]
        self.losses = 0
        self._connected = False
        self._rpcs: dict[str, Any] = {}
        self._channel = grpc.insecure_channel(target, options=OPTIONS)
        self._channel.subscribe(self._note)

    def _note(self, state: grpc.ChannelConnectivity) -> None:
        """A core that dies and is back between two calls shows itself only here."""
        connected = state is grpc.ChannelConnectivity.READY
        if self._connected and not connected:
            self.losses += 1
        self._connected = connected

    def call(self, path: str, request: Message, answer: type[M], *, seconds: float = SECONDS) -> M:
        """`path` is "app.stats.command.StatsService/QueryStats"; raises CoreError, CoreDown."""
        try:
            result: M = self._rpc(path, answer)(request, timeout=seconds)
        except grpc.RpcError as error:
            raise self._told(error) from None
        return result

    def failures(
        self, path: str, requests: Sequence[Message], *, seconds: float = SECONDS
    ) -> list[CoreError | None]:
        """Make calls whose answer is empty, all at once: a core takes several thousand a second in
        this way. It takes them in any order, so no two of them may be about the same thing.
        """
        rpc = self._rpc(path, pb.Empty)
        if len(requests) == 1:  # a lone future costs a thread of its own
            return [self._failure(lambda: rpc(requests[0], timeout=seconds))]
        calls = [rpc.future(request, timeout=seconds) for request in requests]
        return [self._failure(call.result) for call in calls]

    def _failure(self, answer: Callable[[], object]) -> CoreError | None:
        try:
            answer()
        except grpc.RpcError as error:
            return self._told(error)
        return None

    def _rpc(self, path: str, answer: type[Message]) -> Any:
        if path not in self._rpcs:
            self._rpcs[path] = self._channel.unary_unary(
                f"/{self.prefix}.{path}",
                request_serializer=lambda message: message.SerializeToString(),
                response_deserializer=answer.FromString,
            )
        return self._rpcs[path]

    def _told(self, error: grpc.RpcError) -> CoreError:
        # what grpc raises here is a grpc.Call too; its stubs do not say so
        code, text = getattr(error, "code")(), str(getattr(error, "details")())  # noqa: B009
        if code == grpc.StatusCode.UNAVAILABLE:
            self.losses += 1
            return CoreDown("the core does not answer")
        return CoreError(f"the core refused ({code.name})", told=text)

    def uptime(self, *, seconds: float = SECONDS) -> int:
        """Whole seconds since the core's start."""
        path = "app.stats.command.StatsService/GetSysStats"
        return self.call(path, pb.Empty(), pb.SysStatsResponse, seconds=seconds).uptime

    def close(self) -> None:
        self._channel.unsubscribe(self._note)  # else its thread trips over the closed channel
        self._channel.close()
