"""Whom a broadcast reaches: by audience and language, page by page, nobody twice or left out."""

import secrets
from collections.abc import Callable
from time import thread_time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from main_api.audiences.service import Audiences
from main_api.mongo_api.collections import USERS
from models.admin import Act, AddTime, AudienceCount, Ban
from models.codes import Audience
from models.users import Language, UserChange
from tests.support.shop import Shop

ADMIN = 777
NOBODY: list[int] = []


def members(
    shop: Shop, audience: Audience, language: Language | None = None, page: int = 500
) -> list[int]:
    """Telegram ids, of all pages."""
    found: list[int] = []
    after: int | None = 0
    while after is not None:
        told = Audiences(shop.deps.db, shop.clock, page).page(audience, language, after=after)
        found += [it.telegram_id for it in told.recipients]
        after = told.after
    return found


def somebody(shop: Shop, tg_id: int, **names: Any) -> int:
    return shop.register(tg_id, **names).user_id


@pytest.fixture
def town(shop: Shop) -> Shop:
    """1 never had anything; 2 is on trial; 3's trial is over; 4 pays; 5 has paid; 6 was given
    time; 7 has blocked the bot, 8 is banned, 9 has gone.
    """
    ids = {n: somebody(shop, n, language_code="en" if n % 2 else "ru") for n in range(1, 10)}
    for n in (3, 8):
        shop.bot.take_trial(ids[n])
    shop.deps.access.grant(ids[5], "p5", days=30, paid=True, enforce_maximum=False)
    shop.clock.advance(days=30)
    for n in (2, 7, 9):
        shop.bot.take_trial(ids[n])
    shop.deps.access.grant(ids[4], "p4", days=30, paid=True, enforce_maximum=False)
    shop.bot.add_time(ids[6], AddTime(admin_id=ADMIN, key="g", days=3))
    shop.bot.change_user(ids[7], UserChange(blocked=True))
    shop.bot.ban(ids[8], Ban(admin_id=ADMIN, key="b", banned=True))
    shop.deps.removal.remove(ids[9])
    return shop


MEMBERS = {
    Audience.ALL: [1, 2, 3, 4, 5, 6],
    Audience.ACTIVE: [2, 4, 6],
    Audience.EXPIRED: [3, 5],
    Audience.TRIAL: [2, 3],
    Audience.NEVER_PAID: [1, 2, 3, 6],
}


@pytest.mark.parametrize("audience", list(Audience))
def test_each_audience_is_who_it_says(town: Shop, audience: Audience) -> None:
    wanted = MEMBERS[audience]

    assert members(town, audience) == wanted
    assert members(town, audience, "ru") == [n for n in wanted if n % 2 == 0]
    assert members(town, audience, "en") == [n for n in wanted if n % 2]
    assert members(town, audience, page=1) == wanted


def test_the_counts_are_what_the_pages_hold(town: Shop) -> None:
    counts = town.bot.audience_counts().counts

    assert len(counts) == len(Audience) * 3
    assert counts == [
        AudienceCount(
            audience=it.audience,
            language=it.language,
            people=len(members(town, it.audience, it.language)),
        )
        for it in counts
    ]
    assert {(it.audience, it.language) for it in counts} == {
        (audience, language) for audience in Audience for language in (None, "ru", "en")
    }


def test_access_that_ends_this_moment_has_ended(town: Shop) -> None:
    end = town.bot.user_by_telegram(2).expires_at
    assert end is not None
    town.clock.now = end

    assert 2 not in members(town, Audience.ACTIVE)
    assert 2 in members(town, Audience.EXPIRED)


def test_over_http_a_page_tells_telegram_ids_and_languages(town: Shop) -> None:
    page = town.bot.audience(Audience.ACTIVE, None)

    assert [(it.telegram_id, it.language) for it in page.recipients] == [
        (2, "ru"),
        (4, "ru"),
        (6, "ru"),
    ]
    assert page.after is None
    fourth = town.bot.user_by_telegram(4).user_id
    rest = town.bot.audience(Audience.ACTIVE, "ru", after=fourth).recipients
    assert [it.telegram_id for it in rest] == [6]
    assert town.bot.audience(Audience.ALL, "en", after=2**53 - 1).recipients == []


def test_who_returns_to_the_bot_or_is_let_back_is_reached_again(town: Shop) -> None:
    town.register(7)
    user_id = town.bot.user_by_telegram(8).user_id
    town.bot.ban(user_id, Ban(admin_id=ADMIN, key="u", banned=False))

    assert members(town, Audience.ALL) == [1, 2, 3, 4, 5, 6, 7, 8]


def change(shop: Shop, what: str, tg_id: int) -> None:
    """Something that happens to somebody while the pages are being asked for."""
    user_id, key = shop.bot.user_by_telegram(tg_id).user_id, secrets.token_hex(8)
    if what == "block":
        shop.bot.change_user(user_id, UserChange(blocked=True))
    elif what == "return":
        shop.bot.change_user(user_id, UserChange(blocked=False))
    elif what == "grant":
        shop.bot.add_time(user_id, AddTime(admin_id=ADMIN, key=key, days=1))
    elif what == "revoke":
        shop.bot.revoke(user_id, Act(admin_id=ADMIN, key=key))
    else:
        shop.register(100 + secrets.randbelow(10**9))


CHANGES = st.lists(
    st.tuples(st.sampled_from(["block", "return", "grant", "revoke", "join"]), st.integers(1, 8)),
    max_size=4,
)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = Shop(tmp_path_factory.mktemp("crowd"))
    shop.write_countries("{}")
    for number in range(1, 9):
        shop.register(number)
    return shop


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(CHANGES, min_size=1, max_size=4), st.sampled_from(list(Audience)))
def test_whatever_changes_between_the_pages_nobody_is_there_twice_and_who_belongs_is_there(
    crowd: Shop, changes: list[list[tuple[str, int]]], audience: Audience
) -> None:
    audiences = Audiences(crowd.deps.db, crowd.clock, page=2)
    always = set(members(crowd, audience))
    seen: list[int] = []
    after: int | None = 0
    steps = iter(changes)
    while after is not None:
        page = audiences.page(audience, None, after=after)
        seen += [it.telegram_id for it in page.recipients]
        after = page.after
        for what, tg_id in next(steps, []):
            change(crowd, what, tg_id)
            always &= set(members(crowd, audience))

    assert len(seen) == len(set(seen))
    assert always <= set(seen)


def test_counting_reads_nobody_twice(shop: Shop) -> None:
    """By the thread's own time, so that a loaded machine does not count."""
    users = shop.deps.db[USERS]
    one = users.find_one({"_id": somebody(shop, 1)})
    assert one
    crowd = [
        {**one, "_id": 9 + n, "tg_id": 9 + n, "sub_token": f"t{n}", "blocked": n % 50 == 0}
        for n in range(3000)
    ]
    users.insert_many(crowd)
    audiences = Audiences(shop.deps.db, shop.clock)

    counting = min(seconds_of(audiences.counts) for _ in range(3))
    reading = min(seconds_of(lambda: list(users.find({}))) for _ in range(3))

    assert counting < 3.3 * reading


def seconds_of(act: Callable[[], object]) -> float:
    began = thread_time()
    act()
    return thread_time() - began
