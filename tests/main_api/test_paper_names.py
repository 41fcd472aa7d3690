"""P's route names."""

from datetime import timedelta
from typing import Any

import pytest

from common.clock import milliseconds
from common.errors import BadRequest, Forbidden, Invalid, NotFound
from common.service_client import ServiceClient
from main_api.mongo_api.collections import AUDIT
from models.paper import PaperIds, PaperUser
from models.users import Removal
from tests.support.shop import BOT_KEY, Shop

TG = 98472894


def create(shop: Shop, **fields: Any) -> PaperUser:
    return shop.operator.post("/createUser", {"tg_id": TG, "username": "e9r_3"} | fields, PaperUser)


def update(shop: Shop, **fields: Any) -> PaperUser:
    return shop.operator.post("/updateUser", {"tg_id": TG} | fields, PaperUser)


def get(shop: Shop, path: str) -> PaperUser:
    return shop.operator.get(path, PaperUser)


def test_a_user_is_made_and_found_under_ps_names(shop: Shop) -> None:
    made = create(shop, tg_id=str(TG))

    assert (made.tg_id, made.username, made.subdate, made.has_trial) == (TG, "e9r_3", None, False)
    assert get(shop, f"/getUser/{TG}") == made
    assert get(shop, "/getUserByUsername/E9R_3") == made
    assert create(shop, username="e9r_4").user_id == made.user_id
    create(shop, tg_id=5, username=None)
    assert shop.operator.get("/getAllUserTgIds", PaperIds).ids == [TG, 5]


@pytest.mark.parametrize("path", [f"/getUser/{TG}", "/getUserByUsername/nobody"])
def test_nobody_is_404(shop: Shop, path: str) -> None:
    with pytest.raises(NotFound) as caught:
        get(shop, path)
    assert caught.value.code == "no_such_user"
    with pytest.raises(NotFound):
        update(shop, username="x")
    with pytest.raises(NotFound):
        shop.operator.call("DELETE", f"/deleteUser/{TG}", Removal)


def test_an_update_of_the_end_reaches_the_servers(shop: Shop) -> None:
    user_id = create(shop).user_id
    end = shop.clock.now + timedelta(days=10)
    updated = update(shop, subdate=milliseconds(end), has_trial=True)

    assert (updated.subdate, updated.has_trial, updated.username) == (
        milliseconds(end), True, "e9r_3",
    )  # fmt: skip
    held = shop.germany.holds(user_id)
    assert held is not None
    assert held.expires_at == end

    assert update(shop, subdate=None).subdate is None
    assert shop.germany.holds(user_id) is None


def test_an_update_sets_only_what_it_names_and_only_three_fields(shop: Shop) -> None:
    user_id = create(shop).user_id
    shop.grant(user_id, "a", days=3)
    before = shop.bot.user(user_id)
    update(shop, username="New", sub_token="stolen", user_id=99, banned=True, revision=77)

    after = shop.bot.user(user_id)
    assert after == before.model_copy(update={"username": "New"})
    assert shop.bot.user_by_username("new").user_id == user_id


def test_an_update_is_audited_with_before_and_after(shop: Shop) -> None:
    user = create(shop)
    end = milliseconds(shop.clock.now + timedelta(days=1))
    update(shop, subdate=end)
    too_long = milliseconds(shop.clock.now + timedelta(days=2000))
    with pytest.raises(Invalid) as caught:
        update(shop, subdate=too_long)
    assert caught.value.code == "access_too_long"

    first, second = shop.deps.db[AUDIT].find({"user_id": user.user_id})
    assert (first["action"], first["caller"], first["tg_id"]) == ("updateUser", "operator", TG)
    assert first["before"] == {"username": "e9r_3", "subdate": None, "has_trial": False}
    assert (first["after"], first["done"]) == ({"subdate": end}, True)
    assert (second["after"], second["done"]) == ({"subdate": too_long}, False)
    assert get(shop, f"/getUser/{TG}").subdate == end


BAD_UPDATES: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"tg_id": None}, Invalid),
    ({"tg_id": TG, "subdate": -1}, Invalid),
    ({"tg_id": TG, "subdate": 2**53}, Invalid),
    ({"tg_id": TG, "subdate": "soon"}, Invalid),
    ({"tg_id": TG, "has_trial": "perhaps"}, Invalid),
    ({}, BadRequest),
]


def test_a_bad_update_is_refused(shop: Shop) -> None:
    user = create(shop)
    for fields, error in BAD_UPDATES:
        with pytest.raises(error):
            shop.operator.post("/updateUser", fields, PaperUser)

    assert get(shop, f"/getUser/{TG}") == user


def test_ps_names_are_the_operators_alone(shop: Shop) -> None:
    create(shop)
    bot: ServiceClient = shop.client("tg_bot", BOT_KEY)
    with pytest.raises(Forbidden):
        bot.get(f"/getUser/{TG}", PaperUser)
    assert shop.app.test_client().get(f"/getUser/{TG}").status_code == 401


def test_a_user_is_deleted_under_ps_name(shop: Shop) -> None:
    user_id = create(shop).user_id
    update(shop, subdate=milliseconds(shop.clock.now + timedelta(days=1)))
    removal = shop.operator.call("DELETE", f"/deleteUser/{TG}", Removal)

    assert removal == Removal(user_id=user_id, done=True, pending=[])
    assert shop.finland.holds(user_id) is None
    with pytest.raises(NotFound):
        get(shop, f"/getUser/{TG}")
