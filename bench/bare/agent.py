"""The bare agent: a signed call in, one commit, one AddUser in the real core."""

import json
import os
from pathlib import Path
from typing import Any

import grpc
from flask import Flask, Response, request

from bench.bare.database import Users
from bench.bare.signing import HEADER, is_signed
from country_api.core.config import CorePlan
from country_api.core.proto import core_api_pb2 as pb

KEY = os.environ["BARE_KEY"]
PREFIX = os.environ["BARE_PREFIX"]
users = Users(Path(os.environ["BARE_FILE"]))
alter: Any = grpc.insecure_channel(os.environ["BARE_CORE"]).unary_unary(
    f"/{PREFIX}.app.proxyman.command.HandlerService/AlterInbound",
    request_serializer=lambda message: message.SerializeToString(),
    response_deserializer=pb.Empty.FromString,
)
app = Flask("bare_agent")


@app.put("/users/<name>")
def put_user(name: str) -> Response:
    body = request.get_data()
    if not is_signed(KEY, "PUT", f"/users/{name}", body, request.headers.get(HEADER, "")):
        return Response(status=401)
    core_id = json.loads(body)["core_id"]
    users.insert(name, core_id)
    alter(_add_user(name, core_id), timeout=2)
    return Response(status=204)


def _add_user(name: str, core_id: str) -> pb.AlterInboundRequest:
    account = _typed("proxy.vless.Account", pb.VlessAccount(id=core_id))
    added = pb.AddUserOperation(user=pb.User(email=name, account=account))
    return pb.AlterInboundRequest(
        tag=CorePlan.tag, operation=_typed("app.proxyman.command.AddUserOperation", added)
    )


def _typed(name: str, message: pb.VlessAccount | pb.AddUserOperation) -> pb.TypedMessage:
    return pb.TypedMessage(type=f"{PREFIX}.{name}", value=message.SerializeToString())
