"""Personal links: whose they are, and who is counted as invited by them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import pytest

from common.errors import NotFound
from main_api.deps import build
from main_api.mongo_api.collections import REFERRAL_CODES, REFERRALS
from main_api.users.service import UserService
from models.referrals import Referrals
from models.users import RegisterRequest, User
from tests.support.interrupted import Interrupted, Killed
from tests.support.shop import FINLAND, Shop
from tg_bot.asked import read_message

ANNA, BORIS, VERA = 101, 102, 103


def payload_of(shop: Shop, user: User) -> str:
    """What Telegram tells the bot when that person's link is opened."""
    link = shop.bot.referrals(user.user_id).link
    return parse_qs(urlsplit(link).query)["start"][0]


def test_a_personal_link_is_made_once_and_stays(shop: Shop) -> None:
    anna, boris = shop.register(ANNA), shop.register(BORIS)
    link = shop.bot.referrals(anna.user_id).link

    assert link.startswith("https://t.me/keyland_bot?start=ref_")
    shop.start()
    assert shop.bot.referrals(anna.user_id).link == link
    assert shop.bot.referrals(boris.user_id).link != link


def test_all_who_ask_at_once_get_the_same_link(shop: Shop) -> None:
    anna = shop.register(ANNA)
    record = shop.record(anna.user_id)

    with ThreadPoolExecutor(8) as pool:
        links = list(pool.map(lambda _: shop.deps.referrals.summary(record).link, range(16)))

    assert len(set(links)) == 1
    assert shop.deps.db[REFERRAL_CODES].count_documents({}) == 1


def test_the_bot_reads_the_links_that_main_api_makes(shop: Shop) -> None:
    for tg_id in range(ANNA, ANNA + 20):
        payload = payload_of(shop, shop.register(tg_id))

        assert read_message(f"/start {payload}").referral == payload


def test_who_comes_by_a_link_is_counted_for_its_owner(shop: Shop) -> None:
    anna = shop.register(ANNA)
    boris = shop.register(BORIS, referral_payload=payload_of(shop, anna))

    found = shop.bot.referrals(anna.user_id)
    assert (found.reward_days, found.invited, found.paid, found.days_earned) == (10, 1, 0, 0)
    (latest,) = found.latest
    assert (latest.state, latest.days, latest.paid_at) == ("invited", 0, None)
    assert latest.invited_at == boris.created_at
    assert shop.record(boris.user_id).invited_by == anna.user_id
    assert shop.bot.referrals(boris.user_id).latest == []


def test_an_address_that_was_typed_in_capitals_works_too(shop: Shop) -> None:
    anna = shop.register(ANNA)
    code = payload_of(shop, anna).removeprefix("ref_")
    shop.register(BORIS, referral_payload="ref_" + code.upper())

    assert shop.bot.referrals(anna.user_id).invited == 1


@pytest.mark.parametrize("payload", ["ref_", "ref_nosuchcd", "ref_1", "101", "x", "", None])
def test_an_unknown_link_does_no_harm(shop: Shop, payload: str | None) -> None:
    anna = shop.register(ANNA)
    boris = shop.register(BORIS, referral_payload=payload)

    assert shop.record(boris.user_id).invited_by is None
    assert shop.bot.referrals(anna.user_id).invited == 0


def test_nobody_invites_himself(shop: Shop) -> None:
    anna = shop.register(ANNA)
    shop.register(ANNA, referral_payload=payload_of(shop, anna))

    assert shop.bot.referrals(anna.user_id).invited == 0
    assert shop.record(anna.user_id).invited_by is None


def test_two_people_do_not_invite_each_other(shop: Shop) -> None:
    anna = shop.register(ANNA)
    boris = shop.register(BORIS, referral_payload=payload_of(shop, anna))
    shop.register(ANNA, referral_payload=payload_of(shop, boris))

    assert shop.bot.referrals(boris.user_id).invited == 0


def test_a_link_counts_only_for_who_came_after_its_owner(shop: Shop) -> None:
    anna, boris = shop.register(ANNA), shop.register(BORIS)
    payload = payload_of(shop, boris)

    for newcomer in (anna.user_id, boris.user_id):  # a circle, and oneself
        assert shop.deps.referrals.inviter_of(payload, newcomer=newcomer) is None
    later = boris.user_id + 1
    assert shop.deps.referrals.inviter_of(payload, newcomer=later) == boris.user_id


