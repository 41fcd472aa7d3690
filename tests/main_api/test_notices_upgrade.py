"""What is planned when the notices come to a shop that has users: no flood, no job stuck."""

import pytest

from main_api.notices.planning import PAGE, NoticePlanning
from models.codes import NoticeKind
from tests.support.shop import Shop


@pytest.fixture
def user_id(shop: Shop) -> int:
    return shop.register(language_code="en").user_id


def as_the_older_version_left(shop: Shop, user_id: int) -> None:
    shop.notify.notices.clear()
    new = {"access_changed_at": "", "paid_at": "", "connected_at": ""}
    shop.deps.db["users"].update_one(
        {"_id": user_id}, {"$unset": new, "$set": {"notice_pending": False}}
    )


def test_users_of_an_older_version_get_the_reminders_that_are_still_ahead(
    shop: Shop, user_id: int
) -> None:
    shop.grant(user_id, "a", days=2, months=0)
    as_the_older_version_left(shop, user_id)
    shop.clock.advance(hours=30)
    NoticePlanning(shop.deps.db, shop.deps.notify, shop.clock).tick()

    assert {it.kind for it in shop.notify.notices.values()} == {
        NoticeKind.SUB_ENDED,
        NoticeKind.SUB_ENDED_TWO_DAYS_AGO,
    }


def test_users_of_an_older_version_whose_access_has_ended_are_left_in_peace(
    shop: Shop, user_id: int
) -> None:
    shop.grant(user_id, "a", days=2, months=0)
    as_the_older_version_left(shop, user_id)
    shop.clock.advance(days=2, seconds=1)
    NoticePlanning(shop.deps.db, shop.deps.notify, shop.clock).tick()

    assert shop.notify.notices == {}


def test_an_upgrade_with_many_users_is_planned_a_page_at_a_time_and_nobody_is_left_out(
    shop: Shop, user_id: int
) -> None:
    """A job that worked for as long as there is anybody left would be taken for stuck."""
    shop.grant(user_id, "a", days=2, months=0)
    [first] = shop.deps.db["users"].find({"_id": user_id})
    for n in range(1, PAGE + 1):
        other = first | {"_id": user_id + n, "tg_id": first["tg_id"] + n, "sub_token": f"token{n}"}
        shop.deps.db["users"].insert_one(other)
    notices = NoticePlanning(shop.deps.db, shop.deps.notify, shop.clock)

    left = []
    for _ in range(3):
        notices.tick()
        left.append(len(list(shop.deps.db["users"].find({"notice_pending": True}))))
    shop.grant(user_id, "b", days=2, months=0)
    notices.tick()

    assert left == [1, 0, 0]
    assert len({it.telegram_id for it in shop.notify.notices.values()}) == PAGE + 1
    assert not list(shop.deps.db["users"].find({"notice_pending": True}))
