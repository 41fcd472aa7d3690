"""Deletion of a person."""

import json

import pytest

from common.errors import NotFound
from main_api.mongo_api.collections import AUDIT, USERS
from models.paper import PaperUser
from models.users import Removal
from tests.support.shop import COUNTRIES, FINLAND, FRANCE, Shop

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
