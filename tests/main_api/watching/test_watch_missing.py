"""Nobody with access stays missing on a server: an alarm after two minutes, once, and a repair."""

from datetime import timedelta
from time import perf_counter

import pytest

from common.errors import ServiceError
from main_api.mongo_api.collections import USERS
from main_api.watching.alarms import About
from main_api.watching.health import Reason
from main_api.watching.lacking import Lacking
from tests.support.shop import FINLAND, FRANCE, GERMANY
from tests.support.watched_shop import WatchedShop

MINUTE = 60


@pytest.mark.usefixtures("user_id")
def test_a_core_that_does_not_run_makes_its_server_sick_and_its_users_missing(
    shop: WatchedShop,
) -> None:
    shop.look()
    shop.finland.proof.core_running = False
    shop.look(90)
    assert shop.watched(FINLAND).health.reason is Reason.CORE_DOWN
    shop.look(MINUTE)
    assert shop.words() == ["sick", "missing"]

    shop.finland.wire.down = True  # whoever was missing is not back because nobody answers
    shop.look(MINUTE)
    assert shop.watched(FINLAND).missing == 1

    shop.finland.wire.down = False
    shop.finland.proof.core_running = True
    shop.rested()
    shop.heal()
    shop.look(MINUTE)
    assert sorted(shop.words()) == ["missing", "missing over", "sick", "sick over"]


def test_a_payer_who_is_not_on_a_server_for_two_minutes_raises_an_alarm_once(
    shop: WatchedShop,
) -> None:
    user_id = shop.register().user_id
    shop.look()
    shop.finland.refused.add(f"u{user_id}")
    shop.grant(user_id, "a", days=30)
    shop.look(2 * MINUTE)
    assert shop.alarms(About.MISSING, FINLAND) == 0
    shop.look(10 * MINUTE)

    assert (shop.alarms(About.MISSING, FINLAND), shop.alarms(About.MISSING, GERMANY)) == (1, 0)
    assert shop.words().count("missing") == 1
    shop.finland.refused.clear()
    shop.start()
    shop.heal()
    shop.begin()
    shop.look(MINUTE)
    assert sorted(shop.words()) == ["missing", "missing over", "sick", "sick over"]
    assert shop.watched(FINLAND).missing == 0


def test_who_changes_just_now_again_and_again_is_not_missing(shop: WatchedShop) -> None:
    """At each look somebody is on the way to the server, and never the same."""
    for number in range(1, 20):
        shop.finland.wire.down = True
        shop.grant(shop.register(number).user_id, "a", days=30)
        shop.finland.wire.down = False
        shop.look()
        shop.rested()
        shop.heal()

    assert shop.told() == []


def test_who_has_no_access_any_more_is_not_missed(shop: WatchedShop) -> None:
    shop.look()
    shop.finland.refused.add("u1")
    user_id = shop.register().user_id
    shop.grant(user_id, "a", days=1)
    shop.finland.proof.lies = {"missing": 1, "missing_keys": [f"u{user_id}", "u999"]}
    shop.clock.advance(days=2)
    shop.look(5 * MINUTE)

    assert shop.told() == []
    assert shop.watched(FINLAND).missing == 0


def test_whom_the_core_has_lost_is_told_to_the_server_anew(shop: WatchedShop, user_id: int) -> None:
    shop.finland.proof.lost.add(f"u{user_id}")
    shop.look(MINUTE)
    assert shop.bot.user(user_id).pending == []
    puts = shop.finland.puts[f"u{user_id}"]
    shop.look(2 * MINUTE)

    assert shop.bot.user(user_id).pending == [FINLAND]
    shop.heal()
    assert shop.finland.puts[f"u{user_id}"] == puts + 1
    assert shop.bot.user(user_id).pending == []
    shop.finland.proof.lost.clear()
    shop.look(MINUTE)
    assert "missing over" in shop.words()


def test_whom_a_silent_server_still_waits_for_is_left_to_healing_as_he_is(
    shop: WatchedShop,
) -> None:
    shop.finland.wire.down = True
    user_id = shop.register().user_id
    shop.grant(user_id, "a", days=30)
    before = shop.record(user_id)
    shop.look(5 * MINUTE)

    assert "missing" in shop.words()
    assert shop.record(user_id) == before


