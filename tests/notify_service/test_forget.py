"""A person who is gone: nothing is kept under the Telegram id."""

from datetime import timedelta

import pytest

from common.clients.notify_service import NotifyService
from common.errors import Forbidden, Unavailable
from common.service_client import ServiceClient
from models.codes import NoticeKind, Service
from notify_service.app import create_app
from tests.common.telegram.emulated import ANYA, BOB
from tests.notify_service.house import CALLER_KEY, House, settings_for
from tests.support.wsgi_transport import session_to

LATER = timedelta(days=3)


def calling_as(house: House, caller: Service) -> NotifyService:
    known = {"main_api": [CALLER_KEY], "tg_bot": [CALLER_KEY]}
    settings = settings_for(house.telegram).model_copy(update={"caller_keys": known})
    session, _ = session_to(create_app(settings, house.deps))
    return NotifyService(
        ServiceClient(
            "http://notify.test", caller=caller, callee=Service.NOTIFY_SERVICE, key=CALLER_KEY,
            clock=house.clock, session=session,
        )
    )  # fmt: skip


@pytest.fixture
def main_api(house: House) -> NotifyService:
    return calling_as(house, Service.MAIN_API)


def keys(house: House) -> set[str]:
    return {found["_id"] for found in house.database.collection("notices").find({})}


def test_waiting_and_finished_notices_go_and_those_of_others_stay(
    house: House, main_api: NotifyService
) -> None:
    house.telegram.started_by(ANYA, BOB)
    house.add(NoticeKind.TEST_PUSH, ANYA, key="sent")
    house.deliver()
    house.add(NoticeKind.TEST_PUSH, ANYA, key="waiting", due_at=house.clock() + LATER)
    house.add(NoticeKind.TEST_PUSH, BOB, key="of-bob", due_at=house.clock() + LATER)
    house.clock.advance(seconds=1)

    main_api.forget(ANYA, before=house.clock())

    assert keys(house) == {"of-bob"}
    house.clock.advance(days=4)
    house.deliver()
    assert house.state("of-bob") == "sent"
    assert len(house.telegram.texts(ANYA)) == 1


def test_who_came_back_under_the_same_id_keeps_what_came_since(
    house: House, main_api: NotifyService
) -> None:
    house.add(NoticeKind.TEST_PUSH, ANYA, key="old", due_at=house.clock() + LATER)
    house.clock.advance(seconds=1)
    left = house.clock()
    house.add(NoticeKind.TEST_PUSH, ANYA, key="new", due_at=house.clock() + LATER)

    main_api.forget(ANYA, before=left)

    assert keys(house) == {"new"}


def test_forgetting_whom_nobody_knows_is_done_at_once_and_may_be_repeated(
    house: House, main_api: NotifyService
) -> None:
    main_api.forget(4242, before=house.clock())
    main_api.forget(4242, before=house.clock())

    assert keys(house) == set()


def test_with_the_database_away_the_caller_hears_that_it_must_ask_again(
    house: House, main_api: NotifyService
) -> None:
    house.add(NoticeKind.TEST_PUSH, ANYA, due_at=house.clock() + LATER)
    house.database.away = True

    with pytest.raises(Unavailable):
        main_api.forget(ANYA, before=house.clock() + LATER)


def test_the_bot_may_not_make_anybody_be_forgotten(house: House) -> None:
    with pytest.raises(Forbidden):
        calling_as(house, Service.TG_BOT).forget(ANYA, before=house.clock())
