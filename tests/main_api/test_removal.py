"""Deletion of a person."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from common.errors import NotFound
from common.storage.protocol import Database
from main_api.access.changes import AccessChanges
from main_api.mongo_api.collections import AUDIT, USERS
from main_api.removal.finishing import Finishing
from main_api.removal.service import RemovalService
from main_api.users.store import UserStore
from models.codes import NoticeKind
from models.notifies import Notice
from models.paper import PaperUser
from models.users import Removal
from tests.support.interrupted import Interrupted, Killed
from tests.support.shop import COUNTRIES, FINLAND, FRANCE, GERMANY, Shop

TG = 98472894


@pytest.fixture
def user_id(shop: Shop) -> int:
    user_id = shop.register(TG, username="e9r_3", first_name="Ира", referral_payload="r").user_id
    shop.grant(user_id, "a", days=30)
    return user_id


def delete(shop: Shop, user_id: int) -> Removal:
    return shop.operator.call("DELETE", f"/api/v1/users/{user_id}", Removal)


def test_a_deleted_user_is_on_no_server_and_in_no_record(shop: Shop, user_id: int) -> None:
    assert delete(shop, user_id).done

    assert shop.finland.holds(user_id) is shop.germany.holds(user_id) is None
    assert list(shop.deps.db[USERS].find({})) == []
    with pytest.raises(NotFound):
        delete(shop, user_id)


def test_with_a_server_down_the_person_goes_at_once_and_the_rest_when_it_returns(
    shop: Shop, user_id: int
) -> None:
    shop.finland.wire.down = True
    page = f"/sub/{shop.record(user_id).sub_token}"
    removal = delete(shop, user_id)

    assert removal == Removal(user_id=user_id, done=False, pending=[FINLAND])
    (left,) = shop.deps.db[USERS].find({})
    kept = {left[name] for name in ("username", "username_lower", "first_name", "referral_payload")}
    assert (kept, left["tg_id"]) == ({None}, -user_id)
    assert shop.public.get(page).status_code == 404
    assert shop.bot.user_ids().user_ids == []

    shop.start()
    shop.deps.removal.tick()
    assert shop.deps.db[USERS].count_documents({}) == 1
    shop.finland.wire.down = False
    shop.heal()
    shop.deps.removal.tick()

    assert shop.finland.holds(user_id) is None
    assert shop.deps.db[USERS].count_documents({}) == 0


def test_who_returns_while_the_old_record_waits_is_somebody_new(shop: Shop, user_id: int) -> None:
    shop.finland.wire.down = True
    delete(shop, user_id)

    again = shop.register(TG)
    assert again.user_id != user_id
    assert again.trial_taken_at is None
    with pytest.raises(NotFound):
        shop.grant(user_id, "late", days=1)


def test_the_audit_keeps_the_act_and_forgets_the_person(shop: Shop, user_id: int) -> None:
    shop.operator.post("/updateUser", {"tg_id": TG, "username": "canary"}, PaperUser)
    delete(shop, user_id)

    (line,) = shop.deps.db[AUDIT].find({})
    assert line["action"] == "updateUser"
    assert "e9r_3" not in str(line)
    assert "canary" not in str(line)


def test_a_server_that_joins_during_a_deletion_is_waited_for(shop: Shop, user_id: int) -> None:
    shop.finland.wire.down = True
    delete(shop, user_id)
    shop.finland.wire.down = False
    shop.rested()
    shop.heal()
    shop.write_countries(json.dumps(COUNTRIES | {"france": [FRANCE]}))
    shop.deps.vpn.pending.enlist(FRANCE, active_since=shop.clock.now)
    shop.deps.removal.tick()

    assert shop.deps.db[USERS].count_documents({}) == 1


def test_notify_service_forgets_the_person_before_nothing_is_left(shop: Shop, user_id: int) -> None:
    shop.notify.wire.down = True
    removal = delete(shop, user_id)
    assert (removal.done, removal.pending) == (False, [])
    assert shop.finland.holds(user_id) is None

    shop.start()
    shop.deps.removal.tick()
    assert shop.notify.forgotten == []
    shop.notify.wire.down = False
    shop.deps.removal.tick()

    assert shop.notify.forgotten == [TG]
    assert shop.deps.db[USERS].count_documents({}) == 0


def test_who_comes_back_before_the_notices_are_forgotten_keeps_the_new_ones(
    shop: Shop, user_id: int
) -> None:
    old = a_notice(shop, "old")
    shop.notify.wire.down = True
    delete(shop, user_id)
    shop.clock.advance(minutes=1)
    shop.register(TG)
    shop.notify.wire.down = False
    new = a_notice(shop, "new")

    shop.deps.removal.tick()

    assert old not in shop.notify.notices
    assert new in shop.notify.notices


def test_people_whom_notify_service_refuses_to_forget_hold_up_nobody(
    shop: Shop, user_id: int
) -> None:
    refused = [shop.register(TG + number).user_id for number in range(1, 20)]
    shop.notify.wire.down = True
    for one in (user_id, *refused):
        delete(shop, one)
    shop.notify.wire.down = False
    shop.deps.db[USERS].update_many({"_id": {"$in": refused}}, {"$set": {"leaving_tg_id": -5}})

    shop.deps.removal.tick()

    assert shop.notify.forgotten == [TG]
    assert shop.deps.db[USERS].count_documents({}) == len(refused)


def a_notice(shop: Shop, key: str) -> str:
    due = shop.clock.now + timedelta(days=1)
    shop.deps.notify.add(Notice(key=key, kind=NoticeKind.TEST_PUSH, telegram_id=TG, due_at=due))
    return key


def test_a_server_that_leaves_the_file_does_not_hold_a_removal_up(shop: Shop, user_id: int) -> None:
    shop.finland.wire.down = True
    delete(shop, user_id)
    shop.deps.removal.tick()
    assert shop.deps.db[USERS].count_documents({}) == 1

    shop.write_countries(json.dumps({"germany": [GERMANY]}))
    shop.deps.removal.tick()

    assert shop.deps.db[USERS].count_documents({}) == 0


def test_of_whom_nothing_was_ever_granted_no_server_hears(shop: Shop) -> None:
    shop.finland.wire.down = shop.germany.wire.down = True
    newcomer = shop.register(TG).user_id

    assert delete(shop, newcomer).done
    assert shop.finland.wire.sent == shop.germany.wire.sent == 0


def removal_on(shop: Shop, db: Database) -> RemovalService:
    deps = shop.deps
    finishing = Finishing(db, deps.notify, deps.vpn.servers.in_file, deps.referrals.forget)
    changes = AccessChanges(db, UserStore(db), deps.vpn.servers.addresses)
    return RemovalService(db, changes, deps.vpn.fan_out.push, finishing, shop.clock)


@pytest.mark.parametrize("after", [False, True])
def test_a_removal_cut_off_at_any_write_is_finished_by_the_job(shop: Shop, *, after: bool) -> None:
    users, step, killed = shop.deps.db[USERS], 0, True
    while killed:
        step += 1
        user_id = shop.register(TG + step, username=f"canary{step}").user_id
        shop.operator.post(
            "/updateUser", {"tg_id": TG + step, "subdate": 1_800_000_000_000}, PaperUser
        )
        before = users.find_one({"_id": user_id})
        killed = cut_off(shop, user_id, step, after=after)

        if users.find_one({"_id": user_id, "deleting": False}):
            assert users.find_one({"_id": user_id}) == before  # not begun: nothing has changed
            shop.deps.removal.remove(user_id)
        shop.heal()
        shop.deps.removal.tick()

        assert users.find_one({"_id": user_id}) is None
        assert shop.finland.holds(user_id) is shop.germany.holds(user_id) is None
        assert TG + step in shop.notify.forgotten
        assert f"canary{step}" not in str(list(shop.deps.db[AUDIT].find({})))
        assert shop.register(TG + step).user_id != user_id
    assert step >= 5


def cut_off(shop: Shop, user_id: int, at: int, *, after: bool) -> bool:
    """False when the removal ended before that write."""
    try:
        removal_on(shop, Interrupted(shop.deps.db, at, after=after)).remove(user_id)
    except Killed:
        return True
    return False


def test_two_who_remove_at_once_both_end_well(shop: Shop, user_id: int) -> None:
    def remove() -> bool:
        try:
            return shop.deps.removal.remove(user_id).done
        except NotFound:
            return False

    with ThreadPoolExecutor(8) as pool:
        ended = list(pool.map(lambda _: remove(), range(8)))

    assert sum(ended) == 1
    assert shop.deps.db[USERS].count_documents({}) == 0