def test_the_first_link_counts_and_no_later_one(shop: Shop) -> None:
    anna, vera = shop.register(ANNA), shop.register(VERA)
    boris = shop.register(BORIS, referral_payload=payload_of(shop, anna))
    shop.register(BORIS, referral_payload=payload_of(shop, vera))

    assert shop.record(boris.user_id).invited_by == anna.user_id
    assert [shop.bot.referrals(it.user_id).invited for it in (anna, vera)] == [1, 0]


def test_who_has_left_and_comes_back_is_counted_for_nobody(shop: Shop) -> None:
    anna, boris = shop.register(ANNA), shop.register(BORIS)
    shop.deps.removal.remove(boris.user_id)
    again = shop.register(BORIS, referral_payload=payload_of(shop, anna))

    assert again.user_id != boris.user_id
    assert shop.record(again.user_id).invited_by is None
    assert shop.bot.referrals(anna.user_id).invited == 0


def test_the_link_of_who_has_left_leads_to_nobody(shop: Shop) -> None:
    anna = shop.register(ANNA)
    payload = payload_of(shop, anna)
    shop.deps.removal.remove(anna.user_id)
    boris = shop.register(BORIS, referral_payload=payload)

    assert shop.record(boris.user_id).invited_by is None
    assert shop.deps.db[REFERRAL_CODES].count_documents({}) == 0


def test_the_link_is_dead_at_once_though_a_server_has_still_to_forget_its_owner(
    shop: Shop,
) -> None:
    anna = shop.register(ANNA)
    shop.grant(anna.user_id, "a", days=30)
    payload = payload_of(shop, anna)
    shop.finland.wire.down = True
    assert shop.deps.removal.remove(anna.user_id).pending == [FINLAND]

    boris = shop.register(BORIS, referral_payload=payload)

    assert shop.record(boris.user_id).invited_by is None


def test_who_was_invited_and_leaves_stays_counted_as_a_number(shop: Shop) -> None:
    anna = shop.register(ANNA)
    boris = shop.register(
        BORIS, username="boris", first_name="Борис", referral_payload=payload_of(shop, anna)
    )
    shop.deps.removal.remove(boris.user_id)

    assert shop.bot.referrals(anna.user_id).invited == 1
    (row,) = shop.deps.db[REFERRALS].find({})
    assert row["_id"] == boris.user_id
    assert "boris" not in str(row).lower()
    assert str(BORIS) not in str({**row, "_id": 0})


@pytest.mark.parametrize("after", [False, True])
def test_a_registration_killed_at_any_write_counts_once_when_it_is_repeated(
    shop: Shop, *, after: bool
) -> None:
    payload = payload_of(shop, anna := shop.register(ANNA))
    step, came = 0, True
    while came:
        step += 1
        database = Interrupted(shop.deps.db, step, after=after)
        tg_id = 1000 + step
        with suppress(Killed):
            register_through(shop, database, tg_id, payload)
        came = database.came
        boris = shop.register(tg_id, referral_payload=payload)

        assert shop.record(boris.user_id).invited_by == anna.user_id, step
        assert shop.bot.referrals(anna.user_id).invited == step
    assert step > 3  # number, user, row


def register_through(shop: Shop, database: Interrupted, tg_id: int, payload: str) -> None:
    deps = build(shop.settings, clock=shop.clock, db=database, session_of=shop.session)
    request = RegisterRequest(telegram_id=tg_id, referral_payload=payload)
    UserService(database, deps.users, deps.referrals, shop.clock).register(request)


def test_the_latest_are_ten_and_the_newest_first(shop: Shop) -> None:
    anna = shop.register(ANNA)
    payload = payload_of(shop, anna)
    for number in range(12):
        shop.clock.advance(minutes=1)
        shop.register(1000 + number, referral_payload=payload)

    found: Referrals = shop.bot.referrals(anna.user_id)
    times = [it.invited_at for it in found.latest]
    assert (found.invited, len(times)) == (12, 10)
    assert times == sorted(times, reverse=True)
    assert times[0] == shop.clock()


def test_there_are_no_referrals_of_nobody(shop: Shop) -> None:
    anna = shop.register(ANNA)

    with pytest.raises(NotFound):
        shop.bot.referrals(anna.user_id + 1)
