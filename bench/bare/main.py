"""The bare main host: a signed call in, one insert, two signed calls out at once."""

import json
import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests
from flask import Flask, Response, request

from bench.bare.database import Users
from bench.bare.signing import HEADER, is_signed, sign

KEY = os.environ["BARE_KEY"]
AGENTS = os.environ["BARE_AGENTS"].split(",")
users = Users(Path(os.environ["BARE_FILE"]))
pool = ThreadPoolExecutor(16)
session = requests.Session()
session.trust_env = False
session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=32))
app = Flask("bare_main")


@app.get("/nothing")
def nothing() -> str:
    """Shows what the load generator itself can do."""
    return "ok"


@app.post("/createUser")
def create_user() -> Response:
    body = request.get_data()
    if not is_signed(KEY, "POST", "/createUser", body, request.headers.get(HEADER, "")):
        return Response(status=401)
    core_id = str(uuid.uuid4())
    number = users.insert(json.loads(body)["username"], core_id)
    told = list(pool.map(lambda agent: _push(agent, f"b{number}", core_id), AGENTS))
    return Response(
        json.dumps({"number": number}),
        status=201 if all(told) else 503,
        mimetype="application/json",
    )


def _push(agent: str, name: str, core_id: str) -> bool:
    path, body = f"/users/{name}", json.dumps({"core_id": core_id}).encode()
    headers = {HEADER: sign(KEY, "PUT", path, body)}
    return session.put(f"http://{agent}{path}", data=body, headers=headers, timeout=10).ok
