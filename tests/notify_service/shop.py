"""main_api as notify_service sees it: people with their end of access, over the real contract."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from flask import Response
from flask_openapi3 import APIBlueprint, OpenAPI
from pydantic import BaseModel

from common.access_control import callers
from common.clock import Clock
from common.errors import NotFound
from common.flask_app import answer, assemble, new_app
from common.service_auth import Guard
from models.admin import AudiencePage, Recipient
from models.codes import Audience, Service
from models.servers import ServerState, ServerStates
from models.users import Language, User, UserChange

MAIN_API_KEY = "notify-to-main-" + "m" * 32


class ByTelegram(BaseModel):
    telegram_id: int


class ById(BaseModel):
    user_id: int


class AudiencePath(BaseModel):
    audience: Audience


class AudienceQuery(BaseModel):
    after: int = 0
    language: Language | None = None


@dataclass
class Shop:
    """Users by Telegram id; our own id is the Telegram id plus one, to tell them apart. An audience
    is told in pages of `page`; `pages` are the places that were asked for.
    """

    users: dict[int, User] = field(default_factory=dict)
    countries: tuple[str, ...] = ("finland", "germany")
    page: int = 3
    pages: list[int] = field(default_factory=list)

    def add(self, telegram_id: int, **fields: Any) -> User:
        known: dict[str, Any] = {
            "user_id": telegram_id + 1,
            "telegram_id": telegram_id,
            "username": None,
            "first_name": None,
            "last_name": None,
            "language": "ru",
            "created_at": datetime(2026, 1, 1, tzinfo=UTC),
            "expires_at": None,
            "has_trial": False,
            "trial_taken_at": None,
            "blocked": False,
            "banned": False,
            "revision": 1,
            "pending": [],
        }
        self.users[telegram_id] = User.model_validate(known | fields)
        return self.users[telegram_id]

    def audience(self, language: Language | None, after: int) -> AudiencePage:
        self.pages.append(after)
        beyond = sorted(
            (user for user in self.users.values() if user.user_id > after and not user.blocked),
            key=lambda user: user.user_id,
        )
        wanted = [user for user in beyond if language in (None, user.language)]
        found = [
            Recipient(telegram_id=user.telegram_id, language=user.language)
            for user in wanted[: self.page]
        ]
        last = wanted[self.page - 1].user_id if len(wanted) > self.page else None
        return AudiencePage(recipients=found, after=last)

    def user(self, telegram_id: int) -> User:
        if telegram_id not in self.users:
            raise NotFound("no such user", code="no_such_user")
        return self.users[telegram_id]


def shop_app(shop: Shop, clock: Clock) -> OpenAPI:
    api = APIBlueprint("shop", __name__)

    @api.get("/api/v1/users/by-telegram/<int:telegram_id>")
    @callers(Service.NOTIFY_SERVICE)
    def by_telegram(path: ByTelegram) -> Response:
        return answer(shop.user(path.telegram_id))

    @api.patch("/api/v1/users/<int:user_id>")
    @callers(Service.NOTIFY_SERVICE)
    def change(path: ById, body: UserChange) -> Response:
        user = shop.user(path.user_id - 1)
        changed = user.model_copy(update=body.model_dump(exclude_unset=True))
        shop.users[user.telegram_id] = changed
        return answer(changed)

    @api.get("/api/v1/audiences/<audience>")
    @callers(Service.NOTIFY_SERVICE)
    def audience(path: AudiencePath, query: AudienceQuery) -> Response:
        assert path.audience
        return answer(shop.audience(query.language, query.after))

    @api.get("/api/v1/servers")
    @callers(Service.NOTIFY_SERVICE)
    def servers() -> Response:
        return answer(ServerStates(servers=[server(country) for country in shop.countries]))

    app = new_app(Service.MAIN_API)
    app.register_api(api)
    keys = {Service.NOTIFY_SERVICE.value: [MAIN_API_KEY]}
    return assemble(app, guard=Guard(Service.MAIN_API, keys, clock), probes={})


def server(country: str) -> ServerState:
    return ServerState(
        country=country, address="192.0.2.1:443", reachable=True, pending_users=0, described=True
    )
