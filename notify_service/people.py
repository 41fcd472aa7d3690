"""Forgetting a person: whatever is kept here under a Telegram id."""

import logging
from typing import Annotated

from flask import Response
from flask_openapi3 import APIBlueprint
from pydantic import BaseModel, Field

from common.access_control import callers
from common.clock import from_milliseconds
from common.flask_app import answer
from models.codes import Service
from models.notifies import AddNotifyAnswer
from models.paper import UnixMilliseconds
from models.users import TgId
from notify_service.broadcast.recipients import RecipientStore
from notify_service.store import NoticeStore

log = logging.getLogger(__name__)


class PersonPath(BaseModel):
    telegram_id: TgId


class Older(BaseModel):
    """Unix milliseconds; what is younger belongs to somebody new with the same id."""

    before: Annotated[UnixMilliseconds, Field(strict=False)]


def people(store: NoticeStore, recipients: RecipientStore) -> APIBlueprint:
    api = APIBlueprint("people", __name__)

    @api.delete("/api/v1/people/<telegram_id>", responses={200: AddNotifyAnswer})
    @callers(Service.MAIN_API)
    def forget(path: PersonPath, query: Older) -> Response:
        """Waiting notices and finished ones, and the person's places in broadcasts."""
        before = from_milliseconds(query.before)
        notices = store.forget(path.telegram_id, before)
        copies = recipients.forget(path.telegram_id, before)
        log.info("a person is forgotten", extra={"notices": notices, "copies": copies})
        return answer(AddNotifyAnswer())

    return api
