"""Registration, lookups, changes, lists."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from common.errors import Invalid, NotFound
from common.service_auth import mint
from models.users import RegisterRequest, UserChange, UserIds
from tests.support.shop import BOT_KEY, Shop

TG = 98472894


def test_a_new_person_is_made_and_a_known_one_refreshed(shop: Shop) -> None:
    new = shop.register(TG, username="e9r_3")
    again = shop.register(TG, username="e9r_4", first_name="Ира", language_code="en")

    assert (new.user_id, new.language, new.expires_at) == (again.user_id, "ru", None)
    assert (again.username, again.first_name, again.language) == ("e9r_4", "Ира", "ru")


def test_the_first_registration_is_201_and_the_next_200(shop: Shop) -> None:
    statuses = [register_status(shop) for _ in range(2)]

    assert statuses == [201, 200]


def register_status(shop: Shop) -> int:
    body = RegisterRequest(telegram_id=TG).model_dump_json().encode()
    path = "/api/v1/users/register"
    token = mint(
        caller="tg_bot", callee="main_api", key=BOT_KEY, method="POST", path=path, body=body,
        clock=shop.clock,
    )  # fmt: skip
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    return shop.app.test_client().post(path, data=body, headers=headers).status_code


def test_sixteen_registrations_at_once_make_one_user(shop: Shop) -> None:
    with ThreadPoolExecutor(16) as pool:
        users = list(pool.map(lambda _: shop.register(TG), range(16)))

    assert len({user.user_id for user in users}) == 1
    assert shop.bot.user_ids().user_ids == [users[0].user_id]


def test_a_person_is_found_by_id_telegram_id_and_name_in_any_case(shop: Shop) -> None:
    user = shop.register(TG, username="E9r_3")

    for found in (
        shop.bot.user(user.user_id),
        shop.bot.user_by_telegram(TG),
        shop.bot.user_by_username("e9R_3"),
        shop.bot.user_by_username("@E9R_3"),
    ):
        assert found == user


def test_nobody_is_found_where_nobody_is(shop: Shop) -> None:
    for find in (
        lambda: shop.bot.user(1),
        lambda: shop.bot.user_by_telegram(TG),
        lambda: shop.bot.user_by_username("nobody"),
        lambda: shop.bot.change_user(1, UserChange(blocked=True)),
        lambda: shop.bot.take_trial(1),
        lambda: shop.bot.links(1),
        lambda: shop.bot.status(1),
    ):
        with pytest.raises(NotFound) as caught:
            find()
        assert caught.value.code == "no_such_user"


def test_a_name_that_moved_on_belongs_to_its_new_owner_only(shop: Shop) -> None:
    first = shop.register(1, username="name")
    second = shop.register(2, username="Name")

    assert shop.bot.user_by_username("name").user_id == second.user_id
    assert shop.bot.user(first.user_id).username is None


def test_a_change_sets_what_is_given_and_keeps_the_rest(shop: Shop) -> None:
    user = shop.register(TG, username="e9r_3", first_name="Ира", last_name="Ким")

    changed = shop.bot.change_user(
        user.user_id, UserChange(last_name=None, language="en", blocked=True)
    )

    assert (changed.username, changed.first_name, changed.last_name) == ("e9r_3", "Ира", None)
    assert (changed.language, changed.blocked) == ("en", True)
    assert shop.bot.change_user(user.user_id, UserChange()) == changed
    assert shop.register(TG).blocked is False


def test_the_referral_is_kept_from_the_first_time_only(shop: Shop) -> None:
    user = shop.register(TG, referral_payload="r1")
    shop.register(TG, referral_payload="r2")

    assert shop.record(user.user_id).referral_payload == "r1"


def test_an_id_that_telegram_never_gives_is_refused(shop: Shop) -> None:
    for tg_id in (0, -1, 2**53, 1.5, True, "²", "9" * 5000, None, [1]):
        with pytest.raises(Invalid):
            shop.operator.post("/api/v1/users/register", {"telegram_id": tg_id}, UserIds)

    assert shop.bot.user_ids().user_ids == []


def test_a_name_that_no_database_can_hold_is_refused(shop: Shop) -> None:
    with pytest.raises(Invalid):
        shop.operator.post(
            "/api/v1/users/register", {"telegram_id": TG, "username": "\ud800"}, UserIds
        )