def test_a_server_that_is_listed_again_after_weeks_begins_anew(
    shop: WatchedShop, user_id: int
) -> None:
    shop.finland.wire.down = True
    shop.enlist()
    shop.look()
    assert shop.watched(FINLAND).noted.keys() == {user_id}
    listed = shop.settings.countries_file.read_text()
    shop.write_countries(f'{{"germany": ["{GERMANY}"]}}')
    shop.enlist()
    shop.look()
    shop.clock.advance(days=20)

    shop.write_countries(listed)
    shop.enlist()
    shop.finland.wire.down = False
    shop.look()

    assert shop.bot.user(user_id).pending == [FINLAND]
    assert (shop.told(), shop.well(FINLAND)) == ([], True)


def test_jobs_that_start_anew_within_an_episode_tell_nothing_twice_and_forget_nobody(
    shop: WatchedShop,
) -> None:
    shop.finland.wire.down = True
    shop.grant(shop.register().user_id, "a", days=30)
    for _ in range(6):
        shop.look(30)
        shop.start()
        shop.begin()

    assert sorted(shop.words()) == ["missing", "sick"]
    shop.finland.wire.down = False
    shop.heal()
    shop.look(30)
    shop.start()
    shop.begin()
    shop.look(MINUTE)
    assert sorted(shop.words()) == ["missing", "missing over", "sick", "sick over"]


def test_what_could_not_be_told_or_whose_answer_was_lost_is_told_later_once(
    shop: WatchedShop,
) -> None:
    shop.finland.wire.down = True
    shop.look(MINUTE)
    shop.notify.wire.down = True
    for _ in range(6):
        with pytest.raises(ServiceError):
            shop.look(20)
    shop.notify.wire.down, shop.notify.wire.lost = False, True
    with pytest.raises(ServiceError):
        shop.look()
    shop.notify.wire.lost = False
    shop.look(MINUTE)

    assert shop.words() == ["sick"]


def test_the_figures_are_those_of_the_database_in_whichever_process(
    shop: WatchedShop, user_id: int
) -> None:
    shop.write_countries(f'{{"finland": ["{FINLAND}"], "france": ["{FRANCE}"]}}')
    shop.finland.proof.lost.add(f"u{user_id}")
    shop.finland.proof.lies = {"connections_cut": 7, "users_uncut": None}
    shop.look(3 * MINUTE)
    where = f'country="finland",server="{FINLAND}"'

    figures = shop.figures()
    assert figures[f"keyland_payers_missing{{{where}}}"] == 1
    assert figures[f"keyland_server_well{{{where}}}"] == 0
    assert figures[f'keyland_alarms_total{{about="missing",{where}}}'] == 1
    assert figures[f"keyland_server_connections_cut{{{where}}}"] == 7
    assert f"keyland_server_users_uncut{{{where}}}" not in figures
    shop.start()
    assert shop.figures() == figures
    shop.finland.proof.lies = {"users_uncut": 2}
    shop.finland.proof.lost.clear()
    shop.heal()
    shop.look(MINUTE)
    assert shop.figures()[f"keyland_payers_missing{{{where}}}"] == 0
    assert shop.figures()[f"keyland_server_users_uncut{{{where}}}"] == 2


def test_ten_thousand_waiting_for_a_dead_server_cost_a_look_little(shop: WatchedShop) -> None:
    shop.finland.wire.down = True
    shop.grant(shop.register().user_id, "a", days=30)
    one = shop.deps.db[USERS].find_one({})
    assert one
    crowd = [{**one, "_id": 9 + n, "tg_id": n + 1, "sub_token": f"t{n}"} for n in range(10_000)]
    shop.deps.db[USERS].insert_many(crowd)
    shop.look(10)
    began = perf_counter()
    shop.deps.db[USERS].count_documents({"pending": FINLAND})
    counting = perf_counter() - began
    began = perf_counter()
    shop.look(3 * MINUTE)

    assert (perf_counter() - began) / 18 < counting / 2
    assert shop.watched(FINLAND).missing == 10_001
    assert shop.alarms(About.MISSING, FINLAND) == 1


def test_who_was_missing_is_not_back_because_the_server_says_nothing(
    shop: WatchedShop, user_id: int
) -> None:
    lacking, now = Lacking(shop.deps.db), shop.clock()
    lacking.look(FINLAND, [user_id], {}, now)
    later = now + timedelta(minutes=3)

    assert lacking.look(FINLAND, None, {}, later).long(later) == [user_id]
    assert lacking.look(FINLAND, [], {}, later).long(later) == []
