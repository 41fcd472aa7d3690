"""The subscription page and its QR code, for anybody who knows the token."""

import io

import segno
from flask import Response
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel

from common.access_control import public
from main_api.deps import Deps
from main_api.links import page
from main_api.traffic.sums import KnownSums
from main_api.users.record import UserRecord


class TokenPath(BaseModel):
    token: str


def routes(deps: Deps) -> APIBlueprint:
    """404 for a token that is nobody's; it is found by its index, and never written to a log."""
    api = APIBlueprint("subscription_page", __name__, abp_tags=[Tag(name="subscription")])
    sums = KnownSums(deps.db)
    addresses = page.Addresses(deps.settings.bot_url, deps.settings.support_url)

    @api.get("/sub/<token>")
    @public
    def subscription(path: TokenPath) -> Response:
        user = deps.users.get_by_token(path.token)
        body, announcement = _content(deps, user)
        ends = user.expires_at or deps.clock()  # 0 would mean "never ends"
        told = page.headers(
            addresses,
            expires=int(ends.timestamp()),
            used=sums.of(user.user_id),
            announcement=announcement,
        )
        return Response(body, mimetype="text/plain", headers=told)

    @api.get("/sub/<token>/qr.png")
    @public
    def qr_code(path: TokenPath) -> Response:
        user = deps.users.get_by_token(path.token)
        return Response(
            png(deps.links.page_of(user)),
            mimetype="image/png",
            headers={"Cache-Control": "no-store"},
        )

    return api


def _content(deps: Deps, user: UserRecord) -> tuple[bytes, str | None]:
    if not user.active_at(deps.clock()):
        word = (page.BANNED if user.banned else page.ENDED)[user.language]
        return page.word_body(word), word
    return page.body([link.url for link in deps.links.links_of(user)]), None


def png(address: str) -> bytes:
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="png", scale=8, border=4)
    return picture.getvalue()
