"""The agent's routes, all of them for main_api."""

import json
from collections.abc import Iterator
from itertools import islice

from flask import Response
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel

from common.access_control import callers
from common.errors import Invalid, NotFound, ServiceError
from common.flask_app import answer
from country_api.core.client import CoreError
from country_api.deps import Deps
from country_api.describe import describe
from country_api.settings import CountrySettings
from country_api.taking import Taken, take
from models.codes import Code, Service
from models.servers import (
    ListedUser,
    PutUserAnswer,
    PutUsers,
    PutUsersAnswer,
    ServerDescription,
    ServerUser,
    ServerUsers,
    UserAnswer,
    UserKey,
)

A_PAGE = 200


class UserPath(BaseModel):
    key: UserKey


def make_api(settings: CountrySettings, deps: Deps) -> APIBlueprint:
    api = APIBlueprint("country_api", __name__)
    description = describe(settings, deps.agreement.life)

    @api.put("/users/<key>", responses={200: PutUserAnswer})
    @callers(Service.MAIN_API)
    def put_user(path: UserPath, body: ServerUser) -> Response:
        return answer(_put_one(deps, path.key, body))

    @api.put("/users", responses={200: PutUsersAnswer})
    @callers(Service.MAIN_API)
    def put_users(body: PutUsers) -> Response:
        taken = take(deps, body.users)
        return answer(PutUsersAnswer(answers=list(map(_told, body.users, taken))))

    @api.get("/users", responses={200: ServerUsers})
    @callers(Service.MAIN_API)
    def list_users() -> Response:
        return Response(_listed(deps), mimetype="application/json")

    @api.get("/users/<key>", responses={200: ListedUser})
    @callers(Service.MAIN_API)
    def show_user(path: UserPath) -> Response:
        user = deps.store.get(path.key)
        if not user:
            raise NotFound("no such user here", code=Code.NO_SUCH_USER)
        return answer(_with_core(user, _in_core(deps)))

    @api.get("/description", responses={200: ServerDescription})
    @callers(Service.MAIN_API)
    def show_description() -> Response:
        return answer(description)

    return api


def _put_one(deps: Deps, key: str, user: ServerUser) -> PutUserAnswer:
    if user.key != key:
        raise Invalid("the key in the path is not the one in the body")
    (taken,) = take(deps, [user])
    if isinstance(taken, ServiceError):
        raise taken
    return PutUserAnswer(key=key, revision=taken.revision, in_core=taken.in_core)


def _told(user: ServerUser, taken: Taken) -> UserAnswer:
    """As one among many."""
    if isinstance(taken, ServiceError):
        return UserAnswer(key=user.key, refused=taken.code)
    return UserAnswer(key=user.key, revision=taken.revision, in_core=taken.in_core)


def _listed(deps: Deps) -> Iterator[str]:
    """ServerUsers as JSON, some users at a time: ten thousand models would be many times as large
    as the users are, and their text as one still several times.
    """
    in_core, users = _in_core(deps), deps.store.each()
    yield f'{{"core_running":{json.dumps(deps.pulse.beat())},"users":['
    comma = ""
    while some := [_with_core(it, in_core).model_dump_json() for it in islice(users, A_PAGE)]:
        yield comma + ",".join(some)
        comma = ","
    yield "]}"


def _with_core(user: ServerUser, in_core: dict[str, str] | None) -> ListedUser:
    there = None if in_core is None else in_core.get(user.key) == user.core_id
    return ListedUser(**user.model_dump(), in_core=there)


def _in_core(deps: Deps) -> dict[str, str] | None:
    """Key -> id as the core has it; None where it cannot tell."""
    if not deps.accounts.can_list:
        return None
    try:
        return deps.accounts.listed()
    except CoreError:
        return {}
